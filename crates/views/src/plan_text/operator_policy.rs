//! The block of the operator's policy: what its rules do not allow, those that deny first.

use crate::document::Plan;
use crate::document::operator_policy::Level;
use crate::line::{Ink, Page};
use crate::operator_policy::summary;

use super::blocks::{item, title};

/// Writes the block; nothing where no policy was given.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    let Some(judgement) = &plan.policy else { return };
    let ink = if judgement.denied().next().is_some() { Ink::Danger } else { Ink::Strong };
    title(page, "POLICY", &summary(judgement), ink);
    for breach in judgement.by_level() {
        let name = format!("{} {}: {}", breach.level.word(), breach.rule, breach.subject);
        let ink = match breach.level {
            Level::Deny => Ink::Danger,
            Level::Warn => Ink::Changed,
        };
        item(page, &name, breach.place.as_ref(), ink);
        page.prose(6, "problem  ", &breach.problem, Ink::Plain);
        page.prose(6, "because  ", &breach.message, Ink::Plain);
    }
}
