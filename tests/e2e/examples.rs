//! Every example and every ready-made spec is planned, applied, found unchanged, and destroyed.

use std::fs;

use crate::world::{World, repository};

fn lives(folder: &str) {
    let world = World::copy_of(folder);
    let variables: &[&str] = &["--var", "project=demo-project"];
    let run = |command: &[&str]| world.emulated(&[command, variables].concat());
    run(&["plan", "--detailed-exitcode"]).exits(2);
    // Nothing to warn of: each is right, or says why it is otherwise.
    world.gemmactl(&[&["validate"], variables].concat()).exits(0).never_says("warning");
    run(&["apply", "--yes"]).exits(0).says("run.app");
    run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    run(&["destroy", "--yes"]).exits(0);
    run(&["plan", "--destroy"]).exits(0).says("Nothing to destroy.");
    assert!(fs::read_to_string(world.state()).unwrap().contains("demo-project"));
}

#[test]
fn ollama_gemma_lives() {
    lives("examples/ollama-gemma");
}

#[test]
fn hardened_lives() {
    lives("examples/hardened");
}

#[test]
fn two_models_lives() {
    lives("examples/two-models");
}

#[test]
fn prebuilt_image_lives() {
    lives("examples/prebuilt-image");
}

#[test]
fn rendered_image_lives() {
    lives("examples/rendered-image");
}

#[test]
fn vllm_bucket_lives() {
    lives("examples/vllm-bucket");
}

#[test]
fn every_ready_made_spec_lives() {
    let mut folders: Vec<_> = fs::read_dir(repository().join("specs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("gemmactl.yaml").exists())
        .collect();
    folders.sort();
    assert!(folders.len() >= 5, "{folders:?}");
    for folder in folders {
        lives(&format!("specs/{}", folder.file_name().unwrap().to_str().unwrap()));
    }
}

#[test]
fn every_example_is_tested_here_and_has_a_readme() {
    for entry in fs::read_dir(repository().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            ["ollama-gemma", "hardened", "two-models", "prebuilt-image", "rendered-image", "vllm-bucket"]
                .contains(&name.as_str()),
            "{name}"
        );
        assert!(path.join("README.md").exists(), "{name}");
    }
}
