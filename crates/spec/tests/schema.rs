//! The published schema: in step with the types, and true to what the loader takes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::collections::BTreeSet;

use serde_json::Value;

#[test]
fn the_committed_schema_is_the_one_that_the_types_give() {
    let committed = std::fs::read_to_string("../../specs/schema/gemmactl.schema.json").unwrap();
    assert!(
        committed == spec::schema_text(),
        "specs/schema/gemmactl.schema.json is out of step: write it anew with `gemmactl schema > specs/schema/gemmactl.schema.json`"
    );
}

#[test]
fn every_key_is_described() {
    fn visit(path: &str, schema: &Value, missing: &mut Vec<String>) {
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if property.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
                missing.push(format!("{path}.{key}"));
            }
        }
    }
    let schema = spec::schema();
    let mut missing = Vec::new();
    visit("", &schema, &mut missing);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        visit(name, definition, &mut missing);
        assert!(definition.get("description").is_some(), "{name}");
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_object_is_closed_and_no_value_may_be_null() {
    fn visit(schema: &Value) {
        match schema {
            Value::Object(object) => {
                if object.contains_key("properties")
                    && object.get("type").is_some_and(|kind| kind == "object")
                {
                    assert_eq!(object.get("additionalProperties"), Some(&Value::Bool(false)), "{schema}");
                }
                assert_ne!(object.get("type").and_then(Value::as_str), Some("null"));
                object.values().for_each(visit);
            }
            Value::Array(items) => items.iter().for_each(visit),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    visit(&spec::schema());
}

#[test]
fn every_reference_leads_somewhere_and_every_definition_is_used() {
    fn visit(schema: &Value, used: &mut BTreeSet<String>) {
        match schema {
            Value::Object(object) => {
                if let Some(name) =
                    object.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/"))
                {
                    used.insert(name.to_owned());
                }
                object.values().for_each(|value| visit(value, used));
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, used)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let schema = spec::schema();
    let mut used = BTreeSet::new();
    visit(&schema, &mut used);
    let defined: BTreeSet<String> = schema["$defs"].as_object().unwrap().keys().cloned().collect();
    assert!(used.is_subset(&defined), "{:?}", used.difference(&defined));
    let names = [
        "HeaderName",
        "EnvName",
        "LabelKey",
        "VolumeName",
        "ServiceName",
        "ImageName",
        "RepositoryName",
        "ServiceAccountId",
        "VariableName",
    ];
    // Names of items are only used as the patterns of keys.
    assert!(
        defined.difference(&used).all(|name| names.contains(&name.as_str())),
        "{:?}",
        defined.difference(&used)
    );
}

#[test]
fn the_reference_names_every_key() {
    let reference = spec::reference();
    let schema = spec::schema();
    let objects = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for key in objects
        .filter_map(|object| object.get("properties")?.as_object())
        .flat_map(|properties| properties.keys())
    {
        assert!(reference.contains(&format!("| `{key}` |")), "{key}");
    }
    assert!(!reference.contains("| text |  |  |"));
}
