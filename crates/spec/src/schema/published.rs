//! The schema as editors use it. Knows JSON Schema, no key of a spec.

use serde_json::{Map, Value, json};

use crate::environments::KEY;
use crate::types::KEEPS_TYPE;

/// Keywords that describe a value and do not check it.
const DESCRIBING: &[&str] = &["description", "title", "default", "examples"];

/// Keywords that hold one schema.
const NESTED: &[&str] = &["items", "additionalProperties"];

/// Keywords that hold schemas by name.
const NAMED: &[&str] = &["properties", "patternProperties", "$defs"];

/// A copy of the strict schema in which every scalar may also be or hold `${name}`.
pub(super) fn published(strict: &Value) -> Value {
    let mut schema = strict.clone();
    allow_variables(&mut schema);
    if let Value::Object(object) = &mut schema {
        // What the file is comes first, for people who open it.
        let mut ordered = Map::new();
        ordered.extend(object.remove_entry("$schema"));
        ordered.insert("title".to_owned(), "gemmactl spec".into());
        ordered.extend(object.remove_entry("description"));
        object.remove("title");
        // What each environment says itself need not be said for all of them; only together they can be checked.
        if let Some(required) = object.remove("required") {
            object.insert("required".to_owned(), json!(["version"]));
            object.insert("if".to_owned(), json!({ "not": { "required": [KEY] } }));
            object.insert("then".to_owned(), json!({ "required": required }));
        }
        ordered.append(object);
        *object = ordered;
        if let Some(Value::Object(definitions)) = object.get_mut("$defs") {
            definitions.insert(
                "VariableUse".to_owned(),
                json!({
                    "description": "A declared variable in place of the value.",
                    "type": "string",
                    "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_-]*\}",
                }),
            );
        }
    }
    schema
}

fn allow_variables(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    object.remove(KEEPS_TYPE);
    for keyword in NESTED {
        if let Some(nested) = object.get_mut(*keyword) {
            allow_variables(nested);
        }
    }
    for keyword in NAMED {
        if let Some(Value::Object(nested)) = object.get_mut(*keyword) {
            for (name, schema) in nested {
                // The version of the format decides how the file is read, so it is always written out.
                if name != "Version" {
                    allow_variables(schema);
                }
            }
        }
    }
    if let Some(Value::Array(options)) = object.get_mut("anyOf") {
        options.iter_mut().for_each(allow_variables);
        return;
    }
    if let Some(Value::String(pattern)) = object.get_mut("pattern") {
        *pattern = format!(r"{pattern}|\$\{{");
    } else if is_checked_scalar(object) {
        let checks =
            object.keys().filter(|key| !DESCRIBING.contains(&key.as_str())).cloned().collect::<Vec<_>>();
        let checked: Map<String, Value> = checks.iter().filter_map(|key| object.remove_entry(key)).collect();
        object.insert("anyOf".to_owned(), json!([checked, { "$ref": "#/$defs/VariableUse" }]));
    }
}

/// Whether a `${name}` would be refused: numbers, booleans and fixed words.
fn is_checked_scalar(object: &Map<String, Value>) -> bool {
    let words = object.contains_key("enum") || object.contains_key("oneOf");
    let kind = object.get("type");
    words || kind.is_some_and(|kind| kind == "integer" || kind == "number" || kind == "boolean")
}
