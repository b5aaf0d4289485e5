//! Letters that depend on where a call stands.

use crate::scene::Scene;

/// Where a call stands in its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) scene: Scene,
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
    ///   not heard of it yet, and what the record does not know cannot be in it: `R`. In the look of a run whose record knows what is in
    ///   it: `X`. In an apply's work, of an API that this run has switched on: `W`; of another one, `S`.
    /// - `p`, a write of the record that fails once: the first is that of the intents, `S`; the last of an apply gives the lease
    ///   back, `S`; any other is made up for by a later one, `R`.
    /// - `e`, a write of the record and all after it fail: `S`; but a destroy that has written its intents ends by removing the
    ///   record, `R`.
    /// - `c`, a read of a service that is rolled out fails once. In the look: `X`. In the work every question to the new revision
    ///   has two: without the first it is not asked, `S`; the second is for the GPU, which may stay unknown, `R`. The last is for the
    ///   proof at the end, `R`.
    /// - `f`, such a read and all after it fail: `R` only where no question is left.
    /// - `w`, who gets into a service cannot be read: a rollout only watches it, `R`; else it is a resource, `S`.
    /// - `u`, the same of an API that says that it is off: `R` in a rollout, else as `o`.
    /// - `q`, a service does not answer: at the tag of a new revision `G`; the last third of its requests is the proof at the end, `U`.
    /// - `i`, the token for a question: without it the new revision is not asked, `S`; the last is for the proof at the end, `R`.
    #[expect(
        clippy::match_same_arms,
        reason = "one arm for each rule, in the order in which they are told above"
    )]
    pub(crate) fn letter(self, letter: char, switched_on_here: bool) -> char {
        let Self { scene, phase, number, of } = self;
        match (letter, scene, phase) {
            ('o', Scene::Apply, Phase::Look) => 'R',
            ('o', Scene::Destroy | Scene::Rollout | Scene::Rollback, Phase::Look) => 'X',
            ('o', Scene::Apply, Phase::Work) if switched_on_here => 'W',
            ('o', _, Phase::Work) => 'S',
            ('p' | 'e', _, _) if number == 1 => 'S',
            ('p' | 'e', Scene::Destroy, _) => 'R',
            ('p', _, _) if number < of => 'R',
            ('p' | 'e', _, _) => 'S',
            ('c' | 'f', _, Phase::Look) => 'X',
            ('c', _, Phase::Work) if number % 2 == 1 || number == of => 'R',
            ('f', _, Phase::Work) if number + 1 >= of => 'R',
            ('c' | 'f', _, Phase::Work) => 'S',
            ('w' | 'u', Scene::Rollout, _) => 'R',
            ('w', _, _) => 'S',
            ('u', _, _) => self.letter('o', switched_on_here),
            ('i', _, _) if number < of => 'S',
            ('i', _, _) => 'R',
            ('q', _, _) if number * 3 <= of * 2 => 'G',
            ('q', _, _) => 'U',
            (plain, _, _) => plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_follows_from_the_place() {
        let place = |scene, phase, number| Place { scene, phase, number, of: 3 };
        let (apply, destroy, rollout) = (Scene::Apply, Scene::Destroy, Scene::Rollout);
        for (letter, place, switched_on_here, expected) in [
            ('o', place(apply, Phase::Look, 1), false, 'R'),
            ('o', place(destroy, Phase::Look, 1), false, 'X'),
            ('o', place(rollout, Phase::Look, 1), false, 'X'),
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
            ('c', place(rollout, Phase::Look, 1), false, 'X'),
            ('c', place(rollout, Phase::Work, 2), false, 'S'),
            ('c', place(rollout, Phase::Work, 3), false, 'R'),
            ('f', place(rollout, Phase::Work, 1), false, 'S'),
            ('f', place(rollout, Phase::Work, 2), false, 'R'),
            ('w', place(rollout, Phase::Look, 1), false, 'R'),
            ('w', place(apply, Phase::Look, 1), false, 'S'),
            ('u', place(rollout, Phase::Look, 1), false, 'R'),
            ('u', place(destroy, Phase::Look, 1), false, 'X'),
            ('i', place(rollout, Phase::Work, 2), false, 'S'),
            ('i', place(rollout, Phase::Work, 3), false, 'R'),
            ('q', place(rollout, Phase::Work, 2), false, 'G'),
            ('q', place(rollout, Phase::Work, 3), false, 'U'),
        ] {
            assert_eq!(place.letter(letter, switched_on_here), expected, "{letter} {place:?}");
        }
    }
}
