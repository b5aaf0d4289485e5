//! Load on the deployed service: `bench`.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::world::{Run, World};

/// Answers take some milliseconds a token, so that prompts meet each other.
const SLOW: &str = "0.25";

/// The tutorial's stack, deployed, with lines of its spec edited.
fn deployed(edits: &[(&str, &str)]) -> World {
    let world = World::copy_of("examples/ollama-gemma");
    for (from, to) in edits {
        world.edit("gemmactl.yaml", from, to);
    }
    world.emulated(&["apply", "--yes"]).exits(0);
    world
}

fn slowly(world: &World, arguments: &[&str]) -> Run {
    let bench = ["bench", "--yes", "--emulator", "--emulator-time-scale", SLOW];
    world.gemmactl(&[&bench[..], arguments].concat())
}

fn json_of(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn a_measurement_is_shown_and_saved_and_shown_again_the_same() {
    let world = deployed(&[]);
    let load = ["bench", "--levels", "2,4", "--requests", "6", "--max-tokens", "12", "--yes"];
    let files = ["-o", "bench.json", "--html", "bench.html"];
    let run = world
        .emulated(&[&load[..], &files].concat())
        .exits(0)
        .says("ollama-gemma will be asked 19 prompts, 1, 2, 4 at once, for 12 tokens each: 228 tokens at the most.")
        .says("4 at once: 6 of 6 prompts answered");
    assert!(
        run.stdout.starts_with("gemmactl bench  service/ollama-gemma  europe-west1\n18 prompts to gemma3:4b"),
        "{}",
        run.stdout
    );
    for said in ["tokens a second of all answers together", "recommended\n", "  OLLAMA_NUM_PARALLEL  "] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    assert_eq!(world.gemmactl(&["show", "bench.json"]).exits(0).stdout, run.stdout);
    let read = |file: &str| std::fs::read_to_string(world.path().join(file)).unwrap();
    let show = |format: &str| world.gemmactl(&["show", "bench.json", "--format", format]);
    assert_eq!(show("json").exits(0).stdout, read("bench.json"));
    assert_eq!(show("html").exits(0).stdout, read("bench.html"));
    show("markdown").exits(1).says("--format takes text, json or html");
    world.gemmactl(&["show", "bench.json", "--since", "x"]).exits(1).says("--since compares plans");

    let saved: Value = serde_json::from_str(&read("bench.json")).unwrap();
    let levels: Vec<_> = saved["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| (&level["concurrency"], &level["answered"], &level["tokens"]))
        .collect();
    let all = [json!(1), json!(2), json!(4), json!(6), json!(72)];
    assert_eq!(
        levels,
        [(&all[0], &all[3], &all[4]), (&all[1], &all[3], &all[4]), (&all[2], &all[3], &all[4])]
    );
    let setup = &saved["setup"];
    assert_eq!(
        (&setup["concurrency"], &setup["maxInstances"], &setup["slots"]),
        (&json!(4), &json!(1), &json!(4))
    );
    assert_eq!(
        (&setup["server"], &saved["form"], &saved["ending"]),
        (&json!("ollama"), &json!("ollama"), &json!("complete"))
    );
    assert!(setup["slotsThatFit"].as_u64().unwrap() > 4, "{setup}");
    holds_to_schema(&saved);
    world.edit("bench.json", "\"version\":1", "\"version\":9");
    world
        .gemmactl(&["show", "bench.json"])
        .exits(1)
        .says("it has version 9")
        .says("use the gemmactl that saved it");
}

/// What stands in a measurement is in its published schema, by name and by kind, and nothing that is required is missing.
fn holds_to_schema(saved: &Value) {
    let text =
        std::fs::read_to_string(crate::world::repository().join("specs/schema/bench.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    holds(saved, &schema, &schema, "");
}

fn holds(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let referred = root.pointer(name.trim_start_matches('#')).unwrap();
        return holds(value, referred, root, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &&Value| (choice["type"] == "null") == value.is_null();
        return holds(value, choices.iter().find(fits).unwrap(), root, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        assert!(choices.iter().any(|choice| choice["const"] == *value), "{at}: {value}");
        return;
    }
    let kinds: Vec<&str> = match schema["type"].as_str() {
        Some(kind) => vec![kind],
        None => schema["type"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => {
            if kinds.contains(&"integer") {
                "integer"
            } else {
                "number"
            }
        }
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at} is a {kind}, not {kinds:?}");
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        holds(item, &schema["items"], root, &format!("{at}/{number}"));
    }
    for (name, item) in value.as_object().into_iter().flatten() {
        let known = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
        assert!(known.is_object(), "{at}/{name} is not in the schema");
        holds(item, known, root, &format!("{at}/{name}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{at} lacks {name}");
    }
}

#[test]
fn prompts_beyond_the_slots_are_seen_to_wait() {
    let world = deployed(&[("OLLAMA_NUM_PARALLEL: 4", "OLLAMA_NUM_PARALLEL: 1")]);
    let run = slowly(&world, &["--levels", "4", "--requests", "8", "--json"]).exits(0);
    let measured = json_of(&run);
    let [alone, four] = measured["levels"].as_array().unwrap().as_slice() else { panic!("{measured}") };
    let median = |level: &Value, name: &str| level[name]["median"].as_f64().unwrap();
    assert!(median(four, "waitingMs") > 0.0, "three of four wait: {four}");
    assert!(median(four, "firstTokenMs") > median(alone, "firstTokenMs"), "{measured}");
    assert_eq!((&four["answered"], &four["refused"]), (&json!(8), &json!({})));
    assert_eq!(measured["setup"]["slots"], 1);
    holds_to_schema(&measured);
}

#[test]
fn what_a_full_queue_refuses_is_counted_and_fails_nothing() {
    let small = "OLLAMA_NUM_PARALLEL: 1\n      OLLAMA_MAX_QUEUE: 1";
    let world = deployed(&[("concurrency: 4", "concurrency: 8"), ("OLLAMA_NUM_PARALLEL: 4", small)]);
    let run = slowly(&world, &["--levels", "8", "--requests", "8", "-o", "bench.json"]).exits(0);
    assert!(
        run.stdout.contains(" with 503: server busy, please try again.  maximum pending requests exceeded"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("prompts were not answered, so this level does not count"), "{}", run.stdout);
    let measured = json_of(&world.gemmactl(&["show", "bench.json", "--format", "json"]).exits(0));
    let [alone, eight] = measured["levels"].as_array().unwrap().as_slice() else { panic!("{measured}") };
    assert_eq!((&alone["answered"], &alone["refused"]), (&json!(8), &json!({})));
    let refused = eight["refused"]["503"].as_u64().unwrap();
    assert_eq!(eight["answered"].as_u64().unwrap() + refused, 8);
    holds_to_schema(&measured);
}

#[test]
fn nothing_is_sent_before_somebody_agreed_to_it() {
    let world = deployed(&[]);
    world.clear_journal();
    world
        .emulated(&["bench"])
        .exits(1)
        .says("ollama-gemma will be asked 133 prompts, 1, 2, 4, 8, 16 at once, for 128 tokens each: 17024 tokens at the most.")
        .says("there is no terminal to ask on; pass --yes to send them");
    let asked = world.journal();
    assert!(asked.iter().all(|call| !call.to_string().contains("/api/")), "{asked:?}");
}

#[test]
fn who_may_not_ask_and_what_is_not_there_is_told_before_anything_is_measured() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["bench", "--yes"]).exits(1).says("run.googleapis.com is not enabled");
    world.emulated(&["apply", "--yes"]).exits(0);
    world
        .emulated(&["bench", "--yes", "--model", "llama"])
        .exits(1)
        .says("/api/generate was answered with 404: model 'llama' not found")
        .says("leave --model out");
    // What the service was asked is kept, though the run failed.
    world.emulated(&["logs"]).exits(0).says("404");
    world
        .emulated(&["bench", "other", "--yes"])
        .exits(1)
        .says("the spec has no service `other`; it has: ollama-gemma");
    {
        let emulator = world.emulator();
        let policy = json!({"policy": {"bindings": []}});
        assert_eq!(emulator.call("POST", "/v1/projects/demo-project:setIamPolicy", Some(&policy)).0, 200);
        world
            .gemmactl(&["bench", "--yes", "--endpoint", &emulator.url])
            .exits(1)
            .says("/api/tags was answered with 403")
            .says("--member=user:me@example.com")
            .says("roles/run.invoker");
    }
}

#[test]
fn everything_that_is_wrong_with_the_levels_is_told_at_once() {
    let world = World::copy_of("examples/ollama-gemma");
    world
        .gemmactl(&["bench", "--levels", "0,abc"])
        .exits(1)
        .says("`0` is no level: they go from 1 to 1000; `abc` is no whole number from 1 to 1000");
    world.gemmactl(&["bench", "--up-to", "-3"]).exits(1).says("`-3` is no whole number from 1 to 1000");
    world.gemmactl(&["bench", "--levels", "1", "--up-to", "2"]).exits(1).says("cannot be used with");
    world.gemmactl(&["bench", "--requests", "0"]).exits(1).says("0 is not in 1..=100000");
}

#[test]
fn vllm_is_measured_in_openais_form() {
    let world = World::copy_of("examples/vllm-bucket");
    world.emulated(&["apply", "--yes"]).exits(0);
    let run = world.emulated(&["bench", "--up-to", "2", "--requests", "5", "--yes", "--json"]).exits(0);
    let measured = json_of(&run);
    assert_eq!((&measured["form"], &measured["setup"]["server"]), (&json!("openai"), &json!("vllm")));
    assert!(measured["setup"]["slots"].is_u64(), "{measured}");
    let answered: Vec<_> =
        measured["levels"].as_array().unwrap().iter().map(|level| &level["answered"]).collect();
    assert_eq!(answered, [&json!(5), &json!(5)]);
    holds_to_schema(&measured);
}

#[test]
fn the_start_of_an_instance_is_told_apart_from_what_is_measured() {
    let world = deployed(&[]);
    let once = ["--levels", "1", "--requests", "5", "--max-tokens", "1"];
    let real = ["bench", "--yes", "--emulator", "--emulator-time-scale", "1.5", "-o", "bench.json"];
    world
        .gemmactl(&[&real[..], &once].concat())
        .exits(0)
        .says("The first request met no running instance: from it to the first token of the first prompt ")
        .says("only the level 1 can be counted on, and one level shows no knee");
    let text = std::fs::read_to_string(world.path().join("bench.json")).unwrap();
    let saved: Value = serde_json::from_str(&text).unwrap();
    assert!(saved["coldStartMs"].as_f64().unwrap() >= 1000.0, "{saved}");
}

/// An instance takes two minutes to start here.
const ENDLESS: [&str; 5] = ["bench", "--yes", "--emulator", "--emulator-time-scale", "100"];

#[test]
fn the_time_may_be_over_before_the_service_has_told_its_models() {
    let world = deployed(&[]);
    let run = world
        .gemmactl(&[&ENDLESS[..], &["--time-limit", "500ms", "-o", "bench.json"]].concat())
        .exits(5)
        .says(
            "the time was over (--time-limit) before the service had told its models: nothing was measured",
        );
    assert_eq!(run.stdout, "");
    assert!(!world.path().join("bench.json").exists(), "there is nothing to save");
}

#[cfg(unix)]
#[test]
fn who_wishes_to_stop_is_heard_while_the_first_instance_starts() {
    let world = deployed(&[]);
    let mut command = world.command();
    command.args(ENDLESS).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut bench = command.spawn().unwrap();
    let mut lines = BufReader::new(bench.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(
        lines.any(|line| line.starts_with("the first request: where no instance is running, one starts"))
    );
    let interrupt = Command::new("kill").args(["-INT", &bench.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let said: Vec<String> = lines.collect();
    assert_eq!(said, ["stopped before the service had told its models: nothing was measured"]);
    assert_eq!(bench.wait().unwrap().code(), Some(5));
}

#[test]
fn what_cloud_run_refuses_is_told_from_what_the_server_refuses() {
    let one = [("concurrency: 4", "concurrency: 1"), ("OLLAMA_NUM_PARALLEL: 4", "OLLAMA_NUM_PARALLEL: 1")];
    let world = deployed(&one);
    // One answer takes a twentieth of the time for which Cloud Run lets a request wait.
    let run = slowly(&world, &["--levels", "40", "--requests", "40", "--json"]).exits(0);
    let measured = json_of(&run);
    let crowd = &measured["levels"][1];
    assert!(
        crowd["refused"]["429"].as_u64().unwrap() > 0 && crowd["answered"].as_u64().unwrap() > 0,
        "{crowd}"
    );
    assert_eq!(crowd["problem"], "Rate exceeded.");
}
