//! Label selectors: `key = value` pairs, all of which must hold. Source: the `labelSelector` parameter of v1 lists.

use serde_json::{Map, Value};

use crate::error::ApiError;

/// A selector.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selector(Vec<(String, String)>);

impl Selector {
    /// Reads one; an empty text selects everything.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let terms = text.split(',').map(str::trim).filter(|term| !term.is_empty());
        let pairs = terms.map(|term| {
            let (key, value) = term.split_once("==").or_else(|| term.split_once('=')).ok_or(term)?;
            let (key, value) = (key.trim(), value.trim());
            if key.is_empty() || key.ends_with('!') || key.contains(' ') || value.contains(' ') {
                return Err(term);
            }
            Ok((key.to_owned(), value.to_owned()))
        });
        pairs.collect::<Result<_, &str>>().map(Self).map_err(|term| {
            ApiError::invalid(format!("The label selector \"{term}\" is not of the form KEY=VALUE."))
        })
    }

    /// Whether an object of v1 has these labels.
    pub(super) fn takes(&self, object: &Value) -> bool {
        let empty = Map::new();
        let labels = object.pointer("/metadata/labels").and_then(Value::as_object).unwrap_or(&empty);
        self.0.iter().all(|(key, value)| labels.get(key).and_then(Value::as_str) == Some(value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_take_what_has_every_label() {
        let object = json!({ "metadata": { "labels": { "a/b": "c", "d": "e" } } });
        for (text, expected) in
            [("", true), ("a/b = c", true), ("a/b==c,d=e", true), ("a/b = c, d = f", false), ("g=", false)]
        {
            assert_eq!(Selector::parse(text).unwrap().takes(&object), expected, "{text}");
        }
        for text in ["a", "a!=b", "a in (b)", "=c"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
