//! The proof of service after apply.

use serde_json::{Value, json};

use crate::world::World;

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

#[test]
fn apply_proves_a_gpu_service_once_and_again_only_when_asked() {
    let world = tutorial();
    world
        .emulated(&["apply", "--yes"])
        .exits(0)
        .says("proof of service/ollama-gemma: gemma3:4b answers\n")
        .says("62.5 tokens/s, 16 tokens in ")
        .says("on the GPU (CUDA, NVIDIA L4)");
    world.emulated(&["apply", "--yes"]).exits(0).never_says("proof of");
    world.emulated(&["apply", "--yes", "--smoke"]).exits(0).says("No changes.").says("gemma3:4b answers");
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["apply", "--yes"]).exits(0).says("gemma3:4b answers");
}

#[test]
fn a_spec_can_do_without_the_proof() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "    concurrency: 4", "    smokeTest: false\n    concurrency: 4");
    world.emulated(&["apply", "--yes"]).exits(0).never_says("proof of");
    world.emulated(&["apply", "--yes", "--smoke"]).exits(0).never_says("proof of");
    world.edit("gemmactl.yaml", "smokeTest: false", "smokeTest: maybe");
    world.gemmactl(&["validate"]).exits(1).says("smokeTest");
}

#[test]
fn a_model_that_runs_on_the_cpu_fails_the_apply_with_what_to_look_at() {
    let world = tutorial();
    world.edit(
        "gemmactl.yaml",
        "      OLLAMA_NUM_PARALLEL",
        "      OLLAMA_LLM_LIBRARY: cpu\n      OLLAMA_NUM_PARALLEL",
    );
    let run = world.emulated(&["apply", "--yes"]).exits(5);
    assert!(run.stderr.contains("Apply complete: 14 created."), "{}", run.stderr);
    for said in [
        "proof of service/ollama-gemma: failed",
        "gemma3:4b answers from the CPU",
        "help: gemmactl logs ollama-gemma",
        "library=cpu",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    world.emulated(&["apply", "--yes"]).exits(0).says("No changes.");
    world.emulated(&["apply", "--yes", "--smoke"]).exits(5);
}

#[test]
fn programs_read_the_proof_as_an_event() {
    let world = tutorial();
    let run = world.emulated(&["apply", "--yes", "--json"]).exits(0);
    let events: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let proof = events.last().unwrap();
    assert_eq!((&proof["event"], &proof["verdict"]), (&json!("smokeTest"), &json!("served")));
    assert_eq!((&proof["service"], &proof["gpu"]), (&json!("ollama-gemma"), &json!(true)));
    assert!(proof["firstTokenMs"].is_number() && proof["tokensPerSecond"] == 62.5, "{proof}");
}

#[test]
fn a_log_that_cannot_be_read_is_no_pass_and_no_failure() {
    let world = tutorial();
    let emulator = world.emulator();
    let denied = json!({"deniedPermissions": ["logging.logEntries.list"]});
    emulator.seed(&denied);
    world
        .gemmactl(&["apply", "--yes", "--endpoint", &emulator.url])
        .exits(0)
        .says("whether on the GPU is not known");
}

/// What strikes the first question to the service, and how the apply ends then.
fn struck(fault: &Value, path: &str, times: &Value) -> (i32, String) {
    let world = tutorial();
    let emulator = world.emulator();
    let rule = json!({"host": "*.run.localhost", "path": path, "times": times, "fault": fault});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"rules": [rule]}))).0, 200);
    let run = world.gemmactl(&["apply", "--yes", "--endpoint", &emulator.url]);
    let (_, shown) = emulator.call("GET", "/emulator/faults", None);
    assert!(shown["rules"][0]["struck"].as_u64() > Some(0), "{fault} struck nothing: {shown}");
    (run.code, run.stderr)
}

#[test]
fn an_answer_that_did_not_come_whole_is_asked_for_again() {
    for fault in ["reset", "lost", "truncated", "malformed"] {
        let (code, said) = struck(&json!({"kind": fault}), "/api/generate", &json!(1));
        assert_eq!(code, 0, "{fault}: {said}");
        assert!(said.contains("gemma3:4b answers\n"), "{fault}: {said}");
    }
}

#[test]
fn a_service_whose_answers_never_come_whole_is_not_proven() {
    for (fault, why) in [
        ("truncated", "the answer broke off"),
        (
            "malformed",
            "the answer of /api/generate is not of the form that such servers give: a line is no JSON",
        ),
    ] {
        let (code, said) = struck(&json!({"kind": fault}), "/api/generate", &Value::Null);
        assert_eq!(code, 5, "{fault}: {said}");
        for text in ["proof of service/ollama-gemma: failed", why, "help: gemmactl logs ollama-gemma"] {
            assert!(said.contains(text), "{text}: {said}");
        }
    }
}

#[test]
fn a_token_that_the_service_refuses_is_made_anew() {
    let (code, said) = struck(&json!({"kind": "status", "code": 401}), "/api/tags", &json!(1));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("gemma3:4b answers\n"), "{said}");
}

#[test]
fn a_service_without_a_gpu_is_asked_only_if_the_spec_says_so() {
    let spec = |smoke: &str| {
        format!(
            "version: 1\nstack: s\nproject: demo-project\nregion: europe-west1\napis: [run.googleapis.com]\nservices:\n  gemma:\n    \
             image: us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b\n{smoke}"
        )
    };
    World::with_spec(spec("")).emulated(&["apply", "--yes"]).exits(0).never_says("proof of");
    let asked = World::with_spec(spec("    smokeTest: true\n"));
    asked.emulated(&["apply", "--yes"]).exits(0).says("without a GPU, as the spec says");
}

#[test]
fn a_proof_that_failed_stands_in_the_report_and_in_what_is_told_again() {
    let world = tutorial();
    world.edit(
        "gemmactl.yaml",
        "      OLLAMA_NUM_PARALLEL",
        "      OLLAMA_LLM_LIBRARY: cpu\n      OLLAMA_NUM_PARALLEL",
    );
    let run = world.emulated(&["apply", "--yes", "--json", "--report", "report.md"]).exits(5);
    std::fs::write(world.path().join("events.jsonl"), &run.stdout).unwrap();
    let report = std::fs::read_to_string(world.path().join("report.md")).unwrap();
    for said in [
        "· complete: 14 created, but 1 proof of service failed\n",
        "- ✗ `service/ollama-gemma`: **failed**: `gemma3:4b answers from the CPU",
        "  - way out: ``gemmactl logs ollama-gemma and gemmactl status",
        "**How to go on**: everything is deployed; see to what fails",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let again = world.gemmactl(&["show", "events.jsonl", "--format", "markdown"]).exits(0);
    assert_eq!(again.stdout, report);
    world
        .gemmactl(&["show", "events.jsonl"])
        .exits(0)
        .says("proof of service/ollama-gemma: failed")
        .says("library=cpu");
    // Without --json the report is the same.
    world.emulated(&["apply", "--yes", "--smoke", "--report", "report.md"]).exits(5);
    let report = std::fs::read_to_string(world.path().join("report.md")).unwrap();
    assert!(report.contains("complete: there was nothing to do, but 1 proof of service failed"), "{report}");
}
