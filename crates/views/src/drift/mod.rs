//! What others changed, told from the other side than a plan: what the spec says, what was found, who changed it and when.
//! Takes a plan of drift alone ([`crate::document::Plan::drift`]).

mod markdown;
mod marker;
#[cfg(test)]
mod tests;
mod text;

use model::{Action, Reason};

use crate::Symbols;
use crate::causes;
use crate::document::{Change, Plan};
use crate::words::counted;

pub use markdown::render as markdown;
pub use marker::Marker;
pub use text::render as text;

/// `2 resources changed by others`; nothing else where there is no drift.
fn verdict(plan: &Plan) -> String {
    let mut parts = Vec::new();
    if !plan.changes.is_empty() {
        parts.push(format!("{} changed by others", counted(plan.changes.len(), "resource", "resources")));
    }
    let open = plan.open().count();
    if open > 0 {
        parts.push(format!("{open} open to everybody"));
    }
    if !plan.refusals.is_empty() {
        parts.push(format!("{} not comparable", plan.refusals.len()));
    }
    let unread = plan.unknowns.len() + plan.unread().count();
    if unread > 0 {
        parts.push(format!("{unread} not readable"));
    }
    if parts.is_empty() { "no drift".to_owned() } else { parts.join(", ") }
}

/// Who did it and when, or that it is gone.
fn who(change: &Change) -> String {
    match &change.reason {
        Reason::Drifted(None) if change.action == Action::Create => "removed outside gemmactl".to_owned(),
        Reason::Drifted(touched) => causes::changed_by(touched.as_ref()),
        Reason::NotFound
        | Reason::SpecEdited
        | Reason::SpecEditedAndDrifted
        | Reason::StackRenamed { .. }
        | Reason::RecordAlone
        | Reason::Unhealthy { .. }
        | Reason::RolledBack
        | Reason::ParentReplaced { .. }
        | Reason::InputsChanged
        | Reason::FoundUnmarked
        | Reason::ThereBefore
        | Reason::RemovedFromSpec
        | Reason::Destroying
        | Reason::SharedSwitch { .. }
        | Reason::KeptByRule
        | Reason::InSync
        | Reason::Gone
        | Reason::NotOurs => causes::changed_by(None),
    }
}

/// The sign before a resource: gone, or changed.
fn sign(change: &Change, symbols: Symbols) -> &'static str {
    match (change.action == Action::Create, symbols) {
        (true, Symbols::Unicode) => "−",
        (true, Symbols::Ascii) => "-",
        (false, _) => "~",
    }
}

/// How people go on.
const GO_ON: &str =
    "gemmactl apply puts back what the spec says; to keep what was changed, write it in the spec first.";
