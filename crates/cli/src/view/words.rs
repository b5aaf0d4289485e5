//! The words and symbols for actions, reasons and causes. The same words everywhere: terminal, Markdown, reports.
//! Knows no kind.

use model::{Action, Cause, Change, Effect, FieldChange, Place, Reason, Touched};

use super::Symbols;
use super::line::Ink;

/// What happens, as a verb.
pub(super) fn verb(change: &Change) -> &'static str {
    match (&change.action, &change.reason) {
        (Action::Create | Action::Update | Action::Replace, Reason::InputsChanged) => "rebuild",
        (action, _) => action_verb(*action),
    }
}

/// What an action does, as a verb.
pub(super) fn action_verb(action: Action) -> &'static str {
    match action {
        Action::NoOp => "unchanged",
        Action::Create => "create",
        Action::Adopt => "adopt",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Repair => "repair",
        Action::Delete => "delete",
        Action::Detach => "detach",
        Action::Keep => "keep",
        Action::Forget => "forget",
    }
}

/// What an action has done.
pub(super) fn action_past(action: Action) -> &'static str {
    match action {
        Action::NoOp => "unchanged",
        Action::Create => "created",
        Action::Adopt => "adopted",
        Action::Update => "updated",
        Action::Replace => "replaced",
        Action::Repair => "repaired",
        Action::Delete => "deleted",
        Action::Detach => "detached",
        Action::Keep => "kept",
        Action::Forget => "forgotten",
    }
}

/// Every action, in the order in which counts list them.
pub(super) const ACTIONS: [Action; 10] = [
    Action::Create,
    Action::Adopt,
    Action::Update,
    Action::Replace,
    Action::Repair,
    Action::Delete,
    Action::Detach,
    Action::Forget,
    Action::Keep,
    Action::NoOp,
];

/// How many changes there are of each verb, in the order of [`VERBS`].
pub(super) fn tally(changes: &[Change]) -> Vec<(&'static str, usize)> {
    let count = |verb: &&str| changes.iter().filter(|change| self::verb(change) == *verb).count();
    VERBS.into_iter().map(|verb| (verb, count(&verb))).filter(|(_, number)| *number > 0).collect()
}

/// Every verb, in the order in which totals list them.
const VERBS: [&str; 11] = [
    "create",
    "adopt",
    "update",
    "rebuild",
    "replace",
    "repair",
    "delete",
    "detach",
    "forget",
    "keep",
    "unchanged",
];

/// Whether anything happens to the resource or to its entry in the record.
pub(super) fn acts(action: Action) -> bool {
    action.writes() || action == Action::Forget
}

/// The sign before a resource.
pub(super) fn symbol(change: &Change, symbols: Symbols) -> &'static str {
    match (change.action, symbols) {
        (Action::Create, _) if verb(change) == "rebuild" => "~",
        (Action::NoOp | Action::Keep, _) => "=",
        (Action::Create | Action::Adopt, _) => "+",
        (Action::Update | Action::Repair, _) => "~",
        (Action::Replace, Symbols::Unicode) => "±",
        (Action::Replace, Symbols::Ascii) => "!",
        (Action::Delete | Action::Detach | Action::Forget, Symbols::Unicode) => "−",
        (Action::Delete | Action::Detach | Action::Forget, Symbols::Ascii) => "-",
    }
}

/// The colour of an action.
pub(super) fn ink(change: &Change) -> Ink {
    match change.action {
        Action::Create if verb(change) == "rebuild" => Ink::Changed,
        Action::NoOp | Action::Keep | Action::Forget => Ink::Faint,
        Action::Create | Action::Adopt => Ink::Added,
        Action::Update | Action::Repair => Ink::Changed,
        Action::Delete | Action::Detach => Ink::Removed,
        Action::Replace => Ink::Danger,
    }
}

/// `gemmactl.yaml:14`; a path of several folders is cut to its last part when it is long.
pub(super) fn place(place: &Place, symbols: Symbols) -> String {
    let file = place.file.as_ref();
    let shown = match file.rsplit_once('/') {
        Some((_, name)) if file.chars().count() > LONG_PATH => {
            format!("{}/{name}", super::line::ellipsis(symbols))
        }
        Some(_) | None => file.to_owned(),
    };
    format!("{shown}:{}", place.line)
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
        Cause::InputChanged if super::inputs::is_setting(field) => {
            parts.extend(Some(with_place("")).filter(|text| !text.is_empty()));
        }
        Cause::InputChanged => {}
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
        Reason::Drifted(touched) => Some(format!("drift: {}", drift(change, touched.as_ref()))),
        Reason::SpecEditedAndDrifted => {
            let touched = change.fields.iter().find_map(|field| match &field.cause {
                Cause::Drifted(touched) => Some(touched.as_ref()),
                Cause::New
                | Cause::SpecEdited
                | Cause::RemovedFromSpec
                | Cause::Follows { .. }
                | Cause::InputChanged => None,
            });
            Some(format!("spec edited, and drift: {}", changed_by(touched.flatten())))
        }
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
        Reason::InputsChanged => Some(format!("rebuild because {}", super::inputs::summary(change))),
        Reason::FoundUnmarked => Some("it is there already and is taken over, as the spec allows".to_owned()),
        Reason::ThereBefore => Some("was there before this stack".to_owned()),
        Reason::RemovedFromSpec => Some("removed from spec".to_owned()),
        Reason::SharedSwitch { holders } => Some(format!("shared with {}", stacks(holders))),
        Reason::KeptByRule => Some("stays by rule (onDestroy: keep)".to_owned()),
        Reason::Gone => Some("gone already".to_owned()),
        Reason::NotOurs => Some("there, but not what this stack made".to_owned()),
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

/// What an action means beyond its verb; for actions that people do not meet every day.
pub(super) fn meaning(action: Action) -> Option<&'static str> {
    match action {
        Action::Detach => Some("it stays; the stack's mark is removed and changed fields are given back"),
        Action::Repair => Some("the same is deployed anew"),
        Action::NoOp
        | Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Replace
        | Action::Delete
        | Action::Keep
        | Action::Forget => None,
    }
}

/// `1st`, `2nd`, `11th`.
pub(super) fn ordinal(number: usize) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        (_, _) => "th",
    };
    format!("{number}{ending}")
}

/// `1 file`, `3 files`.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Names in a row, at most `shown` of them: `a, b and 3 more`.
pub(super) fn listed(names: &[String], shown: usize) -> String {
    let kept: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    match names.len().saturating_sub(kept.len()) {
        0 => kept.join(", "),
        more => format!("{} and {more} more", kept.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_english() {
        for (number, word) in
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd"), (113, "113th")]
        {
            assert_eq!(ordinal(number), word);
        }
    }

    #[test]
    fn times_lose_their_fractions_and_nothing_else_is_touched() {
        assert_eq!(moment("2026-11-03T14:05:11.123456Z"), "2026-11-03 14:05 UTC");
        assert_eq!(moment("yesterday"), "yesterday");
        assert_eq!(moment("日本語日本語日本語Z"), "日本語日本語日本語Z");
    }
}
