//! The whole tutorial with gemmactl alone: from the command line that it gives, to an answer of the model, to a clean project; and what
//! the plan says where something that it takes is missing.

use std::fs;

use serde_json::{Value, json};

use crate::project;
use crate::world::{Emulator, Run, World};

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
    seed(&emulator, &json!({ "enable": ["cloudbilling.googleapis.com", "cloudquotas.googleapis.com"] }));
    emulator
}

#[track_caller]
fn seed(emulator: &Emulator, seed: &Value) {
    let (status, answer) = emulator.call("POST", "/emulator/project", Some(seed));
    assert_eq!(status, 200, "{answer}");
}

fn run(world: &World, emulator: &Emulator, arguments: &[&str]) -> Run {
    world.gemmactl(&[arguments, &["--endpoint", &emulator.url]].concat())
}

#[test]
fn the_tutorial_runs_from_its_command_to_an_answer_to_a_clean_project() {
    let world = begun("europe-west1");
    let emulator = told(&world);
    let before = project::less_residue(&emulator);
    world.gemmactl(&["validate"]).exits(0).never_says("warning").never_says("error");
    run(&world, &emulator, &["doctor"]).exits(0).never_says("failed");
    run(&world, &emulator, &["plan"]).exits(0).says("service/ollama-gemma  create").never_says("warning");
    run(&world, &emulator, &["apply", "--yes"])
        .exits(0)
        .says("proof of service/ollama-gemma: gemma3:4b answers")
        .says("on the GPU");
    run(&world, &emulator, &["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    run(&world, &emulator, &["prompt", "Why is the sky blue?"]).exits(0).says("This is gemma3:4b");
    run(&world, &emulator, &["status"]).exits(0).says("service/ollama-gemma  ready");
    run(&world, &emulator, &["logs"]).exits(0).says("library=CUDA");
    run(&world, &emulator, &["destroy", "--yes"]).exits(0);
    assert_eq!(project::less_residue(&emulator), before);
}

/// The calls of an emulated project that write: every other asks only.
fn writes(world: &World) -> Vec<String> {
    let asks = |method: &str, path: &str| {
        method == "GET" || path.ends_with(":getIamPolicy") || path.ends_with(":testIamPermissions")
    };
    let journal = world.journal();
    let calls = journal.iter().map(|call| (call["method"].as_str().unwrap(), call["path"].as_str().unwrap()));
    let calls = calls.filter(|(_, path)| !path.starts_with("/emulator/"));
    calls
        .filter(|(method, path)| !asks(method, path))
        .map(|(method, path)| format!("{method} {path}"))
        .collect()
}

/// The plan names what the catalogue knows to be in the way. It may know less than Google does, so it stops nobody.
#[track_caller]
fn is_warned_of(world: &World, words: &[&str]) {
    let emulator = told(world);
    let plan = run(world, &emulator, &["plan"]).exits(0);
    for text in words {
        assert!(plan.stdout.contains(text), "{text} is not named: {}", plan.stdout);
    }
    assert_eq!(writes(world), [""; 0]);
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
