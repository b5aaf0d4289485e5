//! What was measured at one level of concurrency.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::sample::{Answered, Sample};
use crate::spread::{Spread, rounded};

/// What was measured while so many prompts were under way at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// How many.
    pub concurrency: u32,
    /// Prompts that were to be sent.
    pub wanted: u32,
    /// Prompts that were answered to the end.
    pub answered: u32,
    /// Prompts that were answered with an error, by HTTP status.
    pub refused: BTreeMap<u16, u32>,
    /// Prompts whose answer began and did not end well.
    pub broken: u32,
    /// Prompts to which no answer began.
    pub lost: u32,
    /// What the first of those that were not answered says.
    pub problem: Option<String>,
    /// From the first request to the end of the last answer, or to when the level was cut short.
    pub took: Duration,
    /// Tokens of all answers.
    pub tokens: u64,
    /// Tokens a second of all answers together.
    pub together: Option<f64>,
    /// Tokens a second of each answer.
    pub each: Option<Spread<f64>>,
    /// From the request to the first token.
    pub first_token: Option<Spread<Duration>>,
    /// As much of that as a prompt that is alone would not have waited.
    pub waiting: Option<Spread<Duration>>,
}

impl Level {
    /// Sums up what became of the prompts. `alone`: after how long the first token of a prompt that is alone comes, where known.
    pub fn of(
        concurrency: u32,
        wanted: u32,
        samples: &[Sample],
        took: Duration,
        alone: Option<Duration>,
    ) -> Self {
        let mut level = Self {
            concurrency,
            wanted,
            answered: 0,
            refused: BTreeMap::new(),
            broken: 0,
            lost: 0,
            problem: None,
            took: rounded(took),
            tokens: 0,
            together: None,
            each: None,
            first_token: None,
            waiting: None,
        };
        let mut answers = Vec::new();
        for sample in samples {
            let problem = match sample {
                Sample::Answered(answered) => {
                    answers.push(*answered);
                    continue;
                }
                Sample::Refused(status, text) => {
                    *level.refused.entry(*status).or_default() += 1;
                    text
                }
                Sample::Broken(text) => {
                    level.broken += 1;
                    text
                }
                Sample::Lost(text) => {
                    level.lost += 1;
                    text
                }
            };
            level.problem.get_or_insert_with(|| problem.clone());
        }
        level.answers(&answers, alone);
        level
    }

    fn answers(&mut self, answers: &[Answered], alone: Option<Duration>) {
        self.answered = u32::try_from(answers.len()).unwrap_or(u32::MAX);
        self.tokens = answers.iter().map(|answer| answer.tokens).sum();
        self.together = per_second(self.tokens, self.took);
        self.each = Spread::of(answers.iter().filter_map(|answer| answer.per_second).map(tenths).collect());
        let firsts = answers.iter().filter_map(|answer| answer.first_token).map(rounded).collect();
        self.first_token = Spread::of(firsts);
        let alone = alone.or_else(|| self.alone());
        self.waiting = self
            .first_token
            .zip(alone)
            .map(|(first, alone)| first.map(|first| first.saturating_sub(rounded(alone))));
    }

    /// After how long the first token of a prompt that is alone comes, the median; only a level of one prompt at once tells.
    pub fn alone(&self) -> Option<Duration> {
        self.first_token.filter(|_| self.concurrency == 1).map(|first| first.median)
    }

    /// Prompts that were not answered.
    pub fn unanswered(&self) -> u32 {
        let refused = self.refused.values().copied().fold(0, u32::saturating_add);
        refused.saturating_add(self.broken).saturating_add(self.lost)
    }

    /// Prompts that ended, whichever way.
    pub fn ended(&self) -> u32 {
        self.answered.saturating_add(self.unanswered())
    }

