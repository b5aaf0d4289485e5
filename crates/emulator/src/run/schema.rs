//! Checks bodies against the published field table of run v2 and brings them to the form the service keeps:
//! output-only fields and nulls dropped, zero values absent, 64-bit integers as text.
//! The tables (`fields.json`, and `knative/fields.json` for v1) are made from the discovery documents, revision 20261031.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::error::ApiError;

/// The fields of messages: schema, field, and its kind such as `list string` or `message Probe`.
pub(super) type Table = BTreeMap<String, BTreeMap<String, String>>;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("fields.json")).unwrap_or_default());

/// Checks an object that claims to be of this schema, and gives it as the service keeps it.
/// `root` is how the refusals name the object, such as `service`.
pub(super) fn normal_form(body: &Value, schema: &str, root: &str) -> Result<Map<String, Value>, ApiError> {
    normal_form_of(&TABLE, body, schema, root)
}

/// The same by another version's table.
pub(super) fn normal_form_of(
    table: &Table,
    body: &Value,
    schema: &str,
    root: &str,
) -> Result<Map<String, Value>, ApiError> {
    let mut complaints = Vec::new();
    let kept = message(table, body, schema, root, &mut complaints);
    if complaints.is_empty() {
        return Ok(kept);
    }
    let text: Vec<&str> = complaints.iter().map(|(_, text)| text.as_str()).collect();
    let violations: Vec<Value> =
        complaints.iter().map(|(field, text)| json!({ "field": field, "description": text })).collect();
    Err(ApiError::invalid(text.join("\n")).with_detail(json!({
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": violations,
    })))
}

type Complaints = Vec<(String, String)>;

fn message(
    table: &Table,
    body: &Value,
    schema: &str,
    at: &str,
    complaints: &mut Complaints,
) -> Map<String, Value> {
    let mut kept = Map::new();
    let Some(object) = body.as_object() else {
        complaints.push((at.to_owned(), format!("Invalid value at '{at}', expected an object.")));
        return kept;
    };
    let empty = BTreeMap::new();
    let fields = table.get(schema).unwrap_or(&empty);
    for (name, value) in object {
        let Some(kind) = fields.get(name) else {
            complaints.push((
                at.to_owned(),
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field."
                ),
            ));
            continue;
        };
        if value.is_null() || kind.starts_with("output ") {
            continue;
        }
        let path = format!("{at}.{}", snake(name));
        if let Some(value) = one(table, value, kind, &path, complaints)
            && !is_zero(&value, kind)
        {
            kept.insert(name.clone(), value);
        }
    }
    kept
}

/// One value of a kind, as it is kept; `None` after a complaint.
fn one(table: &Table, value: &Value, kind: &str, at: &str, complaints: &mut Complaints) -> Option<Value> {
    let (word, rest) = kind.split_once(' ').unwrap_or((kind, ""));
    let converted = match word {
        "message" => return Some(Value::Object(message(table, value, rest, at, complaints))),
        "list" => value.as_array().map(|items| {
            let kept = items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| one(table, item, rest, &format!("{at}[{index}]"), complaints))
                .collect();
            Value::Array(kept)
        }),
        "map" => value.as_object().map(|entries| {
            let kept = entries
                .iter()
                .filter_map(|(key, entry)| {
                    one(table, entry, rest, &format!("{at}[{key}]"), complaints)
                        .map(|entry| (key.clone(), entry))
                })
                .collect();
            Value::Object(kept)
        }),
        "enum" => value.as_str().filter(|text| rest.split(',').any(|known| known == *text)).map(Value::from),
        "int32" => integer(value).filter(|number| i32::try_from(*number).is_ok()).map(Value::from),
        "int64" => integer(value).map(|number| Value::from(number.to_string())),
        "number" => value.as_f64().map(Value::from),
        "bool" => value.as_bool().map(Value::from),
        "duration" => value.as_str().filter(|text| is_duration(text)).map(Value::from),
        "string" | "time" => value.as_str().map(Value::from),
        _ => Some(value.clone()),
    };
    if converted.is_none() {
        let shown = value.as_str().map_or_else(|| value.to_string(), |text| format!("\"{text}\""));
        let kind_shown = proto_kind(word);
        complaints.push((at.to_owned(), format!("Invalid value at '{at}' ({kind_shown}), {shown}")));
    }
    converted
}

