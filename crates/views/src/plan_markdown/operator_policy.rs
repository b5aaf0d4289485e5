//! What the operator's policy says. Values stand as inert text.

use std::fmt::Write;

use super::level::Level as Extent;
use super::{Body, cut, span};
use crate::document::operator_policy::{Breach, Judgement, Level};
use crate::operator_policy::summary;

/// How the spec stands against the policy, and what it warns of; nothing where no policy was given. What it denies stands
/// in the way, and is listed there.
pub(super) fn write(body: &Body<'_>, text: &mut String) {
    let Some(judgement) = &body.plan.policy else { return };
    let _ = writeln!(text, "**Policy**: {}\n", summary(judgement));
    let warnings: Vec<String> = match body.level {
        Extent::Full | Extent::Changes | Extent::Fields | Extent::Resources => {
            judgement.of(Level::Warn).map(|breach| row(breach, body)).collect()
        }
        Extent::Counts | Extent::Least => Vec::new(),
    };
    if !warnings.is_empty() {
        text.extend(warnings);
        text.push('\n');
    }
}

/// What it denies, a line each.
pub(super) fn denied(body: &Body<'_>) -> Vec<String> {
    let denied = body.plan.policy.iter().flat_map(Judgement::denied);
    denied.map(|breach| row(breach, body)).collect()
}

fn row(breach: &Breach, body: &Body<'_>) -> String {
    let name = |text: &str| span::code(&cut::text(text, body.level.name()));
    let sentence = |text: &str| span::text(&cut::text(text, body.level.sentence()));
    let place = breach.place.as_ref().map(|place| format!(" at {}", name(&span::place(place))));
    format!(
        "- {} {}: {}{}: {}; {}\n",
        breach.level.word(),
        name(&breach.rule),
        name(&breach.subject),
        place.unwrap_or_default(),
        sentence(&breach.problem),
        sentence(&breach.message),
    )
}
