//! The stream of an apply, and what is made of it.

use std::fs;

use serde_json::{Value, json};

use crate::world::World;

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

fn read(world: &World, name: &str) -> String {
    fs::read_to_string(world.path().join(name)).unwrap()
}

#[test]
fn the_stream_of_an_apply_is_told_again_and_becomes_the_same_report() {
    let world = tutorial();
    let run = world.emulated(&["apply", "--yes", "--json", "--report", "report.md"]).exits(0);
    fs::write(world.path().join("events.jsonl"), &run.stdout).unwrap();
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["version"], &lines[0]["event"]), (&json!(1), &json!("begun")));
    // The proof of the service follows on the run.
    let [.., last, proof] = lines.as_slice() else { panic!("{}", run.stdout) };
    assert_eq!(proof["event"], "smokeTest");
    assert_eq!((&last["event"], &last["failed"]), (&json!("finished"), &json!(0)));
    let shown = world.gemmactl(&["show", "events.jsonl"]).exits(0);
    shown.says("build the image (Cloud Build)").says("Apply complete: ");
    let report = world.gemmactl(&["show", "events.jsonl", "--format", "markdown"]).exits(0).stdout;
    assert_eq!(report, read(&world, "report.md"));
    assert!(report.starts_with("### gemmactl apply · `ollama-gemma` · complete: "), "{report}");
    assert!(report.contains("- `service/ollama-gemma`: `https://"), "{report}");
    world.gemmactl(&["show", "events.jsonl", "--format", "json"]).exits(0).says("\"event\":\"begun\"");
    world.gemmactl(&["show", "events.jsonl", "--since", "x.json"]).exits(1).says("compares plans");
}

#[test]
fn an_apply_without_changes_says_so_to_programs_and_in_the_report() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    let run = world.emulated(&["apply", "--yes", "--json", "--report", "report.md"]).exits(0);
    let events: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone())
        .collect();
    assert_eq!(events, ["begun", "finished"]);
    assert!(read(&world, "report.md").contains("complete: there was nothing to do"));
}

#[test]
fn a_report_is_written_when_the_run_fails_too() {
    let world = tutorial();
    {
        let emulator = world.emulator();
        let broken = json!({"failures": [{"kind": "build", "message": "no luck", "times": 9}]});
        emulator.seed(&broken);
    }
    let run = world.emulated(&["apply", "--yes", "--json", "--report", "report.md"]).exits(5);
    let report = read(&world, "report.md");
    assert!(report.contains("**`image/ollama-gemma` failed**: ") && report.contains("no luck"), "{report}");
    assert!(report.contains("skipped, because `image/ollama-gemma` failed"), "{report}");
    assert!(report.contains("**How to go on**: settle what failed"), "{report}");
    // The end is cut off, as a killed run leaves it.
    fs::write(world.path().join("cut.jsonl"), &run.stdout[..run.stdout.len() / 2]).unwrap();
    world.gemmactl(&["show", "cut.jsonl", "--format", "markdown"]).exits(0).says("did not say that it ended");
    world.gemmactl(&["show", "cut.jsonl"]).exits(0).says("did not say that it ended");
}

#[test]
fn a_report_of_a_run_that_did_not_begin_says_why() {
    let world = tutorial();
    let stale = ["apply", "--yes", "--expect", "0123456789abcdef", "--report", "report.md"];
    world.emulated(&stale).exits(3);
    let report = read(&world, "report.md");
    assert!(report.starts_with("### gemmactl apply · `ollama-gemma` · not begun"), "{report}");
    assert!(report.contains("what was approved is plan 0123456789abcdef"), "{report}");
    world
        .emulated(&["apply", "--yes", "--report", "no/such/folder/r.md"])
        .exits(1)
        .says("no/such/folder/r.md");
}

#[test]
fn what_is_no_stream_is_refused_with_its_line() {
    let world = tutorial();
    fs::write(world.path().join("events.jsonl"), "{\"version\":1,\"event\":\"done\"}\n").unwrap();
    world
        .gemmactl(&["show", "events.jsonl"])
        .exits(1)
        .says("events.jsonl: line 1 is no event")
        .says("help: ");
}
