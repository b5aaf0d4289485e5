//! Using the deployed service: `prompt`, `status` and `logs`.

use serde_json::{Value, json};

use crate::world::{Emulator, Run, World};

const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";

fn deployed() -> (World, Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    world.gemmactl(&["apply", "--yes", "--endpoint", &emulator.url]).exits(0);
    (world, emulator)
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_prompt_is_answered_on_stdout_and_its_figures_are_told_on_stderr() {
    let (world, emulator) = deployed();
    let asked = world.against(&emulator, &["prompt", "Why is the sky blue?"]).exits(0);
    assert!(asked.stdout.starts_with("This is gemma3:4b in the emulator"), "{}", asked.stdout);
    assert!(asked.stdout.ends_with("ask again.\n"), "{}", asked.stdout);
    assert!(asked.stderr.starts_with("first token after "), "{}", asked.stderr);
    assert!(asked.stderr.contains(" 62.5 tokens/s, 29 tokens in "), "{}", asked.stderr);
    let named = ["prompt", "ollama-gemma", "Why?", "--model", "gemma3:4b", "--system", "Be brief."];
    world.against(&emulator, &named).exits(0).says("You asked: \"Why?\"");
}

#[test]
fn a_prompt_is_read_by_programs_piece_by_piece() {
    let (world, emulator) = deployed();
    let lines = lines(&world.against(&emulator, &["prompt", "--json", "Why is the sky blue?"]).exits(0));
    let (answer, pieces) = lines.split_last().unwrap();
    assert!(pieces.iter().all(|line| line["event"] == "piece" && line["version"] == 1), "{pieces:?}");
    let text: String = pieces.iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert!(text.contains("Why is the sky blue?"), "{text}");
    assert_eq!((&answer["event"], &answer["model"]), (&json!("answer"), &json!("gemma3:4b")));
    assert_eq!((&answer["service"], &answer["tokens"]), (&json!("ollama-gemma"), &json!(pieces.len())));
    assert!(answer["firstTokenMs"].is_number() && answer["tokensPerSecond"] == 62.5, "{answer}");
}

#[test]
fn the_embedded_emulator_answers_too() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["prompt", "Why?"]).exits(1).says("run.googleapis.com is not enabled");
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["prompt", "Why?"]).exits(0).says("You asked: \"Why?\"");
}

#[test]
fn who_may_not_ask_is_told_the_grant_and_for_whom() {
    let (world, emulator) = deployed();
    let policy = json!({"policy": {"bindings": []}});
    assert_eq!(emulator.call("POST", "/v1/projects/demo-project:setIamPolicy", Some(&policy)).0, 200);
    world.against(&emulator, &["prompt", "Why?"])
        .exits(1)
        .says("/api/tags was answered with 403: Your client does not have permission")
        .says("add-iam-policy-binding ollama-gemma --region=europe-west1 --project=demo-project --member=user:me@example.com")
        .says("roles/run.invoker");
}

#[test]
fn what_the_server_refuses_is_told_with_its_reason() {
    let (world, emulator) = deployed();
    world
        .against(&emulator, &["prompt", "Why?", "--model", "llama"])
        .exits(1)
        .says("/api/generate was answered with 404: model 'llama' not found")
        .says("leave --model out");
    world.against(&emulator, &["prompt"]).exits(1).says("PROMPT");
}

#[test]
fn status_shows_what_is_wanted_what_serves_and_what_is_the_matter() {
    let (world, emulator) = deployed();
    let well = world.against(&emulator, &["status"]).exits(0);
    assert!(
        well.stdout.starts_with("service/ollama-gemma  ready\n  url       https://ollama-gemma-"),
        "{}",
        well.stdout
    );
    assert!(well.stdout.contains(" 100% (latest)\n") && !well.stdout.contains("problem"), "{}", well.stdout);
    let failure = json!({"failures": [{"kind": "revision", "message": "The container ran out of memory."}]});
    emulator.seed(&failure);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.against(&emulator, &["apply", "--yes"]).exits(5);
    let ill = world.against(&emulator, &["status", "ollama-gemma"]).exits(0);
    ill.says("service/ollama-gemma  unready").says("The container ran out of memory.");
    let json = world.against(&emulator, &["status", "--format", "json"]).exits(0);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let service = &json["services"][0];
    assert_eq!((&json["version"], &service["state"]), (&json!(1), &json!("unready")));
    assert_ne!(service["newestRevision"], service["readyRevision"]);
    assert_eq!(service["traffic"][0]["revision"], service["readyRevision"]);
    assert!(service["log"].as_array().unwrap().iter().any(|entry| entry["severity"] == "ERROR"), "{service}");
    let denied = json!({"deniedPermissions": ["logging.logEntries.list"]});
    emulator.seed(&denied);
    world.against(&emulator, &["status"]).exits(0).says("log       could not be read:");
    world.against(&emulator, &["destroy", "--yes"]).exits(0);
    world
        .against(&emulator, &["status"])
        .exits(0)
        .says("service/ollama-gemma  absent: gemmactl apply deploys it");
}

#[test]
fn the_log_of_a_service_is_shown_and_kept_in_its_place() {
    let (world, emulator) = deployed();
    world.against(&emulator, &["prompt", "Why?"]).exits(0);
    let host = emulator.call("GET", SERVICE, None).1["uri"].as_str().unwrap().replace("https://", "");
    let hostile = "/api/tags?x=%1B%5B2J";
    assert_eq!(emulator.send("GET", hostile, &[("host", &host)], None).0, 403);
    let shown = world.against(&emulator, &["logs"]).exits(0);
    for said in
        ["Ready condition status changed to True", "library=CUDA", "POST 200 https://", "GET 403 https://"]
    {
        assert!(shown.stdout.contains(said), "{said}: {}", shown.stdout);
    }
    assert!(!shown.stdout.contains('\u{1b}'));
    let times: Vec<&str> = shown.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(times.is_sorted(), "the oldest first: {times:?}");
    let newest = lines(&world.against(&emulator, &["logs", "--json", "--limit", "1"]).exits(0));
    assert_eq!((newest.len(), &newest[0]["httpRequest"]["status"]), (1, &json!(403)));
    world.against(&emulator, &["logs", "--since", "0s"]).exits(0).says("has written nothing in that time");
    world.against(&emulator, &["logs", "--since", "yesterday"]).exits(1).says("30m, 12h or 7d");
    let denied = json!({"deniedPermissions": ["logging.logEntries.list"]});
    emulator.seed(&denied);
    world.against(&emulator, &["logs"]).exits(1).says("roles/logging.viewer");
}
