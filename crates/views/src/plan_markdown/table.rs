//! The tables of what happens to resources: what is lost, then the rest in running order, then what stays.

use model::{Action, Cause, Reason};

use super::level::Level;
use super::{cut, span};
use crate::document::Change;
use crate::{Symbols, causes, inputs, words};

/// The head of a table.
pub(super) fn head(title: &str) -> String {
    format!("#### {title}\n\n| | Resource | What | Why |\n|---|---|---|---|\n")
}

/// A row of a table, with its line break.
pub(super) fn row(change: &Change, level: Level) -> String {
    let sign = words::symbol(change, Symbols::Unicode);
    let id = span::cell(&cut::name(&change.id.to_string(), level.name()));
    format!("| {sign} | {id} | {} | {} |\n", what(change, level), why(change, level))
}

/// The verb, and which fields change where that says something.
fn what(change: &Change, level: Level) -> String {
    let verb = words::verb(change);
    let names_fields = match level {
        Level::Full | Level::Changes | Level::Fields | Level::Resources => true,
        Level::Counts | Level::Least => false,
    };
    match change.action {
        Action::Update | Action::Adopt | Action::Replace
            if verb != "rebuild" && !change.fields.is_empty() && names_fields =>
        {
            let paths = change.fields.iter().map(|field| span::cell(&cut::name(&field.path, level.name())));
            format!("{verb} {}", words::listed(&paths.collect::<Vec<_>>(), 4))
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
        | Action::Forget => match words::meaning(change.action) {
            Some(meaning) if names_fields => format!("{verb}: {meaning}"),
            Some(_) | None => verb.to_owned(),
        },
    }
}

/// The reason, or else that the spec was edited and where, or else the line that asks for it.
pub(super) fn why(change: &Change, level: Level) -> String {
    match level {
        Level::Full | Level::Changes | Level::Fields | Level::Resources | Level::Counts => {}
        Level::Least => return String::new(),
    }
    let sentence = |text: &str| span::cell_text(&cut::text(text, level.sentence()));
    if change.reason == Reason::InputsChanged {
        return sentence(&inputs::summary(change));
    }
    if let Some(reason) = causes::reason(change) {
        return sentence(&reason);
    }
    let place = |place: &model::Place| span::cell(&cut::text(&span::place(place), level.sentence()));
    let mut found: Vec<String> = vec![];
    for field in &change.fields {
        let cause = match &field.cause {
            Cause::New | Cause::InputChanged | Cause::Consequence => None,
            Cause::RolledBack => Some("rollback".to_owned()),
            Cause::SpecEdited | Cause::RemovedFromSpec => field.place.as_ref().map(place),
            Cause::Drifted(_) => Some("drift".to_owned()),
            Cause::Follows { from } => {
                Some(format!("follows {}", span::cell(&cut::name(&from.to_string(), level.sentence()))))
            }
        };
        found.extend(cause.filter(|cause| !found.contains(cause)));
    }
    if found.is_empty() {
        found.extend(change.place.as_ref().map(place));
    }
    let lines = words::listed(&found, 3);
    let forced = causes::forced(change).map(|forced| sentence(&forced));
    let edited = (change.reason == Reason::SpecEdited).then(|| format!("spec edited: {lines}"));
    forced.into_iter().chain(Some(edited.unwrap_or(lines))).collect::<Vec<_>>().join("; ")
}
