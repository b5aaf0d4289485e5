//! The operator's policy: shown on every surface, obeyed by every command that takes it, never named by the spec.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::world::World;

/// The tutorial and the policy of the documentation.
fn tutorial() -> World {
    let world = World::copy_of("examples/ollama-gemma");
    // The tutorial runs as the default account.
    let policy = block("yaml").replace("own-account:\n    level: deny", "own-account:\n    level: warn");
    fs::write(world.path().join("policy.yaml"), policy).unwrap();
    world
}

/// The first block of a language on the page about policies.
fn block(language: &str) -> String {
    let page = include_str!("../../docs/policy.md");
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn a_rule_that_denies_is_shown_and_nothing_is_applied() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 1\n    minInstances: 1");
    let line = world.line_of("minInstances: 1");
    world
        .emulated(&["plan", "--policy", "policy.yaml", "-o", "plan.json"])
        .exits(4)
        .says("POLICY")
        .says("deny no-idle-gpus: service/ollama-gemma")
        .says(&format!("gemmactl.yaml:{line}"))
        .says("because  An idle GPU is paid around the clock.")
        .says("the policy denies this: no-idle-gpus");
    let markdown = world.gemmactl(&["show", "plan.json", "--format", "markdown"]).exits(0);
    assert!(markdown.stdout.contains("- deny `no-idle-gpus`: `service/ollama-gemma`"), "{}", markdown.stdout);
    assert!(!markdown.stdout.contains("--expect"), "{}", markdown.stdout);
    let json: Value =
        serde_json::from_str(&world.gemmactl(&["show", "plan.json", "--format", "json"]).stdout).unwrap();
    let breaches = json["policy"]["breaches"].as_array().unwrap();
    let denied: Vec<_> = breaches.iter().filter(|breach| breach["level"] == "deny").collect();
    assert_eq!((denied.len(), &denied[0]["place"]["line"]), (1, &line.into()), "{json}");
    assert_eq!(json["blocked"], true);
    let sarif = world.gemmactl(&["show", "plan.json", "--format", "sarif"]).exits(0);
    assert!(sarif.stdout.contains("no-idle-gpus: service/ollama-gemma asks for"), "{}", sarif.stdout);
    world.emulated(&["apply", "--yes", "--policy", "policy.yaml"]).exits(4);
    world.gemmactl(&["validate", "--policy", "policy.yaml"]).exits(4).says("deny[no-idle-gpus]");
    let beside = world.gemmactl(&["validate", "--policy", "policy.yaml", "--format", "annotations"]);
    beside.exits(4).says("::error").says("no-idle-gpus");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(2).never_says("POLICY");
}

#[test]
fn a_rule_that_warns_is_shown_and_does_not_stop_anybody() {
    let world = tutorial();
    world
        .emulated(&["apply", "--yes", "--policy", "policy.yaml"])
        .exits(0)
        .says("warn labels: service/ollama-gemma");
    let plan = world.emulated(&["plan", "--policy", "policy.yaml", "--detailed-exitcode"]).exits(0);
    plan.says("No changes").says("warn protected: service/ollama-gemma");
    let run = world.gemmactl(&["validate", "--policy", "policy.yaml", "--format", "json"]).exits(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(
        answer["policy"][0]["breaches"].as_array().is_some_and(|breaches| !breaches.is_empty()),
        "{answer}"
    );
    world.emulated(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_policy_that_cannot_be_read_or_understood_stops_before_anything_is_asked() {
    let world = tutorial();
    world.emulated(&["plan", "--policy", "none.yaml"]).exits(1).says("none.yaml");
    world.edit("policy.yaml", "noPublicServices", "noPublicService");
    world
        .emulated(&["plan", "--policy", "policy.yaml"])
        .exits(1)
        .says("did you mean `noPublicServices`?")
        .says("policy.yaml:");
    assert!(world.journal().is_empty());
}

/// Every `some NAME in PATH` and every `NAME.key` of the sample leads somewhere in real plans.
#[test]
fn the_paths_of_the_rego_sample_are_those_of_a_plan() {
    let world = tutorial();
    let read = |run: crate::world::Run| serde_json::from_str::<Value>(&run.stdout).unwrap();
    let made = read(world.emulated(&["plan", "--format", "json"]).exits(0));
    world.emulated(&["apply", "--yes"]).exits(0);
    let gone = read(world.emulated(&["plan", "--destroy", "--format", "json"]).exits(0));
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::from([("input".to_owned(), vec![made, gone])]);
    let rego = block("rego");
    let mut paths = 0;
    for line in rego.lines() {
        if let Some((name, path)) = line.trim().strip_prefix("some ").and_then(|line| line.split_once(" in "))
        {
            let (from, key) = path.split_once('.').unwrap();
            let found: Vec<Value> =
                values[from].iter().flat_map(|value| value[key].as_array().unwrap().clone()).collect();
            assert!(!found.is_empty(), "{line}");
            values.insert(name.to_owned(), found);
        }
        for word in
            line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '_')
        {
            let Some((name, key)) = word.split_once('.') else { continue };
            let Some(found) = values.get(name) else { continue };
            assert!(found.iter().all(|value| value.get(key).is_some()), "{word} is in no plan");
            paths += 1;
        }
    }
    assert!(paths > 12, "{paths}");
}
