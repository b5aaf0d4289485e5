//! Images that need no folder: what is printed of them, what a plan shows, what of an operator's catalogue they follow.

use crate::world::World;

#[test]
fn the_dockerfile_that_is_printed_is_the_one_that_is_planned_and_no_file_is_written() {
    let world = World::copy_of("examples/rendered-image");
    let printed = world.gemmactl(&["image", "dockerfile"]).exits(0).stdout.clone();
    assert!(
        printed.contains("FROM ollama/ollama:0.24.0\n") && printed.contains("ollama pull gemma3:1b"),
        "{printed}"
    );
    assert_eq!(world.gemmactl(&["image", "dockerfile", "gemma"]).exits(0).stdout, printed);
    let plan = world.emulated(&["plan", "--format", "json"]).exits(0).stdout.clone();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert!(plan.to_string().contains("ollama pull gemma3:1b"), "{plan}");
    let mut files: Vec<String> = std::fs::read_dir(world.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with(".gemmactl") && name != "journal.jsonl")
        .collect();
    files.sort();
    assert_eq!(files, ["README.md", "gemmactl.yaml"]);
}

#[test]
fn a_change_of_the_model_is_planned_as_a_change_of_the_rendered_text() {
    let world = World::copy_of("examples/rendered-image");
    world.emulated(&["apply", "--yes"]).exits(0).says("gemma3:1b");
    world.edit("gemmactl.yaml", "model: gemma3:1b", "model: gemma3:4b");
    world.edit("gemmactl.yaml", "digest: 8648f39daa8f", "digest: a2af6cc3eb7f");
    world
        .emulated(&["plan", "--detailed-exitcode"])
        .exits(2)
        .says("dockerfile")
        .says("ollama pull gemma3:4b")
        .says("follows image/gemma");
    world.emulated(&["apply", "--yes"]).exits(0).says("gemma3:4b");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn what_is_rendered_follows_the_catalogue_of_the_operator() {
    let world = World::copy_of("examples/rendered-image");
    std::fs::write(
        world.path().join("ours.yaml"),
        "ollama: { bases: { \"0\": { image: registry.example.com/ollama, version: 0.24.0-ours } } }\n",
    )
    .unwrap();
    world
        .gemmactl(&["image", "dockerfile", "--catalog", "ours.yaml"])
        .exits(0)
        .says("FROM registry.example.com/ollama:0.24.0-ours");
}

#[cfg(unix)]
#[test]
fn a_catalogue_that_comes_through_a_pipe_is_what_is_rendered_by_and_what_is_priced_by() {
    use std::io::Write;
    use std::process::Stdio;

    let world = World::copy_of("examples/rendered-image");
    let mut plan = world
        .command()
        .args(["plan", "--emulator", "--format", "json", "--catalog", "/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let ours = "ollama: { bases: { \"0\": { image: registry.example.com/ollama, version: 0.24.0-ours } } }\n\
        prices: { build: { minutes: { E2_HIGHCPU_8: 7.25 } } }\n";
    plan.stdin.take().unwrap().write_all(ours.as_bytes()).unwrap();
    let plan = plan.wait_with_output().unwrap();
    let shown = String::from_utf8(plan.stdout).unwrap();
    assert!(plan.status.success(), "{shown}");
    for said in ["FROM registry.example.com/ollama:0.24.0-ours", "7.25"] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
}

#[test]
fn what_is_not_built_has_no_dockerfile_and_is_told_as_what_it_is() {
    World::copy_of("examples/prebuilt-image")
        .gemmactl(&["image", "dockerfile", "gemma"])
        .exits(1)
        .says("the image gemma is not built, so it has no Dockerfile: its services run us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b");
    let world = World::copy_of("examples/vllm-bucket");
    world.gemmactl(&["image", "dockerfile"]).exits(1).says("this spec builds no image");
    world
        .gemmactl(&["image", "dockerfile", "gemma4"])
        .exits(1)
        .says("pytorch-vllm-serve:gemma4, started as `vllm serve /weights/gemma-4-31B-it --served-model-name=gemma-4-31b-it");
    let two = World::copy_of("examples/two-models");
    two.gemmactl(&["image", "dockerfile"]).exits(1).says("name one: gemma-1b, gemma-4b");
    two.gemmactl(&["image", "dockerfile", "gemma-1"]).exits(1).says("did you mean gemma-1b?");
}
