//! What the preflight found. What fails for sure stands at every level; what cannot be known, and what to do, at the longer ones.

use std::fmt::Write as _;

use super::super::preflight::{command, seen, stops, tally};
use super::{Body, Level, cut, span};
use crate::document::Plan;
use crate::document::preflight::Preflight;
use crate::finding::check::{self, Check, Next};

/// That apply would stop, as a warning of the verdict.
pub(super) fn caution(plan: &Plan) -> Option<String> {
    let text = stops(plan.preflight.as_ref()?)?;
    Some(format!("**Preflight**: {}", span::text(&text)))
}

/// The head of the section; nothing where there was nothing to look at.
pub(super) fn head(plan: &Plan) -> String {
    plan.preflight
        .as_ref()
        .map(|preflight| format!("**Preflight**: {}\n\n", tally(preflight)))
        .unwrap_or_default()
}

/// What does not hold, or may not, each with what to do.
pub(super) fn rows(body: &Body<'_>) -> Vec<String> {
    let checks = body.plan.preflight.iter().flat_map(Preflight::open);
    let is_told = |check: &&Check| match body.level {
        Level::Full | Level::Changes | Level::Fields | Level::Resources => true,
        Level::Counts | Level::Least => check.level == check::Level::Failed,
    };
    checks.filter(is_told).map(|check| row(check, body.level)).collect()
}

fn row(check: &Check, level: Level) -> String {
    let sentence = |text: &str| span::text(&cut::text(text, level.sentence()));
    let mut text =
        format!("- {} {}: {}\n", check.level.word(), span::code(check.id.name()), sentence(&seen(check)));
    match level {
        Level::Full | Level::Changes | Level::Fields => {}
        Level::Resources | Level::Counts | Level::Least => return text,
    }
    for next in &check.next {
        let next = match next {
            Next::Say(said) => span::text(said),
            Next::Open(url) => span::code(url),
            Next::Run(words) => span::code(&command(words)),
        };
        let _ = writeln!(text, "  - next: {next}");
    }
    text
}
