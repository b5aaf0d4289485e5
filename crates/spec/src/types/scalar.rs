//! Values that may be a text, a number or a boolean.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A text, number or boolean, kept as it was spelled: `1.10` stays `1.10`.
///
/// Used where the receiver only knows texts: environment variables and build arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScalarText(String);

impl ScalarText {
    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScalarText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl JsonSchema for ScalarText {
    fn schema_name() -> Cow<'static, str> {
        "ScalarText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, number or boolean; kept as it is spelled.",
            "type": ["string", "number", "boolean"],
            "examples": ["4", 4, true],
        })
    }
}

/// A keyword of our own in the strict schema: the value keeps the type it is written in, also where texts are taken.
pub(crate) const KEEPS_TYPE: &str = "x-keepsType";

/// The value of a variable, with its type, as `${name}` alone in a value takes it over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, number or boolean.",
            "type": ["string", "number", "boolean"],
            (KEEPS_TYPE): true,
            "examples": ["my-project", 4, true],
        })
    }
}
