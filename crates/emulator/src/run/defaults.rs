//! What the service fills in, and what it leaves alone, as recorded: the field is then in every read.

use serde_json::{Map, Value, json};

use crate::world::Project;

/// The maximum of instances of a service that says nothing.
pub(super) const MAX_INSTANCES: i64 = 100;

/// Fills in a service's writable fields.
pub(super) fn fill(wanted: &mut Map<String, Value>, project: &Project) {
    absent(wanted, "ingress", || json!("INGRESS_TRAFFIC_ALL"));
    absent(wanted, "launchStage", || json!("GA"));
    absent(wanted, "template", || json!({}));
    if let Some(template) = wanted.get_mut("template").and_then(Value::as_object_mut) {
        fill_template(template, project);
    }
    absent(
        wanted,
        "traffic",
        || json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }]),
    );
    // Beside the template's own scaling, since 2026 (recorded).
    absent(wanted, "scaling", || json!({}));
    if let Some(scaling) = wanted.get_mut("scaling").and_then(Value::as_object_mut)
        && !scaling.contains_key("manualInstanceCount")
    {
        absent(scaling, "maxInstanceCount", || json!(MAX_INSTANCES));
    }
}

fn fill_template(template: &mut Map<String, Value>, project: &Project) {
    absent(template, "timeout", || json!("300s"));
    absent(template, "serviceAccount", || json!(project.compute_account()));
    absent(template, "maxInstanceRequestConcurrency", || json!(80));
    let Some(containers) = template.get_mut("containers").and_then(Value::as_array_mut) else {
        return;
    };
    let alone = containers.len() == 1;
    for container in containers.iter_mut().filter_map(Value::as_object_mut) {
        fill_resources(container);
        let serves = alone || container.contains_key("ports");
        if serves {
            fill_port_and_probes(container);
        }
        for kind in ["startupProbe", "livenessProbe", "readinessProbe"] {
            fill_probe(container, kind);
        }
    }
}

/// Without `resources` the CPU is given during requests alone (`cpuIdle`); with them, what is said counts.
fn fill_resources(container: &mut Map<String, Value>) {
    absent(container, "resources", || json!({ "cpuIdle": true }));
    if let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut) {
        absent(resources, "limits", || json!({}));
        if let Some(limits) = resources.get_mut("limits").and_then(Value::as_object_mut) {
            absent(limits, "cpu", || json!("1000m"));
            absent(limits, "memory", || json!("512Mi"));
        }
    }
}

fn fill_port_and_probes(container: &mut Map<String, Value>) {
    absent(container, "ports", || json!([{}]));
    if let Some(port) =
        container.get_mut("ports").and_then(|ports| ports.get_mut(0)).and_then(Value::as_object_mut)
    {
        absent(port, "name", || json!("http1"));
        absent(port, "containerPort", || json!(8080));
    }
    let port = port_of(container);
    absent(container, "startupProbe", || {
        json!({
            "timeoutSeconds": 240,
            "periodSeconds": 240,
            "failureThreshold": 1,
            "tcpSocket": { "port": port },
        })
    });
}

/// A caller's own probe gets the usual Kubernetes numbers.
fn fill_probe(container: &mut Map<String, Value>, kind: &str) {
    let port = port_of(container);
    let Some(probe) = container.get_mut(kind).and_then(Value::as_object_mut) else {
        return;
    };
    absent(probe, "timeoutSeconds", || json!(1));
    absent(probe, "periodSeconds", || json!(10));
    absent(probe, "failureThreshold", || json!(3));
    for check in ["httpGet", "tcpSocket", "grpc"] {
        if let Some(check_fields) = probe.get_mut(check).and_then(Value::as_object_mut) {
            absent(check_fields, "port", || json!(port));
            if check == "httpGet" {
                absent(check_fields, "path", || json!("/"));
            }
        }
    }
}

fn port_of(container: &Map<String, Value>) -> i64 {
    container
        .get("ports")
        .and_then(|ports| ports.get(0))
        .and_then(|port| port.get("containerPort"))
        .and_then(Value::as_i64)
        .unwrap_or(8080)
}

fn absent(object: &mut Map<String, Value>, field: &str, value: impl FnOnce() -> Value) {
    if !object.contains_key(field) {
        object.insert(field.to_owned(), value());
    }
}