fn proto_kind(word: &str) -> &'static str {
    match word {
        "int32" => "TYPE_INT32",
        "int64" => "TYPE_INT64",
        "number" => "TYPE_DOUBLE",
        "bool" => "TYPE_BOOL",
        "duration" => "type.googleapis.com/google.protobuf.Duration",
        "enum" => "TYPE_ENUM",
        "string" => "TYPE_STRING",
        _ => "TYPE_MESSAGE",
    }
}

/// What proto3 JSON leaves out: false, 0, empty text, empty lists and maps, and an enum's zero.
fn is_zero(value: &Value, kind: &str) -> bool {
    match value {
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => {
            let zero_enum = kind
                .strip_prefix("enum ")
                .and_then(|names| names.split(',').next())
                .is_some_and(|first| first == text);
            text.is_empty() || zero_enum || (kind == "int64" && text == "0")
        }
        Value::Array(items) => items.is_empty(),
        // A message that is there is there, even when empty (`emptyDir: {}`); a map is not.
        Value::Object(entries) => entries.is_empty() && kind.starts_with("map "),
        Value::Null => true,
    }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

fn is_duration(text: &str) -> bool {
    text.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok_and(f64::is_finite))
}

/// `maxInstanceCount` → `max_instance_count`, as refusals spell fields.
pub(super) fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
        text
    })
}

/// `max_instance_count` → `maxInstanceCount`; a camel-case name stays as it is.
pub(super) fn camel(name: &str) -> String {
    let mut upper = false;
    name.chars().fold(String::new(), |mut text, letter| {
        if letter == '_' {
            upper = true;
        } else if upper {
            text.push(letter.to_ascii_uppercase());
            upper = false;
        } else {
            text.push(letter);
        }
        text
    })
}

/// Whether the schema has this field, for masks.
pub(super) fn has_field(schema: &str, field: &str) -> bool {
    TABLE.get(schema).is_some_and(|fields| fields.contains_key(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_table_is_readable_and_has_the_service() {
        assert!(has_field("Service", "template"));
        assert!(has_field("RevisionTemplate", "gpuZonalRedundancyDisabled"));
        assert!(!has_field("Service", "templat"));
    }

    #[test]
    fn bodies_come_out_as_the_service_keeps_them() {
        let body = json!({
            "uid": "mine", "labels": {}, "invokerIamDisabled": false, "description": "",
            "template": { "maxInstanceRequestConcurrency": "4", "containers": [
                { "image": "a", "startupProbe": { "grpc": null, "periodSeconds": 0 } },
            ], "volumes": [{ "name": "v", "emptyDir": {} }] },
        });
        let kept = normal_form(&body, "Service", "service").unwrap();
        assert_eq!(
            Value::Object(kept),
            json!({ "template": {
                "maxInstanceRequestConcurrency": 4,
                "containers": [{ "image": "a", "startupProbe": {} }],
                "volumes": [{ "name": "v", "emptyDir": {} }],
            } })
        );
    }

    #[test]
    fn wrong_bodies_are_refused_with_the_place() {
        let cases = [
            (json!({ "templat": {} }), "Unknown name \"templat\" at 'service': Cannot find field."),
            (
                json!({ "template": { "gpu": 1 } }),
                "Unknown name \"gpu\" at 'service.template': Cannot find field.",
            ),
            (
                json!({ "template": { "containers": [{ "image": "a", "cpu": 1 }] } }),
                "Unknown name \"cpu\" at 'service.template.containers[0]': Cannot find field.",
            ),
            (json!({ "ingress": "ALL" }), "Invalid value at 'service.ingress' (TYPE_ENUM), \"ALL\""),
            (
                json!({ "template": { "maxInstanceRequestConcurrency": "many" } }),
                "Invalid value at 'service.template.max_instance_request_concurrency' (TYPE_INT32), \"many\"",
            ),
            (
                json!({ "template": { "timeout": "10m" } }),
                "Invalid value at 'service.template.timeout' (type.googleapis.com/google.protobuf.Duration), \"10m\"",
            ),
        ];
        for (body, text) in cases {
            let refused = normal_form(&body, "Service", "service").unwrap_err();
            assert!(refused.message.contains(text), "{} does not say {text}", refused.message);
        }
    }
}
