//! What the preflight found, in the file's form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{CheckWord, LevelWord};
use crate::document::preflight::Preflight;
use crate::finding::check::{Check, Next};

/// Whether what the plan's calls rely on holds. It is of the moment, so it is no part of the fingerprint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreflightPart {
    /// Whether nothing was looked at: the plan is from a saved snapshot, or made with `--no-preflight`.
    #[serde(default)]
    left_out: bool,
    /// Each check, the worst first.
    checks: Vec<CheckPart>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CheckPart {
    /// Which.
    id: CheckWord,
    /// How it stands.
    level: LevelWord,
    /// What was seen, a sentence each.
    seen: Vec<String>,
    /// What to do next, in order.
    next: Vec<NextPart>,
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum NextPart {
    /// In words.
    Say(String),
    /// A page to look at.
    Open(String),
    /// A command, by its words.
    Run(Vec<String>),
}

impl From<&Preflight> for PreflightPart {
    fn from(preflight: &Preflight) -> Self {
        Self {
            left_out: *preflight == Preflight::LeftOut,
            checks: preflight.checks().iter().map(CheckPart::from).collect(),
        }
    }
}

impl From<PreflightPart> for Preflight {
    fn from(part: PreflightPart) -> Self {
        if part.left_out {
            Self::LeftOut
        } else {
            Self::of(part.checks.into_iter().map(Check::from).collect())
        }
    }
}

impl From<&Check> for CheckPart {
    fn from(check: &Check) -> Self {
        let next = |next: &Next| match next {
            Next::Say(text) => NextPart::Say(text.clone()),
            Next::Open(url) => NextPart::Open(url.clone()),
            Next::Run(words) => NextPart::Run(words.clone()),
        };
        Self {
            id: check.id.into(),
            level: check.level.into(),
            seen: check.seen.clone(),
            next: check.next.iter().map(next).collect(),
        }
    }
}

impl From<CheckPart> for Check {
    fn from(part: CheckPart) -> Self {
        let is_advice = |next: &NextPart| !matches!(next, NextPart::Say(text) if text.is_empty());
        let next = |next: NextPart| match next {
            NextPart::Say(text) => Next::Say(text),
            NextPart::Open(url) => Next::Open(url),
            // Whoever wrote the file could have put anything there; what checks say to run is of gcloud or of this program.
            NextPart::Run(words) if is_ours(&words) => Next::Run(words),
            NextPart::Run(words) => Next::Say(words.join(" ")),
        };
        Self {
            id: part.id.into(),
            level: part.level.into(),
            seen: part.seen,
            next: part.next.into_iter().filter(is_advice).map(next).collect(),
            permissions: Vec::new(),
        }
    }
}

/// Whether a command is of a program that checks tell to run.
fn is_ours(words: &[String]) -> bool {
    words.first().is_some_and(|program| ["gcloud", "gemmactl"].contains(&program.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::check::{CheckId, Level};

    #[test]
    fn a_command_of_another_program_is_read_as_words() {
        let next = |words: &[&str]| {
            let next = vec![NextPart::Run(words.iter().map(|word| (*word).to_owned()).collect())];
            let check = Check::new(CheckId::Billing, Level::Failed, "");
            Check::from(CheckPart { next, ..CheckPart::from(&check) }).next
        };
        assert_eq!(next(&["sh", "-c", "id"]), [Next::Say("sh -c id".to_owned())]);
        let enable = ["gcloud", "services", "enable"];
        assert_eq!(next(&enable), [Next::Run(enable.map(str::to_owned).to_vec())]);
    }
}
