//! The table of access: who gains or loses what, on what, and why.

use super::level::Level;
use super::table::why;
use super::{cut, span};
use crate::document::{Access, Change, Plan, Way};

/// The head of the table.
pub(super) const HEAD: &str = "#### Access\n\n| | Who | Role | On | Why |\n|---|---|---|---|---|\n";

/// A row for each grant that comes or goes, in running order.
pub(super) fn rows(plan: &Plan, level: Level) -> Vec<String> {
    plan.access().map(|(change, access)| row(change, access, level)).collect()
}

fn row(change: &Change, access: &Access, level: Level) -> String {
    let sign = match access.way {
        Way::Given => "+",
        Way::Taken => "−",
    };
    let grant = &access.grant;
    let name = |name: &str| span::cell(&cut::name(name, level.name()));
    let condition = grant.condition.as_ref().map(|condition| {
        let condition = cut::text(&condition.to_string(), level.sentence());
        format!(" if {}", span::cell(&condition))
    });
    let broad = access.broad.as_deref().map(|what| {
        let what = span::cell_text(&cut::text(what, level.sentence()));
        format!("**broad role**: {what}")
    });
    let why = match (broad, why(change, level)) {
        (Some(broad), why) if why.is_empty() => broad,
        (Some(broad), why) => format!("{broad}; {why}"),
        (None, why) => why,
    };
    format!(
        "| {sign} | {} | {}{} | {} | {why} |\n",
        name(&grant.member),
        name(&grant.role),
        condition.unwrap_or_default(),
        span::cell_text(&cut::text(&access.on, level.name())),
    )
}
