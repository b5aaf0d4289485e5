//! The whole tutorial with gemmactl alone: from the command line that it gives, to an answer of the model, to a clean project; and what
//! the plan says where something that it takes is missing.

use std::fs;

use serde_json::{Value, json};

use crate::project;
use crate::world::{Emulator, World, only_reads};

/// The tutorial's own command.
const COMMAND: &str = "gcloud run deploy ollama-gemma --source . --concurrency 4 --cpu 8 \
    --set-env-vars OLLAMA_NUM_PARALLEL=4 --gpu 1 --gpu-type nvidia-l4 --max-instances 1 --memory 32Gi \
    --no-allow-unauthenticated --no-cpu-throttling --no-gpu-zonal-redundancy --timeout=600";

/// A folder in which a spec was made of the tutorial's command, for this region.
fn begun(region: &str) -> World {
    let world = World::with_spec("");
    fs::remove_file(world.path().join("gemmactl.yaml")).unwrap();
    let command = format!("{COMMAND} --region {region} --project demo-project");
    world.gemmactl(&["init", "--from-command", &command, "--model", "gemma3:4b"]).exits(0);
    world
}

/// A project in which everything can be told: the APIs that tell it are on.
fn told(world: &World) -> Emulator {
    let emulator = world.emulator();
    emulator.seed(&json!({ "enable": ["cloudbilling.googleapis.com", "cloudquotas.googleapis.com"] }));
    emulator
}

#[test]
fn the_tutorial_runs_from_its_command_to_an_answer_to_a_clean_project() {
    let world = begun("europe-west1");
    let emulator = told(&world);
    let before = project::less_residue(&emulator);
    world.gemmactl(&["validate"]).exits(0).never_says("warning").never_says("error");
    world.against(&emulator, &["doctor"]).exits(0).never_says("failed");
    world.against(&emulator, &["plan"]).exits(0).says("service/ollama-gemma  create").never_says("warning");
    world
        .against(&emulator, &["apply", "--yes"])
        .exits(0)
        .says("proof of service/ollama-gemma: gemma3:4b answers")
        .says("on the GPU");
    world.against(&emulator, &["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    world.against(&emulator, &["prompt", "Why is the sky blue?"]).exits(0).says("This is gemma3:4b");
    world.against(&emulator, &["status"]).exits(0).says("service/ollama-gemma  ready");
    world.against(&emulator, &["logs"]).exits(0).says("library=CUDA");
    world.against(&emulator, &["destroy", "--yes"]).exits(0);
    assert_eq!(project::less_residue(&emulator), before);
}

/// How a plan and an apply end where the preflight fails, and where something could not be read.
const STOPPED: (i32, i32) = (0, 4);
const UNREAD: (i32, i32) = (1, 1);

/// The calls of an emulated project that may write.
fn writes(world: &World) -> Vec<Value> {
    let journal = world.journal().into_iter();
    let calls = journal.filter(|call| !call["path"].as_str().unwrap().starts_with("/emulator/"));
    calls.filter(|call| !only_reads(call)).collect()
}

/// The plan names what is missing, and an apply ends before it has written anything: because the preflight fails, or because it
/// could not read what is there.
#[track_caller]
fn is_named(world: &World, emulator: &Emulator, (plan, apply): (i32, i32), missing: &[&str]) {
    let plan = world.against(emulator, &["plan"]).exits(plan);
    for text in missing {
        assert!(plan.all().contains(text), "{text} is not named: {}", plan.all());
    }
    let apply = world.against(emulator, &["apply", "--yes"]).exits(apply);
    for text in missing {
        assert!(apply.all().contains(text), "{text} is not named: {}", apply.all());
    }
    assert_eq!(writes(world), Vec::<Value>::new());
}

#[test]
fn a_project_without_billing_is_named_before_anything_is_changed() {
    let world = begun("europe-west1");
    let emulator = told(&world);
    emulator.seed(&json!({ "billingDisabled": true }));
    is_named(&world, &emulator, STOPPED, &["billing"]);
}

#[test]
fn each_of_the_seven_roles_is_named_where_it_is_missing_before_anything_is_changed() {
    // What each gives that the other six do not, of what the tutorial takes. Of the one without which nothing can be read, the refusal
    // names the narrowest part. Source: IAM's list of predefined roles.
    let roles: [(&str, &[&str]); 7] = [
        (
            "roles/artifactregistry.admin",
            &["artifactregistry.repositories.create", "artifactregistry.repositories.delete"],
        ),
        ("roles/cloudbuild.builds.editor", &["cloudbuild.builds.create", "cloudbuild.builds.get"]),
        ("roles/run.admin", &["run.services.create", "run.services.update", "run.services.setIamPolicy"]),
        ("roles/resourcemanager.projectIamAdmin", &["resourcemanager.projects.setIamPolicy"]),
        ("roles/iam.serviceAccountUser", &["iam.serviceAccounts.actAs"]),
        (
            "roles/serviceusage.serviceUsageViewer",
            &["serviceusage.services.list", "serviceusage.services.get", "serviceusage.services.use"],
        ),
        ("roles/storage.admin", &["storage.buckets.create", "storage.objects.create"]),
    ];
    for (role, permissions) in roles {
        let world = begun("europe-west1");
        // The tutorial grants roles, which takes one of the seven.
        let granting =
            "iam: [{role: roles/logging.viewer, members: [user:ana@example.com]}]\nrepositories:\n";
        world.edit("gemmactl.yaml", "repositories:\n", granting);
        let emulator = told(&world);
        emulator.seed(&json!({ "deniedPermissions": permissions }));
        // Without the role of Service Usage nobody can tell which APIs are on.
        let ends = if role == "roles/serviceusage.serviceUsageViewer" { UNREAD } else { STOPPED };
        is_named(&world, &emulator, ends, &[role, permissions[0]]);
    }
}

#[test]
fn a_quota_that_does_not_suffice_is_named_with_its_sum_before_anything_is_changed() {
    let world = begun("europe-west1");
    let emulator = told(&world);
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 5");
    is_named(
        &world,
        &emulator,
        STOPPED,
        &["nvidia-l4 in europe-west1: ollama-gemma 5 × 1 = 5 wanted", "3 allowed", "gemmactl quota request"],
    );
}

/// The plan names what the catalogue knows to be in the way. It may know less than Google does, so it stops nobody.
#[track_caller]
fn is_warned_of(world: &World, words: &[&str]) {
    let emulator = told(world);
    let plan = world.against(&emulator, &["plan"]).exits(0);
    for text in words {
        assert!(plan.stdout.contains(text), "{text} is not named: {}", plan.stdout);
    }
    assert_eq!(writes(world), Vec::<Value>::new());
}

#[test]
fn a_region_without_the_gpu_is_named_before_anything_is_changed() {
    let words = ["region-without-gpu", "`nvidia-l4` is not offered in europe-north1"];
    is_warned_of(&begun("europe-north1"), &words);
}

#[test]
fn a_server_that_takes_another_driver_than_the_region_has_is_named_before_anything_is_changed() {
    let world = begun("europe-west1");
    world.edit(
        "gemmactl.yaml",
        "      model: gemma3:4b\n",
        "      model: gemma3:4b\n      base: ollama/ollama:0.30.0\n",
    );
    is_warned_of(&world, &["ollama-driver"]);
}
