//! The record after the worst day: damaged, put back to what it was, deleted, of a newer form or of another project.

use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::world::{Emulator, World};

const OBJECT: &str = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";
const UPLOAD: &str = "/upload/storage/v1/b/gemmactl-demo-project/o?uploadType=media&name=inventory.json";

/// An applied stack and the emulator that it is on.
pub(crate) fn applied() -> (World, Emulator) {
    let world = World::copy_of("examples/prebuilt-image");
    world.emulated(&["apply", "--yes"]).exits(0);
    let emulator = world.emulator();
    (world, emulator)
}

pub(crate) fn record(emulator: &Emulator) -> Value {
    emulator.call("GET", &format!("{OBJECT}?alt=media"), None).1
}

/// The generations of the record that the bucket holds, newest first.
fn generations(emulator: &Emulator) -> Vec<String> {
    let (_, list) = emulator.call("GET", "/storage/v1/b/gemmactl-demo-project/o?versions=true", None);
    let mut found: Vec<String> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item["generation"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found.reverse();
    found
}

/// Overwrites the record with something that is none.
fn damage(emulator: &Emulator) {
    let mut record = record(emulator);
    record["serial"] = json!(9999);
    assert_eq!(emulator.call("POST", UPLOAD, Some(&record)).0, 200);
}

/// A command that runs beside the test, and says nothing.
fn started(world: &World, command: &[&str], emulator: &Emulator) -> Child {
    let mut child = world.command();
    child.args(command).args(["--endpoint", emulator.url.as_str()]).stdin(Stdio::null());
    child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_damaged_record_stops_every_command_and_is_put_back_to_the_generation_before() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let before = record(&emulator);
    let whole = generations(&emulator)[0].clone();
    damage(&emulator);
    for command in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"], &["record", "list"]] {
        run(command).exits(1).says("checksum does not fit").says("`gemmactl record restore` lists them");
    }
    run(&["record", "restore"])
        .exits(0)
        .says("present  cannot be used: it is damaged")
        .says(&whole)
        .says("gemma-prebuilt (");
    let damaged = generations(&emulator)[0].clone();
    run(&["record", "restore", "--generation", &damaged, "--yes"]).exits(1).says("checksum does not fit");
    run(&["record", "restore", "--generation", "12", "--yes"]).exits(1).says("no generation 12 of");
    run(&["record", "restore", "--generation", &whole]).exits(1).says("gained").says("pass --yes");
    run(&["record", "restore", "--generation", &whole, "--yes"])
        .exits(0)
        .says("as there is no record that can be read")
        .says("+ service/gemma")
        .says("is put back, as generation");
    let after = record(&emulator);
    assert_eq!(after["stacks"]["gemma-prebuilt"]["entries"], before["stacks"]["gemma-prebuilt"]["entries"]);
    assert!(after["serial"].as_u64() > before["serial"].as_u64());
    run(&["record", "restore", "--generation", &generations(&emulator)[0], "--yes"])
        .exits(0)
        .says("is the record already");
    run(&["plan"]).exits(0).says("No changes.");
    run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn what_a_stack_gains_and_loses_is_said_before_the_question() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let first = generations(&emulator)[0].clone();
    world.edit("gemmactl.yaml", "stack: gemma-prebuilt", "stack: second");
    world.edit("gemmactl.yaml", "\n  gemma:", "\n  gemma-second:");
    run(&["apply", "--yes"]).exits(0);
    run(&["record", "restore", "--generation", &first])
        .exits(1)
        .says("second: ")
        .says("- service/gemma-second")
        .says("held by gemma-prebuilt, second, then held by gemma-prebuilt")
        .says("What a stack loses here stays in the project");
    assert_eq!(record(&emulator)["stacks"].as_object().unwrap().len(), 2, "nothing was written");
}

