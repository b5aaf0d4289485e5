//! Whatever a spec, a service or an answer says, no output obeys it: no escape sequence, no log command, nothing that a
//! shell would run when somebody copies it.

use serde_json::json;

use crate::world::{Run, World};

/// A red text, a cleared screen, a command of GitHub's runner and one of Azure's, a direction mark, a line break.
const HOSTILE: &str = "x\u{1b}[31m\u{9b}2J\r\n::add-mask::x\n##vso[task]\u{202e}##[group]";
const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";
const RECORD: &str = "/storage/v1/b/gemmactl-demo-project/o/inventory.json?alt=media";

#[track_caller]
fn is_harmless(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let obeyed = text.chars().find(|letter| {
            (letter.is_control() && *letter != '\n') || ('\u{202a}'..='\u{202e}').contains(letter)
        });
        assert_eq!(obeyed, None, "{text}");
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
        }
    }
}

#[test]
fn hostile_answers_are_shown_and_not_obeyed_by_any_command() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let body = json!({"description": HOSTILE, "annotations": {"note": HOSTILE}});
        let masked = format!("{SERVICE}?updateMask=description,annotations");
        let (status, answer) = emulator.call("PATCH", &masked, Some(&body));
        assert_eq!(status, 200, "{answer}");
        let (_, mut record) = emulator.call("GET", RECORD, None);
        record["stacks"]["ollama-gemma"]["lease"] = json!({
            "holder": HOSTILE, "beat": 1, "who": HOSTILE, "operation": HOSTILE, "started": HOSTILE,
        });
        let entries = record["stacks"]["ollama-gemma"]["entries"].as_object_mut().unwrap();
        let (_, entry) = entries.iter_mut().next().unwrap();
        entry["uid"] = json!(HOSTILE);
        let upload = "/upload/storage/v1/b/gemmactl-demo-project/o?uploadType=media&name=inventory.json";
        assert_eq!(emulator.call("POST", upload, Some(&record)).0, 200);
        let broken = json!({"failures": [{"kind": "revision", "message": HOSTILE, "times": 9}]});
        emulator.seed(&broken);
    }
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8\n    description: Ours");
    let mut surfaces = 0;
    for arguments in [
        &["plan"][..],
        &["plan", "--detail", "full", "--show-ignored"],
        &["plan", "--format", "markdown", "--show-ignored"],
        &["plan", "--format", "json", "--show-ignored"],
        &["record", "list"],
        &["record", "show"],
        &["record", "show", "--format", "json"],
        &["record", "restore"],
        &["record", "rebuild"],
        &["plan", "--destroy"],
        &["apply", "--yes"],
        &["apply", "--yes", "--json"],
        &["validate"],
        &["graph"],
        &["destroy", "--yes"],
    ] {
        let asks_nobody = ["graph", "validate"].contains(&arguments[0]);
        let run = if asks_nobody { world.gemmactl(arguments) } else { world.emulated(arguments) };
        assert!([0, 1, 5].contains(&run.code), "{arguments:?}: {}", run.all());
        is_harmless(&run);
        surfaces += 1;
    }
    conformance::evidence::add("outputs with hostile answers behind them, none obeyed", surfaces);
}

#[test]
fn hostile_specs_are_shown_and_not_obeyed() {
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    for spec in [
        format!("version: 1\nstack: {quoted}\n"),
        format!("version: 1\nstack: demo\nproject: {quoted}\n{quoted}: 1\n"),
        format!(
            "version: 1\nstack: demo\nproject: demo-project\nregion: {quoted}\nvariables: {{ {quoted}: {{}} }}\n"
        ),
        format!("{HOSTILE}: ["),
    ] {
        let world = World::with_spec(spec);
        for arguments in [
            &["validate"][..],
            &["validate", "--format", "json"],
            &["validate", "--format", "sarif"],
            &["plan", "--emulator"],
        ] {
            let run = world.gemmactl(arguments);
            assert_eq!(run.code, 1, "{}", run.all());
            is_harmless(&run);
        }
    }
    let world = World::with_spec("version: 1\n");
    is_harmless(&world.gemmactl(&["plan", "--emulator", "-f", "no\u{1b}[31m\n::error::x"]).exits(1));
    is_harmless(&world.gemmactl(&["plan", "--emulator", "--var", "a\u{1b}[31m\n::error::x=1"]).exits(1));
}

#[test]
fn the_command_to_copy_holds_nothing_that_a_shell_obeys() {
    for model in ["x\"}'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "x\u{1b}[31m"] {
        let world = World::copy_of("examples/ollama-gemma");
        let argument = serde_json::to_string(model).unwrap();
        world.edit(
            "gemmactl.yaml",
            "timeout: 3600s",
            &format!("timeout: 3600s\n      args: {{ MODEL: {argument} }}"),
        );
        let run = world.emulated(&["apply", "--yes"]).exits(0);
        let ask = run.stdout.lines().find(|line| line.trim_start().starts_with("ask")).unwrap();
        assert!(!ask.contains("pwned") && !ask.contains('\u{1b}'), "{ask}");
        assert!(ask.contains("prompt ollama-gemma \"Why is the sky blue?\" --emulator"), "{ask}");
    }
}
