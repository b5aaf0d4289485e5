//! Stand-ins for values that are wrong or missing, so that everything else of a spec can still be checked.
//!
//! A spec that needed a stand-in is never taken: a problem has been reported for each.

use serde_json::{Map, Value};

use crate::schema::resolve;

/// Some value that fits a schema.
pub(crate) fn placeholder(root: &Value, schema: &Value) -> Value {
    let resolved = resolve(root, schema);
    let first =
        |keyword: &str| resolved.get(keyword).and_then(Value::as_array).and_then(|items| items.first());
    if let Some(fixed) = resolved.get("const").or_else(|| resolved.get("default")) {
        return fixed.clone();
    }
    if let Some(word) = first("examples").or_else(|| first("enum")) {
        return word.clone();
    }
    if let Some(option) = first("oneOf").or_else(|| first("anyOf")) {
        return placeholder(root, option);
    }
    let kind = match resolved.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match kind {
        Some("object") => Value::Object(required(root, resolved)),
        Some("array") => Value::Array(Vec::new()),
        Some("integer" | "number") => resolved.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        Some("boolean") => Value::Bool(false),
        Some(_) | None => Value::String("x".to_owned()),
    }
}

/// The required keys of an object, each with a stand-in.
fn required(root: &Value, schema: &Value) -> Map<String, Value> {
    let names =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names
        .filter_map(|name| Some((name.to_owned(), placeholder(root, schema.get("properties")?.get(name)?))))
        .collect()
}
