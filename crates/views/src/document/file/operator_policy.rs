//! What an operator's policy says, in the file's form.

use model::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::PlacePart;
use crate::document::operator_policy::{Breach, Judgement, Level};

/// How the spec stands against the operator's policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicyPart {
    /// How many rules there are.
    rules: usize,
    /// What they do not allow.
    breaches: Vec<BreachPart>,
}

/// One thing of the spec that a rule does not allow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BreachPart {
    /// The rule's id.
    rule: String,
    /// What follows.
    level: LevelWord,
    /// What of the spec, such as `service/ollama-gemma`.
    subject: String,
    /// What is not allowed.
    problem: String,
    /// Why the rule is there, in the policy's own words.
    message: String,
    /// Where the spec says it.
    place: Option<PlacePart>,
}

/// What follows when a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum LevelWord {
    /// It is shown.
    Warn,
    /// It is shown, and nothing is applied.
    Deny,
}

impl From<&Judgement> for PolicyPart {
    fn from(judgement: &Judgement) -> Self {
        let part = |breach: &Breach| BreachPart {
            rule: breach.rule.clone(),
            level: match breach.level {
                Level::Warn => LevelWord::Warn,
                Level::Deny => LevelWord::Deny,
            },
            subject: breach.subject.clone(),
            problem: breach.problem.clone(),
            message: breach.message.clone(),
            place: breach.place.as_ref().map(PlacePart::from),
        };
        Self { rules: judgement.rules, breaches: judgement.breaches.iter().map(part).collect() }
    }
}

impl From<PolicyPart> for Judgement {
    fn from(part: PolicyPart) -> Self {
        let breach = |part: BreachPart| Breach {
            rule: part.rule,
            level: match part.level {
                LevelWord::Warn => Level::Warn,
                LevelWord::Deny => Level::Deny,
            },
            subject: part.subject,
            problem: part.problem,
            message: part.message,
            place: part.place.map(Place::from),
        };
        Self { rules: part.rules, breaches: part.breaches.into_iter().map(breach).collect() }
    }
}
