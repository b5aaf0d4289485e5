//! A spec that says what was found wants what was found.

use std::path::Path;

use model::{Live, Resource, ResourceId};
use serde_json::{Value, json};

use super::export;

fn resources(item: &Value) -> Vec<Box<dyn Resource>> {
    let spec = json!({
        "version": 1, "stack": "demo", "project": "demo-project", "region": "europe-west1",
        "services": { "model": item },
    });
    let text = spec.to_string();
    match spec::parse("gemmactl.yaml", &text, Path::new("."), &spec::Variables::none()) {
        Ok(spec) => crate::resolve(&spec),
        Err(problems) => panic!("{}\n{text}", problems.render(spec::Colour::Plain)),
    }
}

fn service(item: &Value) -> Box<dyn Resource> {
    let id = ResourceId::parse("service/model").unwrap();
    resources(item).into_iter().find(|resource| *resource.id() == id).unwrap()
}

fn live(found: &Value) -> (Box<dyn Resource>, Live) {
    let plain = service(&json!({"image": "example.com/p/i:1"}));
    let live = plain.observe(found).unwrap().unwrap();
    (plain, live)
}

/// A service with most of what a spec can say.
fn rich() -> Value {
    json!({
        "name": "projects/demo-project/locations/europe-west1/services/model",
        "description": "costs ${much}",
        "labels": {"team": "search", "Not-Ours": "x"},
        "annotations": {"example.com/owner": "ana"},
        "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "invokerIamDisabled": false,
        "traffic": [
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 90},
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "model-00001-abc", "percent": 10, "tag": "old"},
        ],
        "template": {
            "nodeSelector": {"accelerator": "nvidia-l4"},
            "gpuZonalRedundancyDisabled": true,
            "maxInstanceRequestConcurrency": 4,
            "scaling": {"maxInstanceCount": 1},
            "timeout": "600s",
            "serviceAccount": "runner@demo-project.iam.gserviceaccount.com",
            "vpcAccess": {"networkInterfaces": [{"network": "default", "subnetwork": "default", "tags": ["b", "a"]}], "egress": "ALL_TRAFFIC"},
            "volumes": [
                {"name": "cache", "emptyDir": {"medium": "MEMORY"}},
                {"name": "models", "gcs": {"bucket": "demo-models", "readOnly": true}},
                {"name": "keys", "secret": {"secret": "keys", "items": [{"path": "a", "version": "2", "mode": 292}]}},
            ],
            "containers": [{
                "image": "europe-west1-docker.pkg.dev/demo-project/r/i@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                "resources": {"limits": {"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1"}, "cpuIdle": false, "startupCpuBoost": true},
                "env": [
                    {"name": "OLLAMA_NUM_PARALLEL", "value": "4"},
                    {"name": "HF_TOKEN", "valueSource": {"secretKeyRef": {"secret": "hub", "version": "3"}}},
                ],
                "args": ["serve", "--x"],
                "startupProbe": {"httpGet": {"path": "/ready", "port": 8080, "httpHeaders": [{"name": "X-Probe", "value": "1"}]}, "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 9},
                "livenessProbe": {"grpc": {"port": 9000, "service": "health"}, "periodSeconds": 30},
                "volumeMounts": [{"name": "cache", "mountPath": "/cache"}, {"name": "models", "mountPath": "/models"}, {"name": "keys", "mountPath": "/keys"}],
                "ports": [{"name": "h2c", "containerPort": 9090}],
            }],
        },
    })
}

#[test]
fn what_was_exported_wants_what_was_found() {
    let (plain, live) = live(&rich());
    let exported = export(plain.as_ref(), &live);
    assert_eq!(exported.refused, Vec::<String>::new());
    assert_eq!(exported.left, [("labels.Not-Ours".to_owned(), "\"x\"".to_owned())]);
    let mut item = exported.item.clone();
    // Variables are not values: the writer of the file spells them out.
    item["description"] = "costs $${much}".into();
    let again = service(&item);
    assert!(again.may_adopt());
    let found = again.observe(&rich()).unwrap().unwrap();
    let desired = again.desired();
    for (path, field) in desired.iter() {
        assert_eq!(found.fields.value(path), Some(&field.value), "{path}");
    }
    let silent: Vec<&str> = found
        .fields
        .iter()
        .filter(|(path, _)| desired.value(path).is_none())
        .map(|(path, _)| path.as_str())
        .collect();
    insta::assert_snapshot!(silent.join(" "), @r"defaultUrl deployHealthCheck invokerIamCheck labels.Not-Ours livenessProbe.failureThreshold livenessProbe.initialDelay livenessProbe.timeout minInstances scaling.min scaling.mode sessionAffinity startupProbe.initialDelay");
}

#[test]
fn a_value_that_looks_like_a_secret_is_refused_and_not_repeated() {
    let mut found = rich();
    let env = &mut found["template"]["containers"][0]["env"];
    env.as_array_mut().unwrap().push(json!({"name": "API_KEY", "value": "hunter2hunter2"}));
    let (plain, live) = live(&found);
    let exported = export(plain.as_ref(), &live);
    assert_eq!(exported.refused.len(), 1);
    assert!(exported.refused[0].contains("`env.API_KEY`"), "{:?}", exported.refused);
    assert!(!format!("{exported:?}").contains("hunter2"));
}

#[test]
fn what_the_spec_has_no_word_for_is_told() {
    let mut found = rich();
    found["template"]["containers"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "sidecar", "image": "example.com/s:1"}));
    let (plain, live) = live(&found);
    let left = export(plain.as_ref(), &live).left;
    assert!(left.iter().any(|(path, _)| path == "template.containers[1]"), "{left:?}");
}

#[test]
fn secrets_of_a_sidecar_and_of_unknown_fields_are_not_repeated() {
    let mut found = rich();
    found["template"]["containers"].as_array_mut().unwrap().push(json!({
        "name": "sidecar", "image": "example.com/s:1", "args": ["--password=hunter2hunter2"],
        "env": [{"name": "API_KEY", "value": "hunter2hunter2"}],
    }));
    found["newSetting"] = json!({"token": "hunter2hunter2"});
    found["newToken"] = json!("hf_hunter2hunter2");
    found["newList"] = json!(["hf_hunter2hunter2"]);
    let (plain, live) = live(&found);
    let exported = export(plain.as_ref(), &live);
    assert!(!format!("{exported:?}").contains("hunter2"), "{exported:?}");
    for (path, said) in [
        ("template.containers[1]", "(4 fields)"),
        ("newSetting", "(1 field)"),
        ("newToken", "(hidden)"),
        ("newList", "(1 item)"),
    ] {
        assert!(exported.left.contains(&(path.to_owned(), said.to_owned())), "{path} {:?}", exported.left);
    }
}
