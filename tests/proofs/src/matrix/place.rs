//! Letters that depend on where a call stands.

use crate::command::Command;

/// Where a call stands in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) command: Command,
    pub(crate) phase: Phase,
    /// Its number among the calls of its row, from 1, and how many there are.
    pub(crate) number: u64,
    pub(crate) of: u64,
}

/// What a run is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It looks at the project, for the plan.
    Look,
    /// It carries the plan out: from the look for the record's bucket on.
    Work,
}

impl Place {
    /// The letter of a call here.
    ///
    /// - `o`, an API that says that it is off. In an apply's look: the plan has it on, so it was switched on moments ago and has
    ///   not heard of it yet, and what the record does not know cannot be in it: `R`. In a destroy's look: `X`. In an apply's
    ///   work, of an API that this run has switched on: `W`; of another one, `S`.
    /// - `p`, a write of the record that fails once: the first is that of the intents, `S`; the last of an apply gives the lease
    ///   back, `S`; any other is made up for by a later one, `R`.
    /// - `e`, a write of the record and all after it fail: `S`; but a destroy that has written its intents ends by removing the
    ///   record, `R`.
    #[expect(
        clippy::match_same_arms,
        reason = "one arm for each rule, in the order in which they are told above"
    )]
    pub(crate) fn letter(self, letter: char, switched_on_here: bool) -> char {
        let Self { command, phase, number, of } = self;
        match (letter, command, phase) {
            ('o', Command::Apply | Command::Plan, Phase::Look) => 'R',
            ('o', Command::Destroy, Phase::Look) => 'X',
            ('o', Command::Apply | Command::Plan, Phase::Work) if switched_on_here => 'W',
            ('o', _, Phase::Work) => 'S',
            ('p' | 'e', _, _) if number == 1 => 'S',
            ('p' | 'e', Command::Destroy, _) => 'R',
            ('p', _, _) if number < of => 'R',
            ('p' | 'e', _, _) => 'S',
            (plain, _, _) => plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_follows_from_the_place() {
        let place = |command, phase, number| Place { command, phase, number, of: 3 };
        let (apply, destroy) = (Command::Apply, Command::Destroy);
        for (letter, place, switched_on_here, expected) in [
            ('o', place(apply, Phase::Look, 1), false, 'R'),
            ('o', place(destroy, Phase::Look, 1), false, 'X'),
            ('o', place(apply, Phase::Work, 2), true, 'W'),
            ('o', place(apply, Phase::Work, 2), false, 'S'),
            ('o', place(destroy, Phase::Work, 2), false, 'S'),
            ('p', place(apply, Phase::Work, 1), false, 'S'),
            ('p', place(apply, Phase::Work, 2), false, 'R'),
            ('p', place(apply, Phase::Work, 3), false, 'S'),
            ('p', place(destroy, Phase::Work, 3), false, 'R'),
            ('e', place(apply, Phase::Work, 2), false, 'S'),
            ('e', place(destroy, Phase::Work, 2), false, 'R'),
            ('V', place(destroy, Phase::Work, 2), false, 'V'),
        ] {
            assert_eq!(place.letter(letter, switched_on_here), expected, "{letter} {place:?}");
        }
    }
}
