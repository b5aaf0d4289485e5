//! The fields of an answer with the types of their values. Lists count as one item that has the fields of all. Knows no API.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::translation::is_time;

/// What a value is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Null,
    Boolean,
    Number,
    /// A whole number as text, as 64 bits are written.
    Whole,
    /// Seconds as text, such as `600s`.
    Duration,
    Time,
    /// A word in capitals, such as a value of an enum.
    Constant,
    Text,
    List,
    Object,
}

impl Class {
    /// Whether it is text in JSON.
    pub(crate) fn is_text(self) -> bool {
        match self {
            Self::Whole | Self::Duration | Self::Time | Self::Constant | Self::Text => true,
            Self::Null | Self::Boolean | Self::Number | Self::List | Self::Object => false,
        }
    }
}

/// Fields by path, such as `bindings[].role`.
pub(crate) type Shape = BTreeMap<String, BTreeSet<Class>>;

/// The fields of a value.
pub(crate) fn shape(value: &Value) -> Shape {
    let mut shape = Shape::new();
    add(&mut shape, String::new(), value);
    shape
}

fn add(shape: &mut Shape, path: String, value: &Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                add(shape, at, value);
            }
        }
        Value::Array(items) => {
            for item in items {
                add(shape, format!("{path}[]"), item);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    shape.entry(path).or_default().insert(class(value));
}

fn class(value: &Value) -> Class {
    match value {
        Value::Null => Class::Null,
        Value::Bool(_) => Class::Boolean,
        Value::Number(_) => Class::Number,
        Value::String(text) => class_of_text(text),
        Value::Array(_) => Class::List,
        Value::Object(_) => Class::Object,
    }
}

fn class_of_text(text: &str) -> Class {
    let is_whole = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_constant = |text: &str| {
        text.len() > 1
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && text.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    if is_whole(text) {
        Class::Whole
    } else if text.strip_suffix('s').is_some_and(|number| is_whole(&number.replacen('.', "", 1))) {
        Class::Duration
    } else if is_time(text) {
        Class::Time
    } else if is_constant(text) {
        Class::Constant
    } else {
        Class::Text
    }
}

/// The path that a path lies in; none for the whole.
pub(crate) fn parent(path: &str) -> Option<&str> {
    if path.is_empty() {
        return None;
    }
    let end = path.rfind(['.', '[']).unwrap_or(0);
    path.get(..end)
}

#[test]
fn a_shape_has_the_fields_of_all_items() {
    let value = serde_json::json!({"a": [{"b": "1"}, {"c": "600s"}, {"b": "x"}], "d": {"e.f": "2024-04-01T12:34:56Z"}});
    let shape = shape(&value);
    let found: Vec<String> = shape.iter().map(|(path, classes)| format!("{path} {classes:?}")).collect();
    assert_eq!(
        found,
        [
            " {Object}",
            "a {List}",
            "a[] {Object}",
            "a[].b {Whole, Text}",
            "a[].c {Duration}",
            "d {Object}",
            "d.e.f {Time}",
        ]
    );
    assert_eq!(parent("a[].b"), Some("a[]"));
    assert_eq!(parent("a[]"), Some("a"));
    assert_eq!(parent("a"), Some(""));
    assert_eq!(parent(""), None);
}
