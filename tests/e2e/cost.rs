//! What a plan costs is shown on every surface before and after, from prices that an operator can replace; a budget that is
//! not kept stops everything; and destroy says what stays and what that costs.

use std::fs;

use serde_json::Value;

use crate::world::World;

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

fn cost(run: &crate::world::Run) -> Value {
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    plan["cost"].clone()
}

#[test]
fn a_plan_says_what_an_hour_and_a_month_cost_with_date_and_source_on_every_surface() {
    let world = tutorial();
    world
        .emulated(&["plan"])
        .exits(0)
        .says("COST")
        .says("a month: $0 → $0.33 while nobody asks, $0 → $1,037.60 at most")
        .says("8 CPU, 32 GiB, 1 nvidia-l4 without zonal redundancy, europe-west1")
        .says("nothing → $1.421")
        .says("$1.796 an hour, $0.375 more")
        .says("3.3 GB with the weights of gemma3:4b")
        .says("2026-10, observed");
    for (format, words) in [
        ("markdown", "**Cost**: `a month: $0 → $0.33 while nobody asks, $0 → $1,037.60 at most`"),
        ("summary", "Cloud Run pricing; Cloud Billing catalogue"),
        ("html", "<h2>Cost"),
    ] {
        world.emulated(&["plan", "--format", format]).exits(0).says(words);
    }
    let cost = cost(&world.emulated(&["plan", "--format", "json"]).exits(0));
    assert_eq!(cost["services"][0]["before"], Value::Null, "{cost}");
    assert_eq!(cost["services"][0]["after"]["rate"]["hour"], 1.42092, "{cost}");
    assert_eq!(cost["after"]["most"], 1037.6016, "{cost}");
    assert_eq!(cost["overBudget"], false);
}

#[test]
fn after_an_apply_the_live_service_is_what_it_costs_before() {
    let world = tutorial();
    world.emulated(&["apply", "--yes", "--allow-broad-roles"]).exits(0);
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 3\n    minInstances: 1");
    let cost = cost(&world.emulated(&["plan", "--format", "json"]).exits(0));
    let service = &cost["services"][0];
    assert_eq!((&service["before"]["most"], &service["after"]["most"]), (&1.into(), &3.into()), "{cost}");
    assert_eq!(service["before"]["rate"]["monthLeast"], 0.0, "{cost}");
    assert_eq!(service["before"]["rate"]["monthMost"], service["after"]["rate"]["monthLeast"], "{cost}");
    world.emulated(&["plan"]).exits(0).says("month at most, 1 → 3 instances").says("→ $3,11");
}

#[test]
fn an_operators_prices_are_the_ones_that_count() {
    let world = tutorial();
    let ours = "prices:\n  regions: {europe-west1: ours}\n  tiers:\n    ours:\n      cpuSecond: 0.0\n      memoryGibSecond: 0.0\n      \
        gpuSeconds: {nvidia-l4: {redundant: 0.002, single: 0.001}}\n      source: {title: our contract, date: \"2026-12\", trust: documented}\n";
    fs::write(world.path().join("ours.yaml"), ours).unwrap();
    world
        .emulated(&["plan", "--catalog", "ours.yaml"])
        .exits(0)
        .says("nothing → $3.60")
        .says("our contract, 2026-12, documented");
}

#[test]
fn a_region_without_a_price_is_unknown_and_never_nothing() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "region: europe-west1", "region: us-east4");
    world
        .emulated(&["plan"])
        .exits(0)
        .says("nothing → unknown")
        .says("the catalogue has no prices of us-east4");
    let cost = cost(&world.emulated(&["plan", "--format", "json"]).exits(0));
    assert_eq!(cost["services"][0]["after"]["rate"], Value::Null, "{cost}");
    assert_eq!(cost["after"]["unknown"], 1, "{cost}");
    // Nobody knows whether a budget is kept, which is no pass.
    world.emulated(&["plan", "--budget", "100000"]).exits(1).says("nobody knows whether the budget is kept");
}

#[test]
fn a_budget_that_is_not_kept_stops_a_plan_and_an_apply_before_anything_is_changed() {
    let world = tutorial();
    world
        .emulated(&["plan", "--budget", "1000", "-o", "plan.json"])
        .exits(4)
        .says("1 over budget")
        .says("by $37.60 in the worst case")
        .says("a month may cost $1,037.60");
    let shown = world.gemmactl(&["show", "plan.json", "--format", "markdown"]).exits(0);
    assert!(shown.stdout.contains("- over budget: "), "{}", shown.stdout);
    assert!(!shown.stdout.contains("--expect"), "{}", shown.stdout);
    let before = world.journal().len();
    world.emulated(&["apply", "--yes", "--allow-broad-roles", "--budget", "1000"]).exits(4);
    let wrote = world.journal().split_off(before).into_iter().any(|call| {
        let path = call["path"].as_str().unwrap().to_owned();
        call["method"] != "GET" && !path.ends_with("getIamPolicy") && !path.ends_with("testIamPermissions")
    });
    assert!(!wrote, "something was written");
    world.emulated(&["plan", "--budget", "$1,100"]).exits(0).says("the budget of $1,100 is kept");
    // Drift is told without what anything costs, so a budget beside it would hold nothing.
    world.emulated(&["plan", "--drift-only", "--budget", "1000"]).exits(1).says("cannot be used with");
    world.emulated(&["plan", "--budget", "much"]).exits(1).says("an amount of US dollars");
}

#[test]
fn a_rule_of_the_policy_bounds_what_each_service_may_cost() {
    let world = tutorial();
    let rule =
        "version: 1\nrules:\n  affordable: {level: deny, message: ask finance, monthlyCostAtMost: 1000}\n";
    fs::write(world.path().join("policy.yaml"), rule).unwrap();
    let words = "may cost $1,037.27 a month with every instance, at most $1,000 are allowed";
    world.gemmactl(&["validate", "--policy", "policy.yaml"]).exits(4).says(words);
    world.emulated(&["plan", "--policy", "policy.yaml"]).exits(4).says("deny affordable");
    fs::write(world.path().join("policy.yaml"), rule.replace("1000", "1100")).unwrap();
    world.gemmactl(&["validate", "--policy", "policy.yaml"]).exits(0);
}

#[test]
fn destroy_says_before_the_question_what_goes_what_stays_and_what_the_rest_costs() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 1\n    minInstances: 1");
    world.emulated(&["apply", "--yes", "--allow-broad-roles"]).exits(0);
    let plan = world.emulated(&["plan", "--destroy", "--format", "json"]).exits(0);
    let cost = cost(&plan);
    assert_eq!(cost["services"][0]["after"], Value::Null, "{cost}");
    assert_eq!(cost["after"]["most"], 0.0, "{cost}");
    // Without an answer nothing happens, and all of it was said before.
    world
        .emulated(&["destroy"])
        .exits(1)
        .says("what stays goes on costing; US dollars at list prices")
        .says("→ $0 while nobody asks")
        .says("$1.421 → nothing")
        .says("KEEP     these stay as they are");
}