#[test]
fn a_deleted_record_is_put_back_from_its_older_generations_and_from_what_was_deleted_for_good() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let newest = generations(&emulator)[0].clone();
    assert_eq!(emulator.call("DELETE", OBJECT, None).0, 204);
    run(&["record", "list"]).exits(0).says("There is no record yet");
    run(&["record", "restore"]).exits(0).says("older    serial");
    run(&["record", "restore", "--generation", &newest, "--yes"]).exits(0).says("is put back");
    run(&["plan"]).exits(0).says("No changes.");

    let newest = generations(&emulator)[0].clone();
    run(&["record", "restore", "--generation", &newest, "--yes"]).exits(0).says("is the record already");
    for generation in generations(&emulator) {
        assert_eq!(emulator.call("DELETE", &format!("{OBJECT}?generation={generation}"), None).0, 204);
    }
    run(&["record", "restore"]).exits(0).says("deleted  can be restored until").never_says("present");
    run(&["record", "restore", "--generation", &newest]).exits(1).says("pass --yes");
    assert!(generations(&emulator).is_empty(), "nothing was written without a yes");
    run(&["record", "restore", "--generation", &newest, "--yes"]).exits(0).says("+ service/gemma");
    run(&["plan"]).exits(0).says("No changes.");
    run(&["record", "restore", "--generation", &newest, "--yes"])
        .exits(1)
        .says("lets nobody read it while there is a record");
    run(&["destroy", "--yes"]).exits(0);
    run(&["record", "restore"]).exits(0).says("Nothing is kept of a record");
}

#[test]
fn generations_of_a_newer_form_or_of_another_project_are_not_put_back() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let whole = record(&emulator);
    let change = |field: &str, value: Value| {
        let mut other = whole.clone();
        other[field] = value;
        other.as_object_mut().unwrap().remove("checksum");
        if field != "schema" {
            other["schema"] = json!(1);
        }
        let (status, object) = emulator.call("POST", UPLOAD, Some(&other));
        assert_eq!(status, 200);
        object["generation"].as_str().unwrap().to_owned()
    };
    let refused = [
        (change("schema", json!(99)), "use the version that wrote it"),
        (change("project", json!("other-project")), "it speaks about project other-project"),
        (change("projectNumber", json!("12")), "it speaks about the project with number 12"),
    ];
    assert_eq!(emulator.call("POST", UPLOAD, Some(&json!("no record"))).0, 200);
    for (generation, problem) in refused {
        run(&["record", "restore"]).exits(0).says(problem);
        run(&["record", "restore", "--generation", &generation, "--yes"]).exits(1).says(problem);
    }
    assert_eq!(record(&emulator), json!("no record"));
}

#[test]
fn nothing_is_put_back_while_a_run_works() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let old = generations(&emulator)[0].clone();
    let held = json!({"rules": [{
        "name": "held", "method": "PATCH", "path": "/v2/projects/*/locations/*/services/*", "fault": {"kind": "hold"},
    }]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&held)).0, 200);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let mut apply = started(&world, &["apply", "--yes"], &emulator);
    emulator.call("GET", "/emulator/faults?struck=held", None);
    world
        .gemmactl(&[&["record", "restore", "--generation", &old, "--yes"], &on[..]].concat())
        .exits(6)
        .says("another run holds");
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"release": ["held"]}))).0, 200);
    assert!(apply.wait().unwrap().success());
}

#[test]
fn a_restore_that_was_killed_before_or_after_its_write_is_run_again() {
    for fault in [json!({"kind": "hold"}), json!({"kind": "slow", "milliseconds": 60_000})] {
        let (world, emulator) = applied();
        let on = ["--endpoint", emulator.url.as_str()];
        let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
        let whole = generations(&emulator)[0].clone();
        damage(&emulator);
        let rule =
            json!({"rules": [{"name": "write", "method": "POST", "path": "/upload/**", "fault": fault}]});
        assert_eq!(emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
        let restore = ["record", "restore", "--generation", &whole, "--yes"];
        let mut killed = started(&world, &restore, &emulator);
        emulator.call("GET", "/emulator/faults?struck=write", None);
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"rules": []}))).0, 200);
        run(&restore).exits(0);
        run(&["plan"]).exits(0).says("No changes.");
    }
}
