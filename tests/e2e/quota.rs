//! `quota` shows what is wanted and allowed, asks for more after a question, and tells what became of it.

use serde_json::{Value, json};

use crate::world::{Emulator, World, only_reads};

const QUOTA: &str = "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion";

/// The tutorial's service with more instances than a new project may have.
fn short(review: &Value) -> (World, Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 8");
    let emulator = world.emulator();
    let seed = json!({"enable": ["cloudquotas.googleapis.com"], "quotaReviews": {QUOTA: review}});
    emulator.seed(&seed);
    (world, emulator)
}

/// The calls that asked for a quota.
fn sent(world: &World) -> Vec<Value> {
    let is_sent =
        |call: &Value| call["path"].as_str().unwrap().contains("quotaPreferences") && call["method"] != "GET";
    world.journal().into_iter().filter(is_sent).collect()
}

#[test]
fn what_is_short_is_asked_for_and_what_became_of_it_is_told() {
    for (review, state, words, allowed) in [
        (json!("grant"), "granted", "8 asked for: granted", "8 allowed"),
        (json!("deny"), "denied", "8 asked for: denied beyond 3", "3 allowed, too little"),
        (json!("wait"), "reconciling", "8 asked for: reconciling, 3 so far", "3 allowed, too little"),
        (json!({"upTo": 5}), "denied", "8 asked for: denied beyond 5", "5 allowed, too little"),
    ] {
        let (world, emulator) = short(&review);
        world
            .against(&emulator, &["quota", "show"])
            .exits(0)
            .says("3 allowed, too little")
            .never_says("asked for");
        let asked = world.against(&emulator, &["quota", "request", "--yes"]).exits(0);
        asked.says("ollama-gemma 8 × 1 = 8 wanted, 3 allowed; to be asked for: 8").says(words);
        let shown = world.against(&emulator, &["quota", "show", "--json"]).exits(0);
        let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
        let quota = &shown["quotas"][0];
        assert_eq!((&quota["quota"], &quota["request"]["state"]), (&json!(QUOTA), &json!(state)), "{shown}");
        assert_eq!(sent(&world).len(), 1);
        world.against(&emulator, &["quota", "show"]).exits(0).says(words).says(allowed);
        if state == "reconciling" {
            let again = world.against(&emulator, &["quota", "request", "--yes"]).exits(1);
            again.says("8 for nvidia-l4 without zonal redundancy in europe-west1 were asked for already");
            assert_eq!(sent(&world).len(), 1);
        }
    }
}

#[test]
fn a_request_for_no_limit_that_somebody_made_elsewhere_is_told_as_such() {
    let (world, emulator) = short(&json!("grant"));
    let path = "/v1/projects/demo-project/locations/global/quotaPreferences/mine?allowMissing=true";
    let body = json!({"service": "run.googleapis.com", "quotaId": QUOTA, "dimensions": {"region": "europe-west1"},
        "quotaConfig": {"preferredValue": "-1"}, "contactEmail": "me@example.com"});
    assert_eq!(emulator.call("PATCH", path, Some(&body)).0, 200);
    world.against(&emulator, &["quota", "show"]).exits(0).says("any number asked for: granted");
}

#[test]
fn nothing_is_asked_for_in_a_unit_that_nobody_is_sure_of() {
    let (world, emulator) = short(&json!("grant"));
    world.edit("gemmactl.yaml", "nvidia-l4", "nvidia-rtx-pro-6000");
    world.edit("gemmactl.yaml", "cpu: 8", "cpu: 20");
    world.edit("gemmactl.yaml", "memory: 32Gi", "memory: 80Gi");
    world.edit("gemmactl.yaml", "region: europe-west1", "region: europe-west4");
    world
        .against(&emulator, &["quota", "request", "--yes", "--value", "9"])
        .exits(1)
        .says("counts GPUs or thousandths of them is not known for sure")
        .says("iam-admin/quotas?project=demo-project");
    assert!(sent(&world).is_empty());
}

#[test]
fn nothing_is_asked_for_without_a_yes_nor_where_enough_is_allowed() {
    let (world, emulator) = short(&json!("grant"));
    world.against(&emulator, &["quota", "request"]).exits(1).says("there is no terminal to ask on");
    world.edit("gemmactl.yaml", "maxInstances: 8", "maxInstances: 3");
    world
        .against(&emulator, &["quota", "request", "--yes"])
        .exits(1)
        .says("the quota suffices")
        .says("ollama-gemma 3 × 1 = 3 wanted, 3 allowed");
    world
        .against(&emulator, &["quota", "request", "--yes", "--value", "2"])
        .exits(1)
        .says("3 allowed")
        .says("nothing is given back");
    let journal = world.journal();
    let mut calls = journal.iter().filter(|call| call["path"] != "/emulator/project");
    assert!(calls.all(only_reads), "something was asked for");
    let more = ["quota", "request", "--yes", "--contact", "ops@acme.example", "--value"];
    world.against(&emulator, &[&more[..], &["6"]].concat()).exits(0).says("6 asked for: granted");
    world.against(&emulator, &[&more[..], &["7"]].concat()).exits(0).says("7 asked for: granted");
    let sent = sent(&world);
    let methods: Vec<&Value> = sent.iter().map(|call| &call["method"]).collect();
    assert_eq!(methods, ["POST", "PATCH"], "the second takes the place of the first");
    assert!(sent.iter().all(|call| call.to_string().contains("ops@acme.example")), "{sent:?}");
}

#[test]
fn what_the_first_deployment_is_granted_by_itself_is_not_asked_for() {
    let (world, emulator) = short(&json!("grant"));
    world.edit("gemmactl.yaml", "maxInstances: 8", "maxInstances: 2");
    emulator.seed(&json!({"quotas": {QUOTA: 0}}));
    world.against(&emulator, &["quota", "request", "--yes"]).exits(1).says("is granted 3 by itself");
    world
        .against(&emulator, &["quota", "request", "--yes", "--value", "2"])
        .exits(0)
        .says("2 asked for: granted");
}

#[test]
fn who_may_not_ask_is_told_which_role_may() {
    let (world, emulator) = short(&json!("grant"));
    let seed = json!({"deniedPermissions": ["cloudquotas.quotas.update"]});
    emulator.seed(&seed);
    world.against(&emulator, &["quota", "request", "--yes"]).exits(1).says("roles/cloudquotas.admin");
}
