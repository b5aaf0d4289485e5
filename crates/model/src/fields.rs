//! Managed fields in normal form, and the rules by which they are compared. Knows no kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Json, Place};

/// A flat dotted path such as `gpu.count` or `env.OLLAMA_NUM_PARALLEL`.
pub type FieldPath = String;

/// One managed field: its value in normal form, and where the spec says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Scalars and short lists in normal form (memory in bytes text, durations in seconds text, sets sorted).
    /// May hold references to outputs, see [`crate::reference`].
    pub value: Json,
    /// The line of the spec that asks for it; none for live values and for what gemmactl adds itself.
    pub place: Option<Place>,
}

/// Managed fields by path. Ordered, so that equal worlds give equal bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fields(pub BTreeMap<FieldPath, Field>);

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field that a line of the spec asks for.
    pub fn set(&mut self, path: impl Into<FieldPath>, value: impl Into<Json>, place: Option<Place>) {
        self.0.insert(path.into(), Field { value: value.into(), place });
    }

    /// Sets a field that was found live.
    pub fn found(&mut self, path: impl Into<FieldPath>, value: impl Into<Json>) {
        self.set(path, value, None);
    }

    /// The value at a path.
    pub fn value(&self, path: &str) -> Option<&Json> {
        self.0.get(path).map(|field| &field.value)
    }

    /// Paths and fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldPath, &Field)> {
        self.0.iter()
    }
}

/// What a silent spec means for a field that is there live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// The server's choice: never a difference.
    Ignored,
    /// The server's known default, as JSON text (`"300s"` with its quotes, `80`, `true`): anything else is drift.
    Default(&'static str),
    /// Nothing: what is there and not asked for is drift (an environment variable, say).
    Absent,
    /// Somebody else's, and kept; but what this stack set itself goes when the spec no longer asks for it (a label, say).
    Foreign,
}

/// How a changed field reaches the live object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// The API changes it in place.
    InPlace,
    /// The API cannot change it: the object is deleted and made again.
    Replace,
}

/// How one field, or a family of fields, of a kind is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRule {
    /// A path; a last segment `*` stands for any key (`env.*`).
    pub path: &'static str,
    /// What a silent spec means.
    pub unset: Unset,
    /// What a change costs.
    pub effect: Effect,
    /// For readers: what the field is, in a few words.
    pub about: &'static str,
}

impl FieldRule {
    /// Whether the rule speaks about a path.
    pub fn covers(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(prefix) => path.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()),
            None => self.path == path,
        }
    }
}

/// The rule for a path: the first that covers it.
pub fn rule_for<'rules>(rules: &'rules [FieldRule], path: &str) -> Option<&'rules FieldRule> {
    rules.iter().find(|rule| rule.covers(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_any_key_but_not_the_bare_prefix() {
        let rule = FieldRule { path: "env.*", unset: Unset::Absent, effect: Effect::InPlace, about: "" };
        assert!(rule.covers("env.A"));
        assert!(rule.covers("env.A.B"));
        assert!(!rule.covers("env."));
        assert!(!rule.covers("environment"));
    }
}
