//! The schema of environments, made from that of the spec: the same settings, none of them required. Knows JSON Schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::environments::KEY;
use crate::types::EnvironmentName;

/// What an environment's form of a definition is called.
const SUFFIX: &str = "InEnvironment";

/// Adds the key `environments` and the definitions that it needs to the schema of a spec.
pub(super) fn add(root: &mut Value) {
    let Some(properties) = root.get("properties").and_then(Value::as_object).cloned() else { return };
    let definitions = root.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut making = Making { definitions: &definitions, needed: BTreeSet::new() };
    let mut settings = Map::new();
    for (key, property) in &properties {
        match key.as_str() {
            "version" => {}
            "variables" => {
                let mut values = property.clone();
                let patterns = values.get_mut("patternProperties").and_then(Value::as_object_mut);
                for value in patterns.into_iter().flat_map(Map::values_mut) {
                    *value = json!({ "$ref": "#/$defs/Scalar" });
                }
                if let Some(values) = values.as_object_mut() {
                    values
                        .insert("description".to_owned(), "Values of the spec's variables, by name.".into());
                }
                settings.insert(key.clone(), values);
            }
            _ => {
                settings.insert(key.clone(), making.loosened(property));
            }
        }
    }
    let mut made = Map::new();
    while let Some(name) = making.needed.pop_first() {
        if made.contains_key(&named(&name)) {
            continue;
        }
        let definition =
            definitions.get(&name).map(|definition| making.loosened(definition)).unwrap_or_default();
        made.insert(named(&name), definition);
    }
    made.insert(
        "Environment".to_owned(),
        json!({
            "description": "What is different in one environment: maps are merged by key, everything else takes the place of what the spec says.",
            "type": "object",
            "additionalProperties": false,
            "properties": settings,
        }),
    );
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.extend(made);
    }
    if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(
            KEY.to_owned(),
            json!({
                "description": "What is different in each environment, by name. Where there are any, `--env` chooses one.",
                "type": "object",
                "additionalProperties": false,
                "minProperties": 1,
                "patternProperties": { EnvironmentName::PATTERN: { "$ref": "#/$defs/Environment" } },
            }),
        );
    }
}

struct Making<'d> {
    definitions: &'d Map<String, Value>,
    /// Definitions that are referred to and not made yet.
    needed: BTreeSet<String>,
}

impl Making<'_> {
    /// A schema of which nothing is required. Items of lists stay as they are, because lists are replaced whole.
    fn loosened(&mut self, schema: &Value) -> Value {
        let Value::Object(object) = schema else { return schema.clone() };
        let mut loose = object.clone();
        loose.remove("required");
        for keyword in ["properties", "patternProperties"] {
            if let Some(Value::Object(nested)) = loose.get_mut(keyword) {
                for inner in nested.values_mut() {
                    *inner = self.loosened(inner);
                }
            }
        }
        if let Some(Value::Array(options)) = loose.get_mut("anyOf") {
            for option in options {
                *option = self.loosened(option);
            }
        }
        if let Some(name) =
            object.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/"))
            && self.definitions.get(name).is_some_and(|definition| definition.get("properties").is_some())
        {
            loose.insert("$ref".to_owned(), format!("#/$defs/{}", named(name)).into());
            self.needed.insert(name.to_owned());
        }
        Value::Object(loose)
    }
}

fn named(definition: &str) -> String {
    format!("{definition}{SUFFIX}")
}
