//! Which levels can be counted on, and from which of them on more prompts at once gain nothing.

use crate::FEW;
use crate::level::Level;

/// One prompt in so many may go unanswered without the level being too much for the service.
const ONE_IN: u32 = 100;
/// More at once is worth it where all answers together come by a tenth faster.
const GAIN: f64 = 1.1;

/// The levels that a recommendation may rest on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Counted<'levels> {
    /// In rising order: all prompts were sent, enough were answered, and hardly one was refused.
    pub(crate) levels: Vec<&'levels Level>,
    /// The lowest level that the service could not bear: prompts were refused or broke off.
    pub(crate) unbearable: Option<&'levels Level>,
}

/// Sorts out the levels that can be counted on.
pub(crate) fn counted(levels: &[Level]) -> Counted<'_> {
    let unbearable = levels.iter().find(|level| !is_borne(level));
    let below = unbearable.map_or(u32::MAX, |level| level.concurrency);
    let counts = |level: &&Level| {
        level.concurrency < below && level.is_complete() && level.answered >= FEW && level.together.is_some()
    };
    Counted { levels: levels.iter().filter(counts).collect(), unbearable }
}

/// Whether hardly a prompt was refused, broke off or was lost.
fn is_borne(level: &Level) -> bool {
    level.unanswered().saturating_mul(ONE_IN) <= level.ended()
}

impl<'levels> Counted<'levels> {
    /// The lowest level beyond which no other has a tenth more tokens a second. None for fewer than two levels.
    pub(crate) fn knee(&self) -> Option<&'levels Level> {
        let together = |level: &&Level| level.together.unwrap_or_default();
        let [_, _, ..] = self.levels.as_slice() else { return None };
        let best = self.levels.iter().map(together).fold(0.0, f64::max);
        self.levels.iter().find(|level| together(level) * GAIN >= best).copied()
    }

    /// Whether the knee may lie above what was measured: it is the highest level, and nothing says that a higher one is too much.
    pub(crate) fn still_rises(&self) -> bool {
        self.unbearable.is_none() && self.knee() == self.levels.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::level::tests::level;

    fn knee(levels: &[Level]) -> (Option<u32>, bool) {
        let counted = counted(levels);
        (counted.knee().map(|level| level.concurrency), counted.still_rises())
    }

    #[test]
    fn the_knee_is_where_all_answers_together_stop_to_come_faster() {
        for (figures, expected) in [
            (vec![(1, 60.0), (2, 118.0), (4, 220.0), (8, 224.0), (16, 225.0)], (Some(4), false)),
            (vec![(1, 60.0), (2, 61.0), (4, 59.0)], (Some(1), false)),
            (vec![(1, 60.0), (2, 120.0), (4, 240.0)], (Some(4), true)),
            (vec![(1, 60.0), (2, 120.0), (4, 100.0)], (Some(2), false)),
            (vec![(1, 60.0)], (None, false)),
            (vec![], (None, true)),
        ] {
            let levels: Vec<Level> = figures.iter().map(|(at, together)| level(*at, 10, *together)).collect();
            assert_eq!(knee(&levels), expected, "{figures:?}");
        }
    }

    #[test]
    fn a_level_counts_only_with_enough_answers_and_below_the_first_that_was_too_much() {
        let mut refused = level(4, 10, 300.0);
        refused.refused.insert(503, 1);
        let levels = [level(1, 10, 60.0), level(2, 10, 120.0), refused, level(8, 10, 500.0)];
        let found = counted(&levels);
        assert_eq!(found.levels.iter().map(|level| level.concurrency).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(found.unbearable.map(|level| level.concurrency), Some(4));
        assert_eq!(knee(&levels), (Some(2), false), "something says that more is too much");
        let few = [level(1, 10, 60.0), level(2, FEW - 1, 120.0), level(4, FEW, 200.0)];
        assert_eq!(knee(&few), (Some(4), true));
        let mut cut = level(2, 10, 120.0);
        cut.wanted = 20;
        assert_eq!(knee(&[level(1, 10, 60.0), cut]), (None, false));
        let mut one = level(2, 100, 120.0);
        one.wanted = 101;
        one.lost = 1;
        assert_eq!(knee(&[level(1, 10, 60.0), one]), (Some(2), true), "one in a hundred is nothing");
    }

    proptest! {
        #[test]
        fn no_level_above_the_knee_gains_a_tenth_and_every_level_below_falls_short(
            rates in prop::collection::vec(1.0_f64..1000.0, 2..8),
        ) {
            let levels: Vec<Level> = (1..).zip(&rates).map(|(at, rate)| level(at, 10, *rate)).collect();
            let found = counted(&levels);
            let knee = found.knee().unwrap();
            let at = knee.together.unwrap();
            for level in &levels {
                let together = level.together.unwrap();
                prop_assert!(together <= at * GAIN);
                if level.concurrency < knee.concurrency {
                    prop_assert!(rates.iter().any(|best| *best > together * GAIN));
                }
            }
        }
    }
}
