//! Wrong things, typed by somebody who is new: refused with a clear message, and nothing is changed.

use std::fmt::Write;

use crate::world::World;

const GOOD: &str = "\
version: 1
stack: demo
project: demo-project
region: europe-west1
apis: [run.googleapis.com, artifactregistry.googleapis.com, cloudbuild.googleapis.com, storage.googleapis.com]
iam:
  - role: roles/run.admin
    members: [\"user:me@example.com\"]
repositories:
  models: { format: docker }
images:
  gemma:
    repository: models
    build: { context: ./backend }
services:
  gemma:
    image: gemma
    cpu: 4
    memory: 16Gi
    maxInstances: 1
";

fn world_with(from: &str, to: &str) -> World {
    assert!(GOOD.contains(from), "{from}");
    let world = World::with_spec(GOOD.replacen(from, to, 1));
    std::fs::create_dir(world.path().join("backend")).unwrap();
    std::fs::write(world.path().join("backend").join("Dockerfile"), "FROM ollama/ollama\n").unwrap();
    world
}

/// The spec with one thing wrong is refused by plan and by apply, with these words, before any call.
#[track_caller]
fn refused(from: &str, to: &str, words: &[&str]) {
    let world = world_with(from, to);
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let mut run = world.emulated(command).exits(1);
        for word in words {
            run = run.says(word);
        }
        run.never_says("panicked");
    }
    assert!(world.journal().is_empty(), "a call was made");
}

#[test]
fn the_spec_that_the_cases_below_break_is_right() {
    world_with("cpu: 4", "cpu: 4").gemmactl(&["validate"]).exits(0);
}

#[test]
fn an_unknown_key_is_refused_with_a_suggestion() {
    refused("memory: 16Gi", "memori: 16Gi", &["gemmactl.yaml:19:5", "memori", "memory"]);
}

#[test]
fn a_duplicate_key_is_refused() {
    refused("cpu: 4", "cpu: 4\n    cpu: 8", &["gemmactl.yaml:19:5", "cpu"]);
}

#[test]
fn a_wrong_type_is_refused() {
    refused("maxInstances: 1", "maxInstances: lots", &["gemmactl.yaml:20:19", "lots"]);
}

#[test]
fn memory_without_a_unit_is_refused() {
    refused("memory: 16Gi", "memory: 32", &["gemmactl.yaml:19:13", "32Gi"]);
}

#[test]
fn a_region_that_is_none_is_refused_with_a_suggestion() {
    refused("europe-west1", "eu-west4", &["gemmactl.yaml:4:9", "eu-west4", "europe-west4"]);
}

#[test]
fn a_role_without_its_prefix_is_refused() {
    refused("roles/run.admin", "run.admin", &["gemmactl.yaml:7:11", "roles/"]);
}

#[test]
fn a_member_without_its_prefix_is_refused() {
    refused("user:me@example.com", "me@example.com", &["gemmactl.yaml:8:", "user:"]);
}

#[test]
fn a_service_that_names_an_unknown_image_is_refused() {
    refused("    image: gemma", "    image: gema", &["gemmactl.yaml:17:12", "gema", "gemma"]);
}

#[test]
fn a_cycle_is_refused_and_named() {
    refused(
        "    maxInstances: 1\n",
        "    dependsOn: [service/other]\n  other:\n    image: gemma\n    dependsOn: [service/gemma]\n",
        &["service/gemma", "service/other", "cycle"],
    );
}

#[test]
fn a_context_folder_that_is_missing_outside_or_without_dockerfile_is_refused() {
    refused("./backend", "./nowhere", &["gemmactl.yaml:14:", "nowhere"]);
    refused("./backend", "../..", &["gemmactl.yaml:14:", "outside"]);
    refused("./backend", ".", &["gemmactl.yaml:14:", "Dockerfile"]);
}

#[test]
fn every_problem_is_told_at_once() {
    let world = world_with("memory: 16Gi", "memory: 32\n    cpu: many\n    colour: red");
    world.gemmactl(&["validate"]).exits(1).says("32").says("colour");
}

#[test]
fn files_that_are_no_spec_are_refused() {
    for (bytes, words) in [
        (Vec::new(), "empty"),
        (b"\xff\xfe\x00stack".to_vec(), "UTF-8"),
        (vec![b'#'; 50 * 1024 * 1024], "MiB"),
        (b"a: &a [1]\nb: *a\n".to_vec(), "a"),
        (b"[".repeat(100_000), "gemmactl.yaml"),
    ] {
        World::with_spec(bytes).gemmactl(&["plan", "--emulator"]).exits(1).says(words).never_says("panicked");
    }
    World::with_spec("").gemmactl(&["plan", "-f", "nothing.yaml"]).exits(1).says("nothing.yaml");
}

#[test]
fn a_yaml_bomb_is_refused_quickly() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", [before.as_str(); 9].join(", ")).unwrap();
    }
    World::with_spec(text).gemmactl(&["validate"]).exits(1).never_says("panicked");
}

#[test]
fn an_unreachable_endpoint_is_named() {
    let world = world_with("cpu: 4", "cpu: 4");
    world.gemmactl(&["plan", "--endpoint", "http://127.0.0.1:9"]).exits(1).says("127.0.0.1:9");
}

#[test]
fn an_endpoint_that_is_neither_loopback_nor_googles_is_refused() {
    let world = world_with("cpu: 4", "cpu: 4");
    for url in ["http://example.com", "https://googleapis.com.example.com", "http://169.254.169.254"] {
        world.gemmactl(&["plan", "--endpoint", url]).exits(1).says("loopback");
    }
}

#[test]
fn a_missing_permission_names_the_role_that_has_it() {
    let world = world_with("cpu: 4", "cpu: 4");
    let emulator = world.emulator();
    let deny = serde_json::json!({"deniedPermissions": ["resourcemanager.projects.getIamPolicy"]});
    emulator.seed(&deny);
    world
        .gemmactl(&["plan", "--endpoint", &emulator.url])
        .exits(1)
        .says("resourcemanager.projects.getIamPolicy")
        .says("--role=roles/iam.securityReviewer");
}

#[test]
fn apply_without_a_terminal_asks_for_yes_and_changes_nothing() {
    let world = world_with("cpu: 4", "cpu: 4");
    world.emulated(&["apply"]).exits(1).says("--yes");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(2);
}
