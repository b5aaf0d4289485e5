//! Getting at, moving and putting parts of JSON objects. Knows no field.

use serde_json::{Map, Value};

use crate::run::rules::Violation;

/// The value under some keys.
pub(super) fn at_path<'json>(object: &'json Map<String, Value>, path: &[&str]) -> Option<&'json Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(object.get(*first)?, |at, key| at.get(key))
}

/// Puts a value under some keys, making the objects on the way.
pub(super) fn put_path(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        object.insert((*first).to_owned(), value);
        return;
    }
    let inner = object.entry((*first).to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put_path(inner, rest, value);
    }
}

/// Moves a field, if it is there, into another object under another name.
pub(super) fn carry(from: &mut Map<String, Value>, name: &str, into: &mut Map<String, Value>, as_name: &str) {
    if let Some(value) = from.shift_remove(name) {
        into.insert(as_name.to_owned(), value);
    }
}

/// Copies fields that both sides call the same.
pub(super) fn copy(from: &Map<String, Value>, names: &[&str], into: &mut Map<String, Value>) {
    for name in names {
        if let Some(value) = from.get(*name) {
            into.insert((*name).to_owned(), value.clone());
        }
    }
}

/// Takes an object out; empty when it is not there.
pub(super) fn take_object(from: &mut Map<String, Value>, name: &str) -> Map<String, Value> {
    match from.shift_remove(name) {
        Some(Value::Object(object)) => object,
        Some(_) | None => Map::new(),
    }
}

/// Takes a list of objects out.
pub(super) fn take_objects(from: &mut Map<String, Value>, name: &str) -> Vec<Map<String, Value>> {
    match from.shift_remove(name) {
        Some(Value::Array(items)) => items.into_iter().filter_map(object).collect(),
        Some(_) | None => Vec::new(),
    }
}

/// The objects of a list.
pub(super) fn objects<'json>(
    from: &'json Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'json Map<String, Value>> {
    from.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// Puts a list in, unless it is empty.
pub(super) fn put_list(into: &mut Map<String, Value>, name: &str, items: Vec<Map<String, Value>>) {
    if !items.is_empty() {
        into.insert(name.to_owned(), Value::Array(items.into_iter().map(Value::Object).collect()));
    }
}

/// Puts an object in, unless it is empty.
pub(super) fn put_object(into: &mut Map<String, Value>, name: &str, object: Map<String, Value>) {
    if !object.is_empty() {
        into.insert(name.to_owned(), Value::Object(object));
    }
}

/// A text field.
pub(super) fn text<'json>(from: &'json Map<String, Value>, name: &str) -> Option<&'json str> {
    from.get(name).and_then(Value::as_str)
}

/// Refuses what is left of an object from which all that is understood was taken.
pub(super) fn refuse_rest(rest: &Map<String, Value>, at: &str, refused: &mut Vec<Violation>) {
    for name in rest.keys() {
        let at = format!("{at}.{name}");
        refused.push((at.clone(), format!("{at} is not supported by Cloud Run.")));
    }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(object) => Some(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}
