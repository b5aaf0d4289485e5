//! The table of access: who gains or loses what, on what, and why.

use super::level::Level;
use super::table::why;
use super::{cut, span, verdict};
use crate::document::{Access, Change, Plan, Public, Way};
use crate::words;

/// The head of the table.
pub(super) const HEAD: &str = "#### Access\n\n| | Who | Role | On | Why |\n|---|---|---|---|---|\n";

/// The head of the list of what is open to everybody.
pub(super) const OPEN: &str = "#### Open to everybody\n\n";

/// A row for each way in, where the warning at the top only counts them.
pub(super) fn open(plan: &Plan, level: Level) -> Vec<String> {
    let ways = verdict::open(plan).into_iter().filter(|(_, found)| found.len() > verdict::ways_shown(level));
    let row = |word: &str, public: &Public<'_>| format!("- {}\n", verdict::way_in(word, public, level));
    ways.flat_map(|(word, found)| found.iter().map(|public| row(word, public)).collect::<Vec<_>>()).collect()
}

/// A row for each grant that comes or goes, in running order, and one for those of others in each of the same policies.
pub(super) fn rows(plan: &Plan, level: Level) -> Vec<String> {
    let rows = plan.access().map(|(change, access)| row(change, access, level));
    let others = plan.others.iter().map(|others| {
        let on = span::cell_text(&cut::text(&others.on, level.name()));
        format!("| = | {} |  | {on} |  |\n", words::others(others.grants))
    });
    rows.chain(others).collect()
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
