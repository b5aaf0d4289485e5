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
        let next = |next: NextPart| match next {
            NextPart::Say(text) => Next::Say(text),
            NextPart::Open(url) => Next::Open(url),
            NextPart::Run(words) => Next::Run(words),
        };
        Self {
            id: part.id.into(),
            level: part.level.into(),
            seen: part.seen,
            next: part.next.into_iter().map(next).collect(),
            permissions: Vec::new(),
        }
    }
}
