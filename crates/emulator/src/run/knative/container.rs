//! Containers, their environment and probes; and what v1 says of all containers at once, in annotations of the template.

use serde_json::{Map, Value, json};

use super::annotation::{invalid, take, take_flag};
use super::json::{carry, copy, objects, put_list, put_object, refuse_rest, take_object, take_objects, text};
use super::secret::Aliases;
use crate::run::rules::Violation;

const THROTTLING: &str = "run.googleapis.com/cpu-throttling";
const BOOST: &str = "run.googleapis.com/startup-cpu-boost";
const DEPENDENCIES: &str = "run.googleapis.com/container-dependencies";
const PROBES: [&str; 3] = ["startupProbe", "livenessProbe", "readinessProbe"];

/// What the template's annotations say of every container.
#[derive(Debug)]
pub(super) struct Common {
    throttled: bool,
    boosted: bool,
    dependencies: Map<String, Value>,
}

impl Common {
    /// Takes it from the annotations. Without a word the CPU is throttled.
    pub(super) fn take(annotations: &mut Map<String, Value>, refused: &mut Vec<Violation>) -> Self {
        let dependencies = take(annotations, DEPENDENCIES);
        let read = dependencies.as_deref().map(serde_json::from_str::<Map<String, Value>>);
        if let (Some(text), Some(Err(_))) = (&dependencies, &read) {
            refused.push(invalid(DEPENDENCIES, text));
        }
        Self {
            throttled: take_flag(annotations, THROTTLING, refused).unwrap_or(true),
            boosted: take_flag(annotations, BOOST, refused).unwrap_or(false),
            dependencies: read.and_then(Result::ok).unwrap_or_default(),
        }
    }

    /// The annotations that say it of these containers of v2.
    pub(super) fn annotations(template: &Map<String, Value>) -> Map<String, Value> {
        let says = |field: &str| {
            objects(template, "containers").any(|container| {
                container.get("resources").and_then(|resources| resources.get(field))
                    == Some(&Value::Bool(true))
            })
        };
        let mut annotations = Map::new();
        if !says("cpuIdle") {
            annotations.insert(THROTTLING.into(), json!("false"));
        }
        if says("startupCpuBoost") {
            annotations.insert(BOOST.into(), json!("true"));
        }
        let mut dependencies = Map::new();
        for container in objects(template, "containers") {
            if let (Some(name), Some(on)) = (text(container, "name"), container.get("dependsOn")) {
                dependencies.insert(name.to_owned(), on.clone());
            }
        }
        if !dependencies.is_empty() {
            annotations.insert(DEPENDENCIES.into(), json!(Value::Object(dependencies).to_string()));
        }
        annotations
    }
}

/// A container of v1 as v2 has it.
pub(super) fn to_v2(
    mut container: Map<String, Value>,
    at: &str,
    common: &Common,
    aliases: &Aliases,
    refused: &mut Vec<Violation>,
) -> Map<String, Value> {
    let mut out = Map::new();
    for same in ["name", "image", "command", "args", "workingDir", "sandboxLauncher"] {
        carry(&mut container, same, &mut out, same);
    }
    let env = take_objects(&mut container, "env").into_iter().enumerate();
    let env = env.map(|(index, one)| variable(one, &format!("{at}.env[{index}]"), aliases, refused));
    let env: Vec<_> = env.collect();
    put_list(&mut out, "env", env);
    let ports = take_objects(&mut container, "ports").into_iter().map(|mut port| {
        // TCP is the only protocol, and v2 does not say it.
        port.shift_remove("protocol");
        port
    });
    put_list(&mut out, "ports", ports.collect());
    let mut resources = Map::new();
    carry(&mut take_object(&mut container, "resources"), "limits", &mut resources, "limits");
    resources.insert("cpuIdle".into(), json!(common.throttled));
    resources.insert("startupCpuBoost".into(), json!(common.boosted));
    out.insert("resources".into(), Value::Object(resources));
    for name in PROBES {
        if container.contains_key(name) {
            let from = take_object(&mut container, name);
            out.insert(name.into(), Value::Object(probe(from, &format!("{at}.{name}"), refused)));
        }
    }
    let mounts = take_objects(&mut container, "volumeMounts").into_iter().map(|mut mount| {
        // Whether a mount can be written to follows from its volume.
        mount.shift_remove("readOnly");
        mount
    });
    put_list(&mut out, "volumeMounts", mounts.collect());
    if let Some(on) = text(&out, "name").and_then(|name| common.dependencies.get(name)).cloned() {
        out.insert("dependsOn".into(), on);
    }
    refuse_rest(&container, at, refused);
    out
}

