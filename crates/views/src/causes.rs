//! Why something changes, in words: the line of the spec, drift with who and when, what it follows. The same words
//! everywhere. Knows no kind.

use crate::document::Change;
use model::{Action, Cause, Effect, FieldChange, Place, Reason, Touched};

use super::{Symbols, inputs, line, words};

/// `gemmactl.yaml:14`; a path of several folders is cut to its last part when it is long.
pub(super) fn place(place: &Place, symbols: Symbols) -> String {
    let file = place.file.as_ref();
    let shown = match file.rsplit_once('/') {
        Some((_, name)) if file.chars().count() > LONG_PATH => {
            format!("{}/{name}", line::ellipsis(symbols))
        }
        Some(_) | None => file.to_owned(),
    };
    format!("{shown}:{}", place.line)
}

/// The same with the whole path.
pub(super) fn line(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// Paths longer than this are cut in rows and stand in full in the header.
pub(super) const LONG_PATH: usize = 24;

/// Why one field changes, with its line of the spec.
pub(super) fn field_cause(field: &FieldChange, symbols: Symbols) -> String {
    let mut parts: Vec<String> = vec![];
    let with_place = |word: &str| match &field.place {
        Some(at) => format!("{} {word}", place(at, symbols)).trim_end().to_owned(),
        None => word.to_owned(),
    };
    match &field.cause {
        Cause::New => parts.extend(Some(with_place("")).filter(|text| !text.is_empty())),
        Cause::SpecEdited => parts.push(with_place("spec edited")),
        Cause::RemovedFromSpec => parts.push(with_place("removed from spec")),
        Cause::Drifted(_) => parts.push(with_place("drift")),
        Cause::Follows { from } if decided_after(field).as_ref() == Some(from) => {}
        Cause::Follows { from } => parts.push(format!("follows {from}")),
        // The reason of the whole change says the rest.
        Cause::InputChanged if inputs::is_setting(field) => {
            parts.extend(Some(with_place("")).filter(|text| !text.is_empty()));
        }
        Cause::InputChanged => {}
        Cause::Consequence => parts.push("goes with the change".to_owned()),
        Cause::RolledBack => parts.push("rollback".to_owned()),
    }
    match field.effect {
        Effect::InPlace => {}
        Effect::Replace => parts.push("forces replacement".to_owned()),
    }
    parts.join(", ")
}

/// The resource after which the value of a field is decided, if it holds a reference.
pub(super) fn decided_after(field: &FieldChange) -> Option<model::ResourceId> {
    field.after.as_ref()?.as_str().and_then(model::outputs::referred)
}

/// Who changed something outside, and when: `changed by ana@acme.example on 2026-11-03 14:05 UTC`.
pub(super) fn changed_by(touched: Option<&Touched>) -> String {
    let by = touched.and_then(|touched| touched.by.as_deref());
    let at = touched.and_then(|touched| touched.at.as_deref()).map(moment);
    match (by, at) {
        (Some(by), Some(at)) => format!("changed by {by} on {at}"),
        (Some(by), None) => format!("changed by {by}"),
        (None, Some(at)) => format!("changed outside gemmactl on {at}"),
        (None, None) => "changed outside gemmactl".to_owned(),
    }
}

/// `2026-11-03T14:05:11.123Z` as `2026-11-03 14:05 UTC`; any other text as it is.
fn moment(text: &str) -> String {
    match (text.get(..10), text.get(10..11), text.get(11..16), text.ends_with('Z')) {
        (Some(day), Some("T"), Some(time), true) => format!("{day} {time} UTC"),
        _other => text.to_owned(),
    }
}

/// Why a resource changes, where its fields do not say it.
pub(super) fn reason(change: &Change) -> Option<String> {
    match &change.reason {
        Reason::NotFound | Reason::SpecEdited | Reason::Destroying | Reason::InSync => None,
        Reason::RolledBack => Some("goes back to a revision that served before".to_owned()),
        Reason::Drifted(touched) => Some(format!("drift: {}", drift(change, touched.as_ref()))),
        Reason::SpecEditedAndDrifted => {
            let touched = change.fields.iter().find_map(|field| match &field.cause {
                Cause::Drifted(touched) => Some(touched.as_ref()),
                Cause::New
                | Cause::SpecEdited
                | Cause::RemovedFromSpec
                | Cause::Follows { .. }
                | Cause::InputChanged
                | Cause::Consequence
                | Cause::RolledBack => None,
            });
            Some(format!("spec edited, and drift: {}", changed_by(touched.flatten())))
        }
        Reason::StackRenamed { from } => Some(format!("stack renamed from {from}")),
        Reason::RecordAlone => Some("only the record says that this stack made it".to_owned()),
        Reason::Unhealthy { message } => Some(format!("does not work: {message}")),
        Reason::ParentReplaced { parent } => Some(match change.action {
            Action::Create | Action::Replace | Action::Delete => format!("made anew with {parent}"),
            Action::NoOp
            | Action::Adopt
            | Action::Update
            | Action::Repair
            | Action::Detach
            | Action::Keep
            | Action::Forget => format!("follows {parent}"),
        }),
        Reason::InputsChanged => Some(format!("rebuild because {}", inputs::summary(change))),
        Reason::FoundUnmarked => Some("it is there already and is taken over, as the spec allows".to_owned()),
        Reason::ThereBefore => Some("was there before this stack".to_owned()),
        Reason::RemovedFromSpec => Some("removed from spec".to_owned()),
        Reason::SharedSwitch { holders } => Some(format!("shared with {}", stacks(holders))),
        Reason::KeptByRule => Some("stays by rule (onDestroy: keep)".to_owned()),
        Reason::Gone => Some("gone already".to_owned()),
        Reason::NotOurs => Some("there, but not what this stack made".to_owned()),
    }
}

/// Why a replacement cannot be a change in place.
pub(super) fn forced(change: &Change) -> Option<String> {
    let fields = change.fields.iter().filter(|field| field.effect == Effect::Replace);
    let paths: Vec<String> = fields.map(|field| field.path.clone()).collect();
    (!paths.is_empty()).then(|| format!("{} cannot change in place", words::listed(&paths, 2)))
}

/// Why a grant comes or goes: the line of the spec, and what happened there.
pub(super) fn access(change: &Change, symbols: Symbols) -> String {
    let place = change.place.as_ref().map(|at| place(at, symbols));
    place.into_iter().chain(happened(change)).collect::<Vec<_>>().join(" ")
}

/// The reason of a change, that its line of the spec was edited among them.
pub(super) fn happened(change: &Change) -> Option<String> {
    match &change.reason {
        Reason::SpecEdited => Some("spec edited".to_owned()),
        Reason::NotFound
        | Reason::Destroying
        | Reason::InSync
        | Reason::Drifted(_)
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
        | Reason::SharedSwitch { .. }
        | Reason::KeptByRule
        | Reason::Gone
        | Reason::NotOurs => reason(change),
    }
}

fn drift(change: &Change, touched: Option<&Touched>) -> String {
    match (change.action, touched) {
        (Action::Create, None) => "removed outside gemmactl".to_owned(),
        (_, touched) => changed_by(touched),
    }
}

fn stacks(holders: &[String]) -> String {
    match holders {
        [] => "other stacks".to_owned(),
        [one] => format!("stack {one}"),
        many => format!("stacks {}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lose_their_fractions_and_nothing_else_is_touched() {
        assert_eq!(moment("2026-11-03T14:05:11.123456Z"), "2026-11-03 14:05 UTC");
        assert_eq!(moment("yesterday"), "yesterday");
        assert_eq!(moment("日本語日本語日本語Z"), "日本語日本語日本語Z");
    }
}
