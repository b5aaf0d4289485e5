//! The block of the preflight: what does not hold, what nobody knows, and how much is as it should be.

use super::super::doctor::text::one;
use super::super::line::{Ink, Page};
use super::super::preflight::{stops, tally};
use super::blocks::title;
use crate::Detail;
use crate::document::Plan;

/// Writes that apply would stop, for the head of the plan.
pub(super) fn verdict(plan: &Plan, page: &mut Page) {
    if let Some(text) = plan.preflight.as_ref().and_then(stops) {
        page.prose(2, "STOPS    ", &text, Ink::Danger);
    }
}

/// Writes the block; nothing where there was nothing to look at.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    let Some(preflight) = &plan.preflight else { return };
    let ink = if preflight.failed().next().is_some() { Ink::Danger } else { Ink::Strong };
    title(page, "PREFLIGHT", &tally(preflight), ink);
    match page.style.detail {
        Detail::Summary => {}
        Detail::Changes => preflight.open().for_each(|check| one(check, page)),
        Detail::Full => preflight.checks().iter().for_each(|check| one(check, page)),
    }
}
