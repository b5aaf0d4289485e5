//! The words and symbols for actions, and small words for numbers and lists. The same words everywhere: terminal, Markdown, reports.
//! Knows no kind.

use crate::document::{Change, Plan, Sends};
use model::{Action, Reason};

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

/// How many changes there are of each verb, in the order of [`VERBS`].
pub(super) fn tally(changes: &[Change]) -> Vec<(&'static str, usize)> {
    let count = |verb: &&str| changes.iter().filter(|change| self::verb(change) == *verb).count();
    VERBS.into_iter().map(|verb| (verb, count(&verb))).filter(|(_, number)| *number > 0).collect()
}

/// How much of what keeps a plan from being applied, with its word.
pub(super) fn in_the_way(plan: &Plan) -> impl Iterator<Item = (&'static str, usize)> {
    let all = [
        ("denied", plan.denied()),
        ("over budget", usize::from(plan.is_over_budget())),
        ("refused", plan.refusals.len()),
        ("unknown", plan.unknowns.len()),
    ];
    all.into_iter().filter(|(_, number)| *number > 0)
}

/// Everything that a plan comes to, what stands in its way first.
pub(super) fn in_all(plan: &Plan) -> impl Iterator<Item = (&'static str, usize)> {
    in_the_way(plan).chain(tally(&plan.changes))
}

/// `1 refused`, of a word and its number.
pub(super) fn numbered((word, number): (&'static str, usize)) -> String {
    format!("{number} {word}")
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

/// The head over what this stack loses: where nothing is deleted, it says no more than that.
pub(super) fn losses(plan: &Plan) -> &'static str {
    if plan.deletions().next().is_some() { "Destructive" } else { "Detach" }
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

/// A number of bytes: exactly where it is small, else in the decimal unit that people know from their files.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        1 => "1 byte".to_owned(),
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        1_000_000_000.. => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// Names in a row, at most `shown` of them: `a, b and 3 more`.
pub(super) fn listed(names: &[String], shown: usize) -> String {
    let kept: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    match names.len().saturating_sub(kept.len()) {
        0 => kept.join(", "),
        more => format!("{} and {more} more", kept.join(", ")),
    }
}

/// Grants of a policy that are not this stack's.
pub(super) fn others(grants: usize) -> String {
    match grants {
        1 => "1 grant of others stays".to_owned(),
        number => format!("{number} grants of others stay"),
    }
}

/// What is sent to a build: how many files, how long, and the first of them.
pub(super) fn sent(sends: &Sends) -> String {
    let left = sends.files.saturating_sub(sends.first.len());
    let more = if left > 0 { format!(" and {left} more") } else { String::new() };
    let count = counted(sends.files, "file", "files");
    format!("{count}, {}: {}{more}", size(sends.bytes), sends.first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_exact_where_they_are_small() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (9_999, "9999 bytes"),
            (10_000, "10.0 kB"),
            (999_999, "999.9 kB"),
            (3_250_000, "3.2 MB"),
            (2_147_483_648, "2.1 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn ordinals_are_english() {
        for (number, word) in
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd"), (113, "113th")]
        {
            assert_eq!(ordinal(number), word);
        }
    }
}
