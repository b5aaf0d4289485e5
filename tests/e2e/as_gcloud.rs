//! `plan --as-gcloud`: the plan as a script. `tests/clients` runs such scripts with gcloud itself.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::world::World;

/// A script that a shell can read, down to its last word.
fn is_read_by_a_shell(world: &World, script: &str) {
    fs::write(world.path().join("deploy.sh"), script).unwrap();
    let output = Command::new("sh").args(["-n", "deploy.sh"]).current_dir(world.path()).output().unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_example_has_a_script_that_a_shell_reads_and_that_lacks_nothing() {
    for example in
        ["hardened", "ollama-gemma", "prebuilt-image", "rendered-image", "two-models", "vllm-bucket"]
    {
        let world = World::copy_of(&format!("examples/{example}"));
        let script = world.emulated(&["plan", "--as-gcloud"]).exits(0).never_says("# not done:").stdout;
        is_read_by_a_shell(&world, &script);
        world.emulated(&["apply", "--yes"]).exits(0);
        let nothing = world.emulated(&["plan", "--as-gcloud"]).exits(0).says(" unchanged.\n").stdout;
        assert!(!nothing.contains("\ngcloud "), "{nothing}");
        let destroy = world.emulated(&["plan", "--as-gcloud", "--destroy"]).exits(0).stdout;
        assert!(destroy.contains("\ngcloud run services delete "), "{destroy}");
        is_read_by_a_shell(&world, &destroy);
    }
}

#[test]
fn what_gcloud_has_no_command_for_is_said_with_the_reason() {
    let world = World::copy_of("examples/prebuilt-image");
    world.edit("gemmactl.yaml", "    cpu: 8\n", "    cpu: 8\n    annotations: {example.com/owner: ana}\n");
    world
        .emulated(&["plan", "--as-gcloud"])
        .exits(0)
        .says("# not done: annotation example.com/owner=ana: gcloud has no flag for annotations\n");
}

#[test]
fn a_refused_plan_has_no_script() {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let on = json!({"enable": ["artifactregistry.googleapis.com"]});
    emulator.seed(&on);
    let parent = "/v1/projects/demo-project/locations/europe-west1/repositories?repositoryId=ollama";
    assert_eq!(emulator.call("POST", parent, Some(&json!({"format": "DOCKER"}))).0, 200);
    let refused = world.gemmactl(&["plan", "--as-gcloud", "--endpoint", emulator.url.as_str()]).exits(4);
    assert_eq!(refused.stdout, "");
    world.emulated(&["plan", "--as-gcloud", "--format", "json"]).exits(1).says("cannot be used with");
}
