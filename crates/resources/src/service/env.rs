//! Environment variables: plain values under `env`, values from Secret Manager under `secrets`.

use model::{Fields, Json};
use serde_json::json;

use super::codec::Home;
use super::container;
use crate::{hidden, json};

/// Reads both kinds.
pub(super) fn read(service: &Json, home: &Home<'_>, fields: &mut Fields) {
    for variable in container::list(service, "env") {
        let Some(name) = json::text(variable, &["name"]) else { continue };
        if let Some(source) = json::at(variable, &["valueSource", "secretKeyRef"]) {
            let secret = json::text(source, &["secret"]).unwrap_or_default();
            let version = json::text(source, &["version"]).unwrap_or("latest");
            fields.found(format!("secrets.{name}"), secret_text(home.shorten(secret), version));
        } else {
            let value = json::text(variable, &["value"]).unwrap_or_default();
            fields.found(format!("env.{name}"), hidden::shown(name, value));
        }
    }
}

/// A secret at a version, in normal form: `hub-token:2`.
pub(super) fn secret_text(secret: &str, version: &str) -> String {
    format!("{secret}:{version}")
}

/// Sets a plain variable, or removes it.
pub(super) fn write_plain(service: &mut Json, name: &str, value: Option<&Json>) {
    let entry = value.map(|value| json!({"name": name, "value": value}));
    write(service, name, entry, |variable| variable.get("valueSource").is_none());
}

/// Sets a variable from a secret, or removes it.
pub(super) fn write_secret(service: &mut Json, name: &str, value: Option<&Json>) {
    let entry = value.and_then(Json::as_str).and_then(|text| text.rsplit_once(':')).map(|(secret, version)| {
        json!({"name": name, "valueSource": {"secretKeyRef": {"secret": secret, "version": version}}})
    });
    write(service, name, entry, |variable| variable.get("valueSource").is_some());
}

/// Puts an entry in the place of the one of its name, or at the end. Only an entry of the same kind is removed.
fn write(service: &mut Json, name: &str, entry: Option<Json>, same_kind: fn(&Json) -> bool) {
    let mut variables = container::take_list(service, "env");
    let found = variables.iter().position(|variable| json::text(variable, &["name"]) == Some(name));
    match (entry, found) {
        (Some(entry), Some(index)) => {
            if let Some(variable) = variables.get_mut(index) {
                *variable = entry;
            }
        }
        (Some(entry), None) => variables.push(entry),
        (None, Some(index)) if variables.get(index).is_some_and(same_kind) => {
            variables.remove(index);
        }
        (None, Some(_) | None) => {}
    }
    container::put_list(service, "env", variables);
}
