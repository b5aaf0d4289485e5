//! What Cloud Run answers to what it is sent. Sources: recorded answers of Cloud Run v2; its discovery document.

use model::Json;
use serde_json::{Value, json};

/// The answer to a GET after a service was sent: defaults filled, output-only fields added, quantities respelled.
pub fn answered(sent: &Json) -> Json {
    let mut service = sent.clone();
    fill(&mut service["ingress"], json!("INGRESS_TRAFFIC_ALL"));
    fill(&mut service["launchStage"], json!("GA"));
    fill(&mut service["scaling"], json!({"maxInstanceCount": 100}));
    fill(&mut service["traffic"], json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]));
    let cpu = service["template"]["containers"][0]["resources"]["limits"]["cpu"].as_str().map(str::to_owned);
    let template = &mut service["template"];
    fill(&mut template["timeout"], json!("300s"));
    let less_than_one = cpu.as_deref().is_some_and(|cpu| cpu.ends_with('m'));
    fill(&mut template["maxInstanceRequestConcurrency"], json!(if less_than_one { 1 } else { 80 }));
    fill(&mut template["serviceAccount"], json!("123456789012-compute@developer.gserviceaccount.com"));
    container(&mut template["containers"][0]);
    let name = "projects/demo-project/locations/europe-west1/services/gemma";
    for (key, value) in [
        ("name", json!(name)),
        ("uid", json!("d1397f3d-6367-421f-a738-2c6ac2e5c246")),
        ("generation", json!("1")),
        ("observedGeneration", json!("1")),
        ("createTime", json!("2026-11-01T00:00:00Z")),
        ("updateTime", json!("2026-11-02T00:00:00Z")),
        ("creator", json!("user@example.com")),
        ("lastModifier", json!("ana@example.com")),
        ("terminalCondition", json!({"type": "Ready", "state": "CONDITION_SUCCEEDED"})),
        ("conditions", json!([{"type": "RoutesReady", "state": "CONDITION_SUCCEEDED"}])),
        ("latestReadyRevision", json!(format!("{name}/revisions/gemma-00001-abc"))),
        ("latestCreatedRevision", json!(format!("{name}/revisions/gemma-00001-abc"))),
        ("trafficStatuses", json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}])),
        ("uri", json!("https://gemma-hash-ew.a.run.app")),
        ("urls", json!(["https://gemma-123456789012.europe-west1.run.app"])),
        ("etag", json!("\"CJ-g/abc\"")),
    ] {
        service[key] = value;
    }
    without_false(&mut service);
    service
}

fn container(container: &mut Json) {
    fill(&mut container["resources"]["limits"]["cpu"], json!("1000m"));
    fill(&mut container["resources"]["limits"]["memory"], json!("512Mi"));
    let cpu = container["resources"]["limits"]["cpu"].as_str().unwrap().to_owned();
    if !cpu.ends_with('m') {
        container["resources"]["limits"]["cpu"] = json!(format!("{cpu}000m"));
    }
    fill(&mut container["ports"], json!([{}]));
    fill(&mut container["ports"][0]["name"], json!("http1"));
    fill(&mut container["ports"][0]["containerPort"], json!(8080));
    let port = container["ports"][0]["containerPort"].clone();
    let own = container["startupProbe"].is_null();
    let servers_own = json!({"timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1, "tcpSocket": {"port": port}});
    fill(&mut container["startupProbe"], servers_own);
    for probe in ["startupProbe", "livenessProbe"] {
        let probe = &mut container[probe];
        if probe.is_null() || own && probe["periodSeconds"] == 240 {
            continue;
        }
        for (key, default) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("failureThreshold", 3)] {
            fill(&mut probe[key], json!(default));
        }
        for kind in ["httpGet", "tcpSocket", "grpc"] {
            if probe.get(kind).is_some() {
                fill(&mut probe[kind]["port"], port.clone());
            }
        }
    }
}

fn fill(value: &mut Value, default: Value) {
    if value.is_null() {
        *value = default;
    }
}

/// What is false, zero or empty is left out of answers. Source: protobuf's JSON form.
fn without_false(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(without_false);
            map.retain(|key, value| {
                let kept = key == "value" && value.is_string();
                kept || !(value.is_null()
                    || *value == json!(false)
                    || *value == json!(0)
                    || *value == json!(""))
            });
        }
        Value::Array(items) => items.iter_mut().for_each(without_false),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
