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

/// What the tutorial's builds run as, in a project where Google gave it no role by itself.
const BUILDER: &str = "serviceAccount:123456789012-compute@developer.gserviceaccount.com";

/// The tutorial in such a project, where a build was possible before: its APIs are on.
fn without_a_role_of_builds(world: &World) -> Emulator {
    let emulator = told(world);
    let apis = ["artifactregistry", "cloudbuild", "cloudresourcemanager", "iam", "run", "storage"];
    emulator.seed(&json!({ "enable": apis.map(|api| format!("{api}.googleapis.com")) }));
    let bindings = json!([
        {"role": "roles/owner", "members": ["user:me@example.com"]},
        {"role": "roles/logging.logWriter", "members": [BUILDER]},
    ]);
    grant_only(&emulator, &bindings);
    world.clear_journal();
    emulator
}

/// Makes these the only grants on the project.
#[track_caller]
fn grant_only(emulator: &Emulator, bindings: &Value) {
    let body = json!({"policy": {"bindings": bindings}});
    assert_eq!(emulator.call("POST", "/v3/projects/demo-project:setIamPolicy", Some(&body)).0, 200);
}

#[test]
fn a_build_account_without_its_role_is_named_with_the_grant_before_anything_is_changed() {
    let world = begun("europe-west1");
    let emulator = without_a_role_of_builds(&world);
    let member = format!("--member={BUILDER}");
    let words = [
        "build-account",
        "storage.objects.get",
        "artifactregistry.repositories.uploadArtifacts",
        &member,
        "--role=roles/run.builder",
    ];
    is_named(&world, &emulator, STOPPED, &words);
    for format in ["text", "markdown", "html", "json", "sarif", "annotations"] {
        let plan = world.against(&emulator, &["plan", "--format", format]).exits(0);
        assert!(plan.stdout.contains("build-account"), "{format}: {}", plan.stdout);
    }
}

#[test]
fn a_spec_that_gives_the_build_account_its_role_passes_and_its_build_succeeds() {
    let world = begun("europe-west1");
    let emulator = without_a_role_of_builds(&world);
    let granting = format!("iam: [{{role: roles/run.builder, members: ['{BUILDER}']}}]\nrepositories:\n");
    world.edit("gemmactl.yaml", "repositories:\n", &granting);
    let plan = world.against(&emulator, &["plan", "--format", "json"]).exits(0);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let checks = plan["preflight"]["checks"].as_array().unwrap();
    let account = checks.iter().find(|check| check["id"] == "build-account").unwrap();
    assert_eq!(account["level"], "ok", "{account}");
    assert!(account.to_string().contains("apply gives it roles/run.builder"), "{account}");
    world.against(&emulator, &["apply", "--yes"]).exits(0).says("gemma3:4b answers");
    // What the spec gives no longer, the next plan takes away: no pass for what it builds again.
    world.edit("gemmactl.yaml", &granting, "repositories:\n");
    world.edit("gemmactl.yaml", "model: gemma3:4b", "model: gemma3:1b");
    world.against(&emulator, &["plan"]).exits(0).says("apply takes roles/run.builder from it");
}

#[test]
fn a_project_without_cloud_build_does_not_tell_what_builds_run_as_and_a_grant_to_the_likely_one_is_seen() {
    let world = begun("europe-west1");
    let emulator = told(&world);
    let likely = "in a new project it is the Compute Engine";
    let untold = world.against(&emulator, &["plan"]).exits(0).says("unknown  build-account").says(likely);
    untold.says("--role=roles/run.builder");
    let granting = format!("iam: [{{role: roles/run.builder, members: ['{BUILDER}']}}]\nrepositories:\n");
    world.edit("gemmactl.yaml", "repositories:\n", &granting);
    let granted = world.against(&emulator, &["plan"]).exits(0).says("unknown  build-account").says(likely);
    granted.says("apply gives it roles/run.builder").never_says("--role=roles/run.builder");
}

#[test]
fn what_may_give_the_build_account_its_role_is_a_warning_and_what_was_not_read_is_no_pass() {
    let world = begun("europe-west1");
    let emulator = without_a_role_of_builds(&world);
    let judged = |words: &str| {
        let plan = world.against(&emulator, &["plan", "--format", "json"]).exits(0);
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        let checks = plan["preflight"]["checks"].as_array().unwrap();
        let account = checks.iter().find(|check| check["id"] == "build-account").unwrap();
        assert!(account.to_string().contains(words), "{words}: {account}");
        account["level"].as_str().unwrap().to_owned()
    };
    for denied in ["iam.serviceAccounts.get", "resourcemanager.projects.getIamPolicy"] {
        emulator.seed(&json!({ "deniedPermissions": [denied] }));
        let expected = if denied.ends_with("get") { "failed" } else { "unknown" };
        assert_eq!(judged("could not be"), expected, "{denied}");
    }
    emulator.seed(&json!({ "deniedPermissions": [] }));
    let owner = json!({"role": "roles/owner", "members": ["user:me@example.com"]});
    let group = json!({"role": "roles/editor", "members": ["group:builders@example.com"]});
    grant_only(&emulator, &json!([owner, group]));
    assert_eq!(judged("group:builders@example.com with roles/editor may"), "warning");
    let narrow = ["roles/storage.objectViewer", "roles/artifactregistry.writer"];
    let [fetch, push] = narrow.map(|role| json!({"role": role, "members": [BUILDER]}));
    grant_only(&emulator, &json!([owner, fetch, push]));
    assert_eq!(judged("it has roles/artifactregistry.writer"), "ok");
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
