//! The table of a plan: access first, then what is lost, then the rest in running order, then what is kept.

use std::fmt::Write;

use crate::document::{Access, Change, Plan, Way};
use model::{Action, Cause, Reason};

use super::span::{self, code};
use crate::{Symbols, causes, inputs, words};

/// Writes the table, if there is anything to write.
pub(super) fn write(plan: &Plan, text: &mut String) {
    let mut rows: Vec<String> = plan.access().map(|(change, access)| access_row(change, access)).collect();
    let others: Vec<&Change> = plan.changes.iter().filter(|change| !change.is_only_access).collect();
    let is_loss = |change: &Change| matches!(change.action, Action::Delete | Action::Replace);
    let is_rest = |change: &Change| words::acts(change.action) && !is_loss(change);
    rows.extend(others.iter().filter(|change| is_loss(change)).map(|change| row(change)));
    rows.extend(others.iter().filter(|change| is_rest(change)).map(|change| row(change)));
    rows.extend(plan.changes.iter().filter(|change| change.action == Action::Keep).map(row));
    if rows.is_empty() {
        return;
    }
    text.push_str("| | Resource | What | Why |\n|---|---|---|---|\n");
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
    text.push('\n');
}

fn access_row(change: &Change, access: &Access) -> String {
    let (sign, word) = match access.way {
        Way::Given => ("+", "grant"),
        Way::Taken => ("−", "take away"),
    };
    let condition =
        access.grant.condition.as_ref().map(|condition| format!(" if {}", code(&condition.to_string())));
    format!(
        "| {sign} | {} | {word} {}{} on {} | {} |",
        code(&access.grant.member),
        code(&access.grant.role),
        condition.unwrap_or_default(),
        span::text(&access.on),
        why(change),
    )
}

fn row(change: &Change) -> String {
    let sign = words::symbol(change, Symbols::Unicode);
    format!("| {sign} | {} | {} | {} |", code(&change.id.to_string()), what(change), why(change))
}

/// The verb, and which fields change where that says something.
fn what(change: &Change) -> String {
    let verb = words::verb(change);
    match change.action {
        Action::Update | Action::Adopt | Action::Replace
            if verb != "rebuild" && !change.fields.is_empty() =>
        {
            let paths: Vec<String> = change.fields.iter().map(|field| code(&field.path)).collect();
            format!("{verb} {}", words::listed(&paths, 4))
        }
        Action::NoOp
        | Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Replace
        | Action::Repair
        | Action::Delete
        | Action::Detach
        | Action::Keep
        | Action::Forget => verb.to_owned(),
    }
}

/// The reason, or else the lines of the spec that were edited, or else the line that asks for it.
fn why(change: &Change) -> String {
    if change.reason == Reason::InputsChanged {
        return span::text(&inputs::summary(change));
    }
    if let Some(reason) = causes::reason(change) {
        return span::text(&reason);
    }
    let mut causes: Vec<String> = vec![];
    for field in &change.fields {
        let cause = match &field.cause {
            Cause::New | Cause::InputChanged => None,
            Cause::SpecEdited | Cause::RemovedFromSpec => {
                field.place.as_ref().map(|at| code(&span::place(at)))
            }
            Cause::Drifted(_) => Some("drift".to_owned()),
            Cause::Follows { from } => Some(format!("follows {}", code(&from.to_string()))),
        };
        causes.extend(cause.filter(|cause| !causes.contains(cause)));
    }
    if causes.is_empty() {
        causes.extend(change.place.as_ref().map(|at| code(&span::place(at))));
    }
    words::listed(&causes, 3)
}
