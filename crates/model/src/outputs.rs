//! Values that a resource hands on once it is there, such as an image's digest, and references to them.
//!
//! A reference stands in a string of a step or a field until its value is known: at plan time when the resource
//! is there and does not change, else at apply time.

use std::collections::BTreeMap;

use crate::{Json, ResourceId};

const OPEN: &str = "\u{1}ref:";
const CLOSE: char = '\u{2}';

/// The output that names the revision of a service that gets all requests.
pub const SERVES: &str = "serves";

/// Text that stands for the output `name` of a resource, to be used anywhere in a string.
///
/// Control characters frame it; the spec refuses them, so no value of a user can be mistaken for one.
pub fn reference(id: &ResourceId, name: &str) -> String {
    format!("{OPEN}{id}#{name}{CLOSE}")
}

/// Known outputs by resource and name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns one output.
    pub fn insert(&mut self, id: &ResourceId, name: &str, value: impl Into<String>) {
        self.0.insert(format!("{id}#{name}"), value.into());
    }

    /// Looks an output up.
    pub fn get(&self, id: &ResourceId, name: &str) -> Option<&str> {
        self.0.get(&format!("{id}#{name}")).map(String::as_str)
    }

    /// Replaces the references in a text. Errors: the first one that is not known, as `kind/name#output`.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let Some((name, tail)) = after.split_once(CLOSE) else { break };
            filled.push_str(before);
            filled.push_str(self.0.get(name).ok_or_else(|| name.to_owned())?);
            rest = tail;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Replaces the references in every string of a JSON value. Errors: the first unknown one.
    pub fn fill_json(&self, value: &Json) -> Result<Json, String> {
        Ok(match value {
            Json::String(text) => Json::String(self.fill(text)?),
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| self.fill_json(item)).collect::<Result<_, _>>()?)
            }
            Json::Object(map) => Json::Object(
                map.iter()
                    .map(|(key, item)| Ok((key.clone(), self.fill_json(item)?)))
                    .collect::<Result<_, String>>()?,
            ),
            Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
        })
    }
}

/// The resource that a text refers to, if it holds a reference.
pub fn referred(text: &str) -> Option<ResourceId> {
    parts_of(text).map(|(_, id, ..)| id)
}

/// The parts of a text that holds a reference: what stands before the first one, whose output it is, which, and what
/// stands behind it.
pub fn parts_of(text: &str) -> Option<(&str, ResourceId, &str, &str)> {
    let (before, rest) = text.split_once(OPEN)?;
    let (name, behind) = rest.split_once(CLOSE)?;
    let (id, output) = name.split_once('#')?;
    Some((before, ResourceId::parse(id).ok()?, output, behind))
}

/// Whether a text holds a reference.
pub fn is_reference(text: &str) -> bool {
    text.contains(OPEN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::KindName;

    #[test]
    fn references_are_filled_wherever_they_stand_and_unknown_ones_are_named() {
        let image = ResourceId::new(KindName("image"), "gemma");
        let wanted = json!({"image": format!("host/p/r/gemma@{}", reference(&image, "digest")), "cpu": 8});
        let mut outputs = Outputs::new();
        assert_eq!(outputs.fill_json(&wanted), Err("image/gemma#digest".to_owned()));
        outputs.insert(&image, "digest", "sha256:1a");
        assert_eq!(outputs.fill_json(&wanted), Ok(json!({"image": "host/p/r/gemma@sha256:1a", "cpu": 8})));
        assert_eq!(referred(&reference(&image, "digest")), Some(image));
    }
}
