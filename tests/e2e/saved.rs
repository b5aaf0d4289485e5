//! Saved plans and fingerprints: what was approved is what is applied, or nothing is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::world::{World, only_reads};

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

fn saved(world: &World, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(world.path().join(name)).unwrap()).unwrap()
}

#[test]
fn a_saved_plan_is_shown_as_it_was_made_on_every_surface() {
    let world = tutorial();
    for format in ["text", "markdown", "summary", "json", "html", "sarif", "annotations"] {
        let made = world.emulated(&["plan", "-o", "plan.json", "--format", format]).exits(0);
        let shown = world.gemmactl(&["show", "plan.json", "--format", format]).exits(0);
        // Only the process that planned knows with what it was asked.
        assert!(!shown.stdout.contains("--emulator"), "{}", shown.stdout);
        assert_eq!(shown.plan(), made.plan());
    }
    let mode = fs::metadata(world.path().join("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    world.clear_journal();
}

#[test]
fn the_command_at_the_end_of_a_plan_carries_it_out_as_it_is() {
    let world = tutorial();
    fs::rename(world.path().join("gemmactl.yaml"), world.path().join("a stack's.yaml")).unwrap();
    let arguments = ["-f", "a stack's.yaml", "--var", "project=demo-project"];
    let planned = world.emulated(&[&["plan"][..], &arguments].concat()).exits(0);
    let at = planned.stdout.find("gemmactl apply ").unwrap();
    let command = planned.stdout[at..].trim();
    assert!(
        command
            .starts_with("gemmactl apply --file 'a stack'\\''s.yaml' --var project=demo-project --emulator"),
        "{command}"
    );
    let binary = Path::new(env!("CARGO_BIN_EXE_gemmactl"));
    let mut shell = Command::new("/bin/sh");
    shell
        .env_clear()
        .env("PATH", binary.parent().unwrap())
        .env("HOME", world.path())
        .current_dir(world.path());
    let applied = shell.args(["-c", &format!("{command} --yes")]).output().unwrap();
    let said = String::from_utf8_lossy(&applied.stderr);
    assert!(applied.status.success() && said.contains("Apply complete"), "{command}\n{said}");
    world.emulated(&[&["plan", "--detailed-exitcode"][..], &arguments].concat()).exits(0);
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
    assert!(world.journal().iter().all(only_reads), "something was written");
    world.emulated(&["plan", "--since", "plan.json"]).exits(0).says("4 → 9, was 4 → 8");
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

/// The calls of gemmactl so far, less those that only read.
fn writes(world: &World) -> Vec<Value> {
    let journal = world.journal().into_iter();
    let ours =
        journal.filter(|call| call["client"].as_str().is_some_and(|name| name.starts_with("gemmactl/")));
    ours.filter(|call| !only_reads(call)).collect()
}

#[test]
fn a_saved_plan_of_one_project_or_stack_sends_nothing_to_another() {
    let world = tutorial();
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    world.emulated(&["plan", "--destroy", "-o", "going.json"]).exits(0);
    world.clear_journal();
    let refused = |command: &[&str]| {
        let refused = world.emulated(command).exits(3);
        refused.says("the saved plan is of stack ollama-gemma of project demo-project").says("help: ");
    };
    for command in [["apply", "--yes", "plan.json"], ["destroy", "--yes", "going.json"]] {
        refused(&[&command[..], &["--var", "project=other-project"]].concat());
    }
    world.edit("gemmactl.yaml", "stack: ollama-gemma", "stack: other");
    for command in [["apply", "--yes", "plan.json"], ["destroy", "--yes", "going.json"]] {
        refused(&command);
    }
    assert_eq!(world.journal(), Vec::<Value>::new(), "something was asked");
}

#[test]
fn a_saved_plan_that_is_done_in_part_says_what_to_do_and_that_works() {
    let world = tutorial();
    let emulator = world.emulator();
    let run = |command: &[&str]| world.against(&emulator, command);
    run(&["plan", "-o", "plan.json"]).exits(0);
    let failing = serde_json::json!({"failures": [{"kind": "build", "name": "", "message": "No space left.", "times": 1}]});
    emulator.seed(&failing);
    run(&["apply", "--yes", "plan.json"]).exits(5).says("plan again and approve that");
    // The approved plan is done in part, so it is not what would be done now, and is not carried out.
    run(&["apply", "--yes", "plan.json"]).exits(3);
    run(&["plan", "-o", "rest.json"]).exits(0);
    run(&["apply", "--yes", "rest.json"]).exits(0);
    run(&["plan", "--detailed-exitcode"]).exits(0);
}

/// Pointers to every value of a document that holds no other, and to none of them twice.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            leaves(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(at.to_owned()),
    }
}

#[test]
fn whatever_is_edited_in_a_saved_plan_is_refused_or_does_what_was_planned() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    let state = fs::read(world.state()).unwrap();
    let plan = saved(&world, "plan.json");
    let mut pointers = Vec::new();
    leaves(&plan, "", &mut pointers);
    let few = usize::try_from(conformance::cases(12)).unwrap();
    let stride = (pointers.len() / few).max(1);
    let (mut refused, mut done) = (0, 0);
    for pointer in
        pointers.iter().step_by(stride).map(String::as_str).chain(["/fingerprint", "/goal", "/project"])
    {
        let mut edited = plan.clone();
        let place = edited.pointer_mut(pointer).unwrap();
        *place = match &*place {
            Value::String(text) if text.ends_with('0') => format!("{text}1").into(),
            Value::String(text) => format!("{}0", &text[..text.len().saturating_sub(1)]).into(),
            Value::Number(number) => (number.as_u64().unwrap_or_default() + 1).into(),
            Value::Bool(flag) => (!flag).into(),
            Value::Null | Value::Array(_) | Value::Object(_) => "x".into(),
        };
        fs::write(world.path().join("edited.json"), edited.to_string()).unwrap();
        world.clear_journal();
        let run = world.emulated(&["apply", "--yes", "edited.json"]);
        match run.code {
            0 => {
                done += 1;
                // What was approved by its fingerprint is what was done: this one field of this one service.
                let changes: Vec<Value> =
                    writes(&world).into_iter().filter(|call| call["method"] == "PATCH").collect();
                assert_eq!(changes.len(), 1, "{pointer}: {changes:#?}");
                assert_eq!(
                    changes[0]["request"]["template"]["maxInstanceRequestConcurrency"], 8,
                    "{pointer}"
                );
                world.emulated(&["plan", "--detailed-exitcode"]).exits(0);
                fs::write(world.state(), &state).unwrap();
            }
            1 | 3 => {
                refused += 1;
                assert_eq!(writes(&world), Vec::<Value>::new(), "{pointer}");
            }
            code => panic!("{pointer}: {code}\n{}", run.all()),
        }
    }
    assert!(refused > 0 && done > 0, "{refused} refused, {done} done");
    conformance::evidence::add("edits of a saved plan that are refused or change nothing", refused + done);
}