/// A container of v2 as v1 has it.
pub(super) fn from_v2(container: &Map<String, Value>, aliases: &mut Aliases) -> Map<String, Value> {
    let mut out = Map::new();
    copy(
        container,
        &["name", "image", "command", "args", "workingDir", "sandboxLauncher", "ports"],
        &mut out,
    );
    let env = objects(container, "env").map(|one| {
        let mut variable = Map::new();
        copy(one, &["name", "value"], &mut variable);
        if let Some(secret) =
            one.get("valueSource").and_then(|source| source.get("secretKeyRef")).and_then(Value::as_object)
        {
            let mut reference = Map::new();
            carry(&mut secret.clone(), "version", &mut reference, "key");
            if let Some(name) = text(secret, "secret") {
                reference.insert("name".into(), json!(aliases.shortened(name)));
            }
            variable.insert("valueFrom".into(), json!({ "secretKeyRef": reference }));
        }
        variable
    });
    let env: Vec<_> = env.collect();
    put_list(&mut out, "env", env);
    let mut resources = Map::new();
    if let Some(from) = container.get("resources").and_then(Value::as_object) {
        copy(from, &["limits"], &mut resources);
    }
    put_object(&mut out, "resources", resources);
    copy(container, &PROBES, &mut out);
    copy(container, &["volumeMounts"], &mut out);
    out
}

fn variable(
    mut from: Map<String, Value>,
    at: &str,
    aliases: &Aliases,
    refused: &mut Vec<Violation>,
) -> Map<String, Value> {
    let mut out = Map::new();
    carry(&mut from, "name", &mut out, "name");
    carry(&mut from, "value", &mut out, "value");
    let mut source = take_object(&mut from, "valueFrom");
    if source.contains_key("secretKeyRef") {
        let mut reference = take_object(&mut source, "secretKeyRef");
        let mut secret = Map::new();
        if let Some(name) = text(&reference, "name") {
            secret.insert("secret".into(), json!(aliases.resolved(name)));
        }
        reference.shift_remove("name");
        carry(&mut reference, "key", &mut secret, "version");
        refuse_rest(&reference, &format!("{at}.valueFrom.secretKeyRef"), refused);
        out.insert("valueSource".into(), json!({ "secretKeyRef": secret }));
    }
    refuse_rest(&source, &format!("{at}.valueFrom"), refused);
    refuse_rest(&from, at, refused);
    out
}

fn probe(mut from: Map<String, Value>, at: &str, refused: &mut Vec<Violation>) -> Map<String, Value> {
    let mut out = Map::new();
    for same in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold", "grpc"] {
        carry(&mut from, same, &mut out, same);
    }
    for (check, fields) in [("httpGet", ["path", "port", "httpHeaders"].as_slice()), ("tcpSocket", &["port"])]
    {
        if from.contains_key(check) {
            let mut asked = take_object(&mut from, check);
            let mut v2 = Map::new();
            for field in fields {
                carry(&mut asked, field, &mut v2, field);
            }
            refuse_rest(&asked, &format!("{at}.{check}"), refused);
            out.insert(check.into(), Value::Object(v2));
        }
    }
    refuse_rest(&from, at, refused);
    out
}
