//! Saved snapshots: the same plan without credentials and without network.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::world::World;

const CANARY: &str = "canary-7a2e51";
const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

/// Somebody edits the service by hand, and leaves secrets in it.
fn drift(world: &World) {
    let emulator = world.emulator();
    let (_, service) = emulator.call("GET", SERVICE, None);
    let mut containers = service["template"]["containers"].clone();
    containers[0]["resources"]["limits"]["memory"] = "24Gi".into();
    containers[0]["env"].as_array_mut().unwrap().push(json!({"name": "HF_TOKEN", "value": CANARY}));
    containers.as_array_mut().unwrap().push(json!({
        "name": "beside", "image": "docker.io/a/b", "env": [{"name": "DB_PASSWORD", "value": CANARY}],
    }));
    let body = json!({"template": {"containers": containers}});
    let masked = format!("{SERVICE}?updateMask=template.containers");
    assert_eq!(emulator.call("PATCH", &masked, Some(&body)).0, 200);
    for _ in 0..3 {
        emulator.call("GET", SERVICE, None);
    }
}

/// Every form of the plan, live and from the snapshot.
fn assert_same(world: &World, told: &str) {
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0).says("are saved");
    for arguments in [
        &["plan"][..],
        &["plan", "--format", "json"],
        &["plan", "--format", "markdown", "--show-ignored"],
        &["plan", "--detail", "full", "--guard"],
        &["plan", "--destroy", "--format", "json"],
    ] {
        // What the plan's calls rely on is asked live only.
        let live = world.emulated(&[arguments, &["--no-preflight"]].concat());
        world.clear_journal();
        let mut arguments = arguments.to_vec();
        arguments.extend(["--against", "live.json"]);
        let saved = world.gemmactl(&arguments).exits(live.code);
        assert_eq!(saved.plan(), live.plan(), "{told}: {arguments:?}");
        assert!(world.journal().is_empty(), "{told}: a plan from a snapshot asked somebody");
    }
}

#[test]
fn a_plan_from_a_snapshot_is_the_live_plan_byte_for_byte() {
    let world = tutorial();
    assert_same(&world, "nothing is there");
    world.emulated(&["apply", "--yes"]).exits(0);
    assert_same(&world, "all is as wanted");
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    drift(&world);
    assert_same(&world, "edited and drifted");
    let live: Value =
        serde_json::from_str(&world.emulated(&["plan", "--format", "json"]).exits(0).stdout).unwrap();
    assert_eq!(live["counts"]["update"], 1, "the merged service goes into the fingerprint");
    let text = fs::read_to_string(world.path().join("live.json")).unwrap();
    assert!(!text.contains(CANARY) && text.contains("(hidden)"), "a secret is in the snapshot");
    let mode = fs::metadata(world.path().join("live.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_reviewed_against_a_snapshot_is_what_is_applied() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    drift(&world);
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0);
    world.gemmactl(&["plan", "--against", "live.json", "-o", "plan.json"]).exits(0);
    world.emulated(&["apply", "--yes", "plan.json"]).exits(0).says("Apply complete").never_says(CANARY);
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn what_a_snapshot_lacks_is_named_with_the_way_out() {
    let world = tutorial();
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0);
    world.edit(
        "gemmactl.yaml",
        "services:\n",
        "services:\n  another:\n    image: docker.io/a/b:1\n    description: new\n",
    );
    let refused = world.gemmactl(&["plan", "--against", "live.json"]).exits(1);
    let refused = refused.says("the snapshot lacks what this spec needs");
    let path = SERVICE.replace("ollama-gemma", "another");
    refused
        .says(&format!("not in it: GET run.googleapis.com{path}"))
        .says("make a new snapshot with this spec");
    world.edit("gemmactl.yaml", "stack: ollama-gemma", "stack: another");
    let refused = world.gemmactl(&["plan", "--against", "live.json"]).exits(1);
    refused.says("the snapshot is of stack ollama-gemma in project demo-project, the spec of stack another");
}

#[test]
fn a_read_that_failed_is_saved_as_it_is_and_never_taken_for_absence() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let withheld = json!({"deniedPermissions": ["run.services.get"]});
        emulator.seed(&withheld);
    }
    world
        .emulated(&["snapshot", "-o", "live.json"])
        .exits(0)
        .says("could not be read: GET run.googleapis.com");
    let live = world.emulated(&["plan"]).exits(1);
    assert_eq!(world.gemmactl(&["plan", "--against", "live.json"]).exits(1).plan(), live.plan());
}

/// The same text from the snapshot as from the cloud, with the same end.
fn assert_same_plan(world: &World, arguments: &[&str]) -> String {
    let live = world.emulated(arguments);
    let saved = world.gemmactl(&[arguments, &["--against", "live.json"]].concat()).exits(live.code);
    assert_eq!(saved.plan(), live.plan(), "{arguments:?}");
    saved.stdout
}

#[test]
fn what_was_recovered_is_planned_from_a_snapshot_whatever_the_operator_says_of_it() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let record = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";
        assert_eq!(world.emulator().call("DELETE", record, None).0, 204);
    }
    world.emulated(&["record", "rebuild", "--yes"]).exits(0);
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0);
    for what in ["delete", "detach"] {
        let plan = assert_same_plan(&world, &["plan", "--destroy", "--recovered", what]);
        assert!(plan.contains("repository/ollama"), "{plan}");
    }
    assert_same_plan(&world, &["plan", "--destroy"]);
}

#[test]
fn what_another_stack_made_under_this_name_is_refused_from_a_snapshot_as_it_is_live() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["record", "rename", "ollama-gemma", "gemma", "--yes"]).exits(0);
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0);
    let live = world.emulated(&["plan"]).exits(4);
    let said = "belongs to the stack `gemma`, which was called `ollama-gemma` before";
    live.says(said);
    world.gemmactl(&["plan", "--against", "live.json"]).exits(4).says(said);
    assert_same_plan(&world, &["plan", "--format", "json"]);
    let text = fs::read_to_string(world.path().join("live.json")).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    let entry = &kept["record"]["inventory"]["stacks"]["gemma"]["entries"]["service/ollama-gemma"];
    assert_eq!(entry["stamps"], json!(["ollama-gemma"]));
    assert!(entry.get("applied").is_none(), "more of another stack than the name of its thing: {entry}");
}

#[test]
fn a_file_that_is_no_snapshot_is_refused() {
    let world = tutorial();
    for text in ["", "{}", "[1, 2", r#"{"version": 7, "reads": []}"#, r#"{"version": 1, "reads": 3}"#] {
        fs::write(world.path().join("live.json"), text).unwrap();
        world
            .gemmactl(&["plan", "--against", "live.json"])
            .exits(1)
            .says("live.json")
            .says("snapshot -o FILE");
    }
    world.gemmactl(&["plan", "--against", "none.json"]).exits(1).says("none.json");
    world.gemmactl(&["plan", "--against", "live.json", "--emulator"]).exits(1).says("cannot be used with");
}
