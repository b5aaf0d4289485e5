//! The scripts of `gemmactl plan --as-gcloud`, run by the real gcloud: what they leave is what the spec asks for.

use super::command::{Gcloud, is_here};
use crate::world::{Emulator, World};

/// Runs gemmactl against the emulator.
fn gemmactl(world: &World, emulator: &Emulator, arguments: &[&str]) -> crate::world::Run {
    world.gemmactl(&[arguments, &["--endpoint", emulator.url.as_str()]].concat())
}

/// Plans, and lets gcloud do it; gives the script.
fn by_gcloud(world: &World, emulator: &Emulator, arguments: &[&str]) -> String {
    let plan = [&["plan", "--as-gcloud"], arguments].concat();
    let script = gemmactl(world, emulator, &plan).exits(0).stdout;
    let commands = script.lines().filter(|line| line.contains("gcloud ") && !line.starts_with('#')).count();
    assert!(commands > 0, "{script}");
    assert!(!script.contains("# not done:"), "gcloud has a command for all of it:\n{script}");
    Gcloud::new(world, emulator).script(&script);
    script
}

/// Nothing differs; once the record knows what is there, too.
fn is_as_the_spec_says(world: &World, emulator: &Emulator) {
    let plan = ["plan", "--detailed-exitcode"];
    gemmactl(world, emulator, &plan).exits(0).says("No changes.");
    gemmactl(world, emulator, &["apply", "--yes"]).exits(0);
    gemmactl(world, emulator, &plan).exits(0).says("No changes.");
}

#[test]
fn the_tutorial_by_gcloud_needs_no_change() {
    if !is_here("the tutorial's plan by gcloud") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    by_gcloud(&world, &emulator, &[]);
    is_as_the_spec_says(&world, &emulator);
}

#[test]
fn weights_in_a_bucket_and_a_conditional_role_by_gcloud_need_no_change() {
    if !is_here("the plan of weights in a bucket by gcloud") {
        return;
    }
    let world = World::copy_of("examples/vllm-bucket");
    let emulator = world.emulator();
    by_gcloud(&world, &emulator, &[]);
    is_as_the_spec_says(&world, &emulator);
}

#[test]
fn accounts_rules_and_a_rendered_image_by_gcloud_need_no_change() {
    if !is_here("the plan of a hardened stack by gcloud") {
        return;
    }
    let world = World::copy_of("examples/hardened");
    let emulator = world.emulator();
    by_gcloud(&world, &emulator, &[]);
    is_as_the_spec_says(&world, &emulator);
    // What gcloud uploaded is no reason to keep the bucket.
    let destroy = ["plan", "--destroy", "--recovered", "delete"];
    gemmactl(&world, &emulator, &destroy).exits(0).says("5 to delete");
}

#[test]
fn what_gemmactl_made_changes_and_goes_by_gcloud() {
    if !is_here("an update and a destroy by gcloud") {
        return;
    }
    let world = World::copy_of("examples/hardened");
    let emulator = world.emulator();
    gemmactl(&world, &emulator, &["apply", "--yes"]).exits(0);
    for (from, to) in [
        ("displayName: Runs the Gemma service", "displayName: Runs Gemma"),
        ("description: Gemma model servers", "description: Servers"),
        ("olderThan: 30d", "olderThan: 60d"),
        ("    description: Gemma 3 4B behind Ollama, for named callers only\n", ""),
        ("OLLAMA_NUM_PARALLEL: 4\n", "TEXT: \"it's, a; list\"\n"),
        ("concurrency: 4", "concurrency: 8"),
        ("model: gemma3-4b", "tier: gold"),
        ("[\"${caller}\"]", "[\"user:new@example.com\"]\n    startupProbe: {http: {path: /}, period: 5s}"),
    ] {
        world.edit("gemmactl.yaml", from, to);
    }
    by_gcloud(&world, &emulator, &[]);
    // The caller that the spec no longer names is gone; only the record speaks of them.
    gemmactl(&world, &emulator, &["plan"]).exits(0).says("Plan: 1 to forget; 13 unchanged.");
    gemmactl(&world, &emulator, &["apply", "--yes"]).exits(0);
    is_as_the_spec_says(&world, &emulator);

    by_gcloud(&world, &emulator, &["--destroy"]);
    let left = gemmactl(&world, &emulator, &["plan", "--destroy"]).exits(0);
    left.says("to forget").never_says("to delete");
}
