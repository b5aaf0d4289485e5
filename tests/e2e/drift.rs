//! What others changed, told apart from what the spec asks for.

use serde_json::json;

use crate::world::{Emulator, World};

const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";

/// Somebody lowers the memory and takes a role away.
fn drift(world: &World) {
    let emulator = world.emulator();
    let (_, service) = emulator.call("GET", SERVICE, None);
    let mut containers = service["template"]["containers"].clone();
    containers[0]["resources"]["limits"]["memory"] = "24Gi".into();
    let body = json!({"template": {"containers": containers}});
    let masked = format!("{SERVICE}?updateMask=template.containers");
    assert_eq!(emulator.call("PATCH", &masked, Some(&body)).0, 200);
    take_role_away(&emulator);
    for _ in 0..3 {
        emulator.call("GET", SERVICE, None);
    }
}

/// Somebody takes a role of the project away.
pub(crate) fn take_role_away(emulator: &Emulator) {
    let path = "/v3/projects/demo-project:getIamPolicy";
    let (_, mut policy) =
        emulator.call("POST", path, Some(&json!({"options": {"requestedPolicyVersion": 3}})));
    policy["bindings"].as_array_mut().unwrap().retain(|binding| binding["role"] != "roles/storage.admin");
    let path = "/v3/projects/demo-project:setIamPolicy";
    assert_eq!(emulator.call("POST", path, Some(&json!({"policy": policy}))).0, 200);
}

#[test]
fn only_what_others_changed_is_told_and_counts() {
    let world = World::copy_of("examples/ollama-gemma");
    let watched = &["plan", "--drift-only", "--detailed-exitcode"];
    world.emulated(watched).exits(0).says("no drift");
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(2);
    world.emulated(watched).exits(0).says("no drift");
    drift(&world);
    let told = world.emulated(watched).exits(2);
    let told = told.says("found 24Gi, the spec says 32Gi").never_says("concurrency");
    told.says("role/storage.admin/").says("removed outside gemmactl").never_says("--expect");
    let issue = world.emulated(&["plan", "--drift-only", "--format", "markdown"]).exits(0);
    let issue = issue.says("### gemmactl drift · ollama-gemma · 2 resources changed by others");
    issue
        .says("- memory: 32Gi\n+ memory: 24Gi\n")
        .says("<!-- gemmactl drift v1 stack=ollama-gemma found=2 -->");
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0);
    world.gemmactl(&["plan", "--drift-only", "--detailed-exitcode", "--against", "live.json"]).exits(2);
    world.emulated(&["plan", "--drift-only", "--destroy"]).exits(1).says("cannot be used with");
}

#[test]
fn what_cannot_be_read_is_no_all_clear() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let denied = json!({"deniedPermissions": ["run.services.get"]});
        emulator.seed(&denied);
    }
    world.emulated(&["plan", "--drift-only", "--detailed-exitcode"]).exits(1).says("not readable");
}

#[test]
fn drift_approves_nothing_and_has_no_form_that_could() {
    let world = World::copy_of("examples/ollama-gemma");
    for format in ["json", "html"] {
        world
            .emulated(&["plan", "--drift-only", "--format", format])
            .exits(1)
            .says("would approve all of it");
    }
    assert!(world.journal().is_empty(), "it is said before anything is asked");
    world.emulated(&["apply", "--yes"]).exits(0);
    drift(&world);
    let plan = world.emulated(&["plan", "--format", "json"]).exits(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let fingerprint = plan["fingerprint"].as_str().unwrap();
    for format in ["text", "markdown", "summary", "sarif", "annotations"] {
        let told = world.emulated(&["plan", "--drift-only", "--format", format]).exits(0);
        assert!(!told.stdout.contains(&fingerprint[..16]), "{format}: {}", told.stdout);
    }
}

#[test]
fn drift_keeps_within_the_bytes_that_are_asked_for() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let (_, service) = emulator.call("GET", SERVICE, None);
        let mut containers = service["template"]["containers"].clone();
        let env: Vec<_> = (0..60)
            .map(|number| json!({"name": format!("A{number}"), "value": "long ".repeat(40)}))
            .collect();
        containers[0]["env"] = env.into();
        let body = json!({"template": {"containers": containers}});
        assert_eq!(
            emulator.call("PATCH", &format!("{SERVICE}?updateMask=template.containers"), Some(&body)).0,
            200
        );
    }
    let told = |bytes: &str| {
        world
            .emulated(&["plan", "--drift-only", "--format", "markdown", "--max-bytes", bytes])
            .exits(0)
            .stdout
    };
    let (whole, short) = (told("60000"), told("4000"));
    assert!(whole.len() > 4000 && whole.contains("<details>"), "{whole}");
    assert!(short.len() <= 4000 && short.contains("**Not all of it**: one line a resource"), "{short}");
}
