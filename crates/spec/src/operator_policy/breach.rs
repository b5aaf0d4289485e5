//! What a rule does not allow. Knows no rule.

use model::Place;
use schemars::JsonSchema;
use serde::Deserialize;

/// What follows when a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// It is shown.
    Warn,
    /// It is shown, and nothing is applied.
    Deny,
}

/// One thing of a spec that a rule does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule's id.
    pub rule: String,
    /// What follows.
    pub level: Level,
    /// What of the spec, such as `service/ollama-gemma`; `region` for the spec's own.
    pub subject: String,
    /// What is not allowed, a fragment without full stop.
    pub problem: String,
    /// Why the rule is there, in the words of the policy.
    pub message: String,
    /// Where the spec says it.
    pub place: Option<Place>,
}
