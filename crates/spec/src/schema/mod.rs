//! The JSON Schema of a spec, generated from the types. Knows no particular file.
//!
//! Two forms: the strict one, which the structural check walks after variables have their values, and the published
//! one, which editors use and in which every value may still be a `${name}`.

mod environments;
mod published;
mod reference;

use std::sync::LazyLock;

pub use reference::reference;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Map, Value};

use crate::document::Document;

static STRICT: LazyLock<Value> = LazyLock::new(generate);

/// The JSON Schema (2020-12) of a spec as editors use it, with descriptions and examples.
pub fn schema() -> Value {
    published::published(strict())
}

/// [`schema`] as the text of a file: indented, with a line break at the end.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// The schema of a spec whose variables have their values.
pub(crate) fn strict() -> &'static Value {
    &STRICT
}

/// The schema behind a `$ref`, or the schema itself.
pub(crate) fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| root.pointer(pointer))
        .unwrap_or(schema)
}

fn generate() -> Value {
    let mut schema = of::<Document>();
    environments::add(&mut schema);
    schema
}

/// The strict schema of a type that a file is read as.
pub(crate) fn of<T: schemars::JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.transforms.push(Box::new(RecursiveTransform(tidy)));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Takes out what Rust needs and a spec does not: null, number formats, empty defaults.
fn tidy(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if object.get("default").is_some_and(empty) {
        object.remove("default");
    }
    if object.remove("format").is_some_and(|format| format == "uint32") && !object.contains_key("maximum") {
        object.insert("maximum".to_owned(), u32::MAX.into());
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(options)) = object.get_mut("anyOf") {
        options.retain(|option| option.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = options.as_slice() {
            let only: Map<String, Value> = only.clone();
            object.remove("anyOf");
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
}