    /// Whether all prompts were sent that were to be sent.
    pub fn is_complete(&self) -> bool {
        self.ended() >= self.wanted
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run has 2^53 tokens")]
fn per_second(tokens: u64, took: Duration) -> Option<f64> {
    (tokens > 0 && !took.is_zero()).then(|| tenths(tokens as f64 / took.as_secs_f64()))
}

/// Finer figures are noise.
fn tenths(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A level at which all prompts were answered, with this many tokens a second together.
    pub(crate) fn level(concurrency: u32, answered: u32, together: f64) -> Level {
        level_of(concurrency, answered, together, together / f64::from(concurrency))
    }

    /// The same with this many for each answer, too.
    pub(crate) fn level_of(concurrency: u32, answered: u32, together: f64, each: f64) -> Level {
        let samples: Vec<Sample> = (0..answered).map(|_| self::answered(200, 50, each)).collect();
        let level = Level::of(concurrency, answered, &samples, MS(1000), None);
        Level { together: (answered > 0).then_some(together), ..level }
    }

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn answered(first: u64, tokens: u64, rate: f64) -> Sample {
        Sample::Answered(Answered { first_token: Some(MS(first)), tokens, per_second: Some(rate) })
    }

    #[test]
    fn a_level_counts_what_was_answered_and_what_was_not() {
        let samples = [
            answered(200, 50, 60.0),
            Sample::Refused(503, "server busy".to_owned()),
            answered(900, 50, 40.0),
            Sample::Refused(503, "server busy".to_owned()),
            Sample::Refused(429, "Rate exceeded.".to_owned()),
            Sample::Broken("out of memory".to_owned()),
            Sample::Lost("reset".to_owned()),
        ];
        let level = Level::of(4, 8, &samples, MS(2000), Some(MS(150)));
        assert_eq!((level.answered, level.broken, level.lost, level.unanswered()), (2, 1, 1, 5));
        assert_eq!(level.refused, BTreeMap::from([(429, 1), (503, 2)]));
        assert_eq!(level.problem.as_deref(), Some("server busy"), "the first");
        assert_eq!((level.tokens, level.together), (100, Some(50.0)));
        let first = level.first_token.unwrap();
        assert_eq!((first.median, first.most), (MS(200), MS(900)));
        let waiting = level.waiting.unwrap();
        assert_eq!((waiting.median, waiting.most), (MS(50), MS(750)));
        assert!(!level.is_complete());
    }

    #[test]
    fn a_prompt_that_is_alone_is_its_own_measure() {
        let level = Level::of(
            1,
            3,
            &[answered(200, 1, 1.0), answered(300, 1, 1.0), answered(400, 1, 1.0)],
            MS(1000),
            None,
        );
        assert_eq!(level.waiting.unwrap().median, Duration::ZERO);
        assert_eq!(level.waiting.unwrap().most, MS(100));
        assert_eq!(level.alone(), Some(MS(300)));
        let two = Level::of(2, 1, &[answered(200, 1, 1.0)], MS(1000), None);
        assert_eq!((two.alone(), two.waiting), (None, None), "nobody knows");
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        let level = Level::of(1, 2, &[], Duration::ZERO, None);
        assert_eq!((level.together, level.each, level.first_token, level.waiting), (None, None, None, None));
        assert!(!level.is_complete());
    }

    fn sample() -> impl Strategy<Value = Sample> {
        prop_oneof![
            (0_u64..5000, 0_u64..500, 0.0_f64..200.0)
                .prop_map(|(first, tokens, rate)| answered(first, tokens, rate)),
            (400_u16..600).prop_map(|status| Sample::Refused(status, "no".to_owned())),
            Just(Sample::Broken("broken".to_owned())),
            Just(Sample::Lost("lost".to_owned())),
        ]
    }

    proptest! {
        #[test]
        fn every_prompt_is_counted_once_and_waiting_is_never_more_than_the_first_token(
            samples in prop::collection::vec(sample(), 0..40), took in 0_u64..100_000, alone in 0_u64..2000,
        ) {
            let wanted = u32::try_from(samples.len()).unwrap();
            let level = Level::of(3, wanted, &samples, MS(took), Some(MS(alone)));
            prop_assert_eq!(level.answered + level.unanswered(), wanted);
            prop_assert!(level.is_complete());
            prop_assert_eq!(level.problem.is_some(), level.unanswered() > 0);
            if let (Some(first), Some(waiting)) = (level.first_token, level.waiting) {
                prop_assert!(waiting.median <= first.median && waiting.p95 <= first.p95 && waiting.most <= first.most);
            }
        }
    }
}
