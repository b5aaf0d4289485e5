//! Saved plans and fingerprints: what was approved is what is applied, or nothing is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::world::World;

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

fn saved(world: &World, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(world.path().join(name)).unwrap()).unwrap()
}

#[test]
fn a_saved_plan_is_shown_as_it_was_made_on_every_surface() {
    let world = tutorial();
    for format in ["text", "markdown", "summary", "json", "sarif", "annotations"] {
        let made = world.emulated(&["plan", "-o", "plan.json", "--format", format]).exits(0);
        let shown = world.gemmactl(&["show", "plan.json", "--format", format]).exits(0);
        assert_eq!(shown.stdout, made.stdout);
    }
    let mode = fs::metadata(world.path().join("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    world.clear_journal();
}

#[test]
fn the_same_plan_has_the_same_fingerprint_whoever_makes_it_and_wherever_its_lines_stand() {
    let world = tutorial();
    world.emulated(&["plan", "-o", "one.json"]).exits(0);
    world.edit("gemmactl.yaml", "version: 1", "# A remark.\nversion: 1");
    world.emulated(&["plan", "-o", "two.json"]).exits(0).says(" --expect ");
    assert_eq!(saved(&world, "one.json")["fingerprint"], saved(&world, "two.json")["fingerprint"]);
    world.gemmactl(&["show", "two.json", "--since", "one.json"]).exits(0).says("nothing; both do the same");
}

#[test]
fn a_saved_plan_is_applied_if_it_is_still_what_is_planned() {
    let world = tutorial();
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    world.emulated(&["apply", "--yes", "plan.json"]).exits(0).says("Apply complete");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0).says("No changes");
    // The plan is done; what is planned now is another one.
    world.emulated(&["apply", "--yes", "plan.json"]).exits(3);
    world.emulated(&["plan", "--destroy", "-o", "going.json"]).exits(0);
    world.emulated(&["destroy", "--yes", "going.json"]).exits(0);
}

#[test]
fn an_edit_of_the_spec_after_the_review_is_refused_and_shown() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 8", "concurrency: 9");
    world.clear_journal();
    let refused = world.emulated(&["apply", "--yes", "plan.json"]).exits(3);
    let refused = refused.says("nothing was changed");
    refused.says("! service/ollama-gemma  concurrency  4 -> 9, was 4 -> 8");
    assert!(
        world.journal().iter().all(|call| call["method"] == "GET" || is_read(call)),
        "something was written"
    );
    world.emulated(&["plan", "--since", "plan.json"]).exits(0).says("4 -> 9, was 4 -> 8");
}

fn is_read(call: &Value) -> bool {
    let path = call["path"].as_str().unwrap_or_default();
    path.ends_with(":getIamPolicy") || path.ends_with(":testIamPermissions")
}

#[test]
fn a_change_behind_its_back_after_the_review_is_refused() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    let emulator = world.emulator();
    let path = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";
    let (_, service) = emulator.call("GET", path, None);
    let mut template = service["template"].clone();
    template["containers"][0]["resources"]["limits"]["memory"] = "24Gi".into();
    let edited = serde_json::json!({ "template": { "containers": template["containers"] } });
    assert_eq!(
        emulator.call("PATCH", &format!("{path}?updateMask=template.containers"), Some(&edited)).0,
        200
    );
    for _ in 0..2 {
        emulator.call("GET", path, None);
    }
    drop(emulator);
    let refused = world.emulated(&["apply", "--yes", "plan.json"]).exits(3);
    refused.says("+ service/ollama-gemma  memory  24Gi -> 32Gi");
}

#[test]
fn what_is_expected_is_applied_and_nothing_else() {
    let world = tutorial();
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    let fingerprint = saved(&world, "plan.json")["fingerprint"].as_str().unwrap().to_owned();
    world.emulated(&["apply", "--yes", "--expect", "0123456789abcdef"]).exits(3).says("0123456789abcdef");
    world.emulated(&["apply", "--yes", "--expect", "0123"]).exits(1).says("16 to 64 hexadecimal digits");
    world.emulated(&["apply", "--yes", "--expect", &fingerprint[..16]]).exits(0).says("Apply complete");
}

#[test]
fn a_file_that_is_no_saved_plan_is_refused_before_anything_is_asked() {
    let world = tutorial();
    for (text, problem) in [
        ("", "it is no saved plan"),
        ("{}", "it has no `version`"),
        (r#"{"version": 2}"#, "version 2"),
        (r#"{"version": 1, "stack": 7}"#, "it is no saved plan"),
    ] {
        fs::write(world.path().join("plan.json"), text).unwrap();
        world.gemmactl(&["show", "plan.json"]).exits(1).says(problem);
        world.emulated(&["apply", "--yes", "plan.json"]).exits(1).says(problem).says("help: ");
    }
    world.gemmactl(&["show", "none.json"]).exits(1).says("none.json");
    world.emulated(&["plan", "-o", "no/such/folder/plan.json"]).exits(1).says("no/such/folder/plan.json");
    assert!(world.journal().is_empty());
}
