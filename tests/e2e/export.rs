//! A live service as a spec: what is refused. What is exported is tested with gcloud, which deploys it, in `tests/clients`.

use serde_json::json;

use crate::world::World;

const WHERE: &[&str] = &["--project", "demo-project", "--region", "europe-west1"];

#[test]
fn what_a_stack_owns_is_not_exported_under_any_name() {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let endpoint = ["--endpoint", emulator.url.as_str()];
    let run = |arguments: &[&str]| world.gemmactl(&[arguments, &endpoint[..]].concat());
    run(&["apply", "--yes"]).exits(0);
    let export = [&["export", "ollama-gemma"][..], WHERE].concat();
    run(&export).exits(4).says("belongs to stack ollama-gemma already");
    run(&[&export[..], &["--stack", "other"]].concat())
        .exits(4)
        .says("belongs to stack ollama-gemma already");
    run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_service_that_is_not_there_or_holds_a_secret_is_refused_with_the_reason() {
    let world = World::with_spec("");
    let emulator = world.emulator();
    let endpoint = ["--endpoint", emulator.url.as_str()];
    let run = |arguments: &[&str]| world.gemmactl(&[arguments, WHERE, &endpoint[..]].concat());
    let enable = json!({"enable": ["run.googleapis.com"]});
    emulator.seed(&enable);
    run(&["export", "nothing"]).exits(1).says("is not there");
    run(&["export", "No_Name"]).exits(1).says("is not a service name");
    let service = json!({"template": {"containers": [{
        "image": "docker.io/ollama/ollama",
        "env": [{"name": "API_KEY", "value": "hunter2hunter2"}],
    }]}});
    let path = "/v2/projects/demo-project/locations/europe-west1/services?serviceId=open";
    assert_eq!(emulator.call("POST", path, Some(&service)).0, 200);
    run(&["export", "open"]).exits(4).says("`env.API_KEY`").says("Secret Manager").never_says("hunter2");
    let service = json!({"template": {"containers": [
        {"image": "docker.io/ollama/ollama", "ports": [{"containerPort": 8080}]},
        {"name": "sidecar", "image": "docker.io/library/proxy", "env": [{"name": "API_KEY", "value": "hunter2hunter2"}]},
    ]}});
    let path = "/v2/projects/demo-project/locations/europe-west1/services?serviceId=sidecar";
    assert_eq!(emulator.call("POST", path, Some(&service)).0, 200);
    run(&["export", "sidecar"]).says("template.containers[1] = (").never_says("hunter2");
}
