//! Holds a JSON value against a type. Knows no method.

use serde_json::{Map, Value};

use super::violation::{Problem, Violation};
use crate::format;
use crate::table::{Access, Api, Kind, Schema, errors};

/// Which way a value went: servers are more lenient in what they take than in what they give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// In a request.
    Sent,
    /// In an answer.
    Answered,
}

/// How enums are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enums {
    /// By name.
    Names,
    /// By number too: the caller asked for it by `$alt=json;enum-encoding=int`.
    Numbers,
}

/// Values of one side of one exchange.
pub(crate) struct Values<'a> {
    pub(crate) api: &'a Api,
    pub(crate) method: &'a str,
    pub(crate) direction: Direction,
    pub(crate) enums: Enums,
    pub(crate) found: &'a mut Vec<Violation>,
}

impl Values<'_> {
    /// Notes a violation.
    pub(crate) fn note(&mut self, at: &str, fact: &str, problem: Problem) {
        let fact = format!("{} {fact}", self.api.name);
        self.found.push(Violation { method: self.method.to_owned(), at: at.to_owned(), fact, problem });
    }

    /// Checks an object of a schema.
    pub(crate) fn object(&mut self, name: &str, value: &Value, at: &str) {
        let Some(schema) = self.api.schemas.get(name) else {
            return self.note(at, name, Problem::UnknownType(name.to_owned()));
        };
        match value.as_object() {
            Some(object) => self.fields(name, schema, object, at),
            None => self.wrong(at, name, "an object", value),
        }
    }

    fn fields(&mut self, name: &str, schema: &Schema, object: &Map<String, Value>, at: &str) {
        for (key, value) in object {
            let at = format!("{at}.{key}");
            let fact = format!("{name}.{key}");
            match (schema.fields.get(key), &schema.others) {
                (Some(field), _) => {
                    // Null is "not set", which says nothing about the field.
                    if self.direction == Direction::Sent && field.access == Access::Output && !value.is_null()
                    {
                        self.note(&at, &fact, Problem::OutputOnly);
                    }
                    self.value(&field.kind, value, &at, &fact);
                }
                (None, Some(kind)) => self.value(kind, value, &at, &fact),
                (None, None) => self.note(&at, &fact, Problem::UnknownField),
            }
        }
    }

    /// Checks a value of a type.
    pub(crate) fn value(&mut self, kind: &Kind, value: &Value, at: &str, fact: &str) {
        if value.is_null() && self.direction == Direction::Sent {
            return;
        }
        match (kind, value) {
            (Kind::Any, Value::Object(object)) => self.any(object, at, fact),
            (Kind::Any, _) | (Kind::Boolean, Value::Bool(_)) | (Kind::Number, Value::Number(_)) => {}
            (Kind::Object(name), _) => self.object(name, value, at),
            (Kind::List(inner), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(inner, item, &format!("{at}[{index}]"), fact);
                }
            }
            (Kind::Map(inner), Value::Object(object)) => {
                if **inner == Kind::Any && object.contains_key("@type") {
                    return self.any(object, at, fact);
                }
                for (key, item) in object {
                    self.value(inner, item, &format!("{at}.{key}"), fact);
                }
            }
            (Kind::Enum(values), Value::String(text)) => {
                if !values.contains(text) {
                    self.note(at, fact, Problem::UnknownValue(text.clone()));
                }
            }
            (Kind::Enum(_), Value::Number(_)) if self.enums == Enums::Numbers => {}
            (Kind::Text(format), _) => {
                if let Err(expected) = format::text(format, value, self.direction) {
                    self.wrong(at, fact, expected, value);
                }
            }
            (Kind::Integer(format), Value::Number(_)) => {
                if let Err(expected) = format::integer(format, value) {
                    self.wrong(at, fact, expected, value);
                }
            }
            (Kind::Boolean, _) => self.wrong(at, fact, "true or false", value),
            (Kind::Number | Kind::Integer(_), _) => self.wrong(at, fact, "a number", value),
            (Kind::List(_), _) => self.wrong(at, fact, "a list", value),
            (Kind::Map(_), _) => self.wrong(at, fact, "an object", value),
            (Kind::Enum(_), _) => self.wrong(at, fact, "the name of a value", value),
        }
    }

    /// An object that says by `@type` what it is; one without may be anything.
    fn any(&mut self, object: &Map<String, Value>, at: &str, fact: &str) {
        let Some(address) = object.get("@type").and_then(Value::as_str) else {
            return;
        };
        let mut inner = object.clone();
        inner.remove("@type");
        let name = address.rsplit('/').next().unwrap_or(address);
        if name == "google.protobuf.Empty" && inner.is_empty() {
            return;
        }
        let inner = Value::Object(inner);
        let names = schema_names(name);
        if let Some(name) = names.iter().find(|name| self.api.schemas.contains_key(*name)) {
            return self.object(name, &inner, at);
        }
        match name.strip_prefix("google.rpc.") {
            Some(name) if errors().schemas.contains_key(name) => {
                let mut values = Values {
                    api: errors(),
                    method: self.method,
                    direction: self.direction,
                    enums: self.enums,
                    found: self.found,
                };
                values.object(name, &inner, at);
            }
            Some(_) | None => self.note(at, fact, Problem::UnknownType(name.to_owned())),
        }
    }

    fn wrong(&mut self, at: &str, fact: &str, expected: &str, value: &Value) {
        let mut found = value.to_string();
        if let Some((end, _)) = found.char_indices().nth(80) {
            found.truncate(end);
        }
        self.note(at, fact, Problem::WrongType(expected.to_owned(), found));
    }
}

/// How a document may call the type `google.cloud.run.v2.Service`: `Service`, or `GoogleCloudRunV2Service`.
fn schema_names(full: &str) -> [String; 2] {
    let short = full.rsplit('.').next().unwrap_or(full);
    let capital = |part: &str| {
        part.split_at_checked(1).map_or_else(String::new, |(first, rest)| first.to_uppercase() + rest)
    };
    [full.split('.').map(capital).collect(), short.to_owned()]
}
