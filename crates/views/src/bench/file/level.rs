//! A level as it stands in the file.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tuning::{Level, Spread};

/// What was measured at one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LevelPart {
    /// Prompts that were under way at once.
    concurrency: u32,
    /// Prompts that were to be sent.
    wanted: u32,
    /// Prompts that were answered to the end.
    answered: u32,
    /// Prompts that were answered with an error, by HTTP status.
    refused: BTreeMap<String, u32>,
    /// Prompts whose answer began and did not end well.
    broken: u32,
    /// Prompts to which no answer began.
    lost: u32,
    /// What the first of those that were not answered says.
    problem: Option<String>,
    /// From the first request to the end of the last answer, or to when the level was cut short.
    took_ms: f64,
    /// Tokens of all answers.
    tokens: u64,
    /// Tokens a second of all answers together.
    tokens_per_second: Option<f64>,
    /// Tokens a second of each answer.
    tokens_per_second_each: Option<SpreadPart>,
    /// From the request to the first token.
    first_token_ms: Option<SpreadPart>,
    /// As much of that as a prompt that is alone would not have waited.
    waiting_ms: Option<SpreadPart>,
}

/// How a figure is spread; each is a measured value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpreadPart {
    /// The smallest.
    least: f64,
    /// Half are at most this.
    median: f64,
    /// Nineteen of twenty are at most this.
    p95: f64,
    /// The largest.
    most: f64,
}

impl From<&Level> for LevelPart {
    fn from(level: &Level) -> Self {
        let times = |spread: Spread<Duration>| SpreadPart::from(spread.map(milliseconds));
        Self {
            concurrency: level.concurrency,
            wanted: level.wanted,
            answered: level.answered,
            refused: level.refused.iter().map(|(status, count)| (status.to_string(), *count)).collect(),
            broken: level.broken,
            lost: level.lost,
            problem: level.problem.clone(),
            took_ms: milliseconds(level.took),
            tokens: level.tokens,
            tokens_per_second: level.together,
            tokens_per_second_each: level.each.map(SpreadPart::from),
            first_token_ms: level.first_token.map(times),
            waiting_ms: level.waiting.map(times),
        }
    }
}

impl LevelPart {
    /// The level. Errors: a time or a status is none.
    pub(super) fn level(self) -> Result<Level, String> {
        let refused = self
            .refused
            .into_iter()
            .map(|(status, count)| match status.parse() {
                Ok(status) => Ok((status, count)),
                Err(_) => Err(format!("`{status}` is no HTTP status")),
            })
            .collect::<Result<_, _>>()?;
        Ok(Level {
            concurrency: self.concurrency,
            wanted: self.wanted,
            answered: self.answered,
            refused,
            broken: self.broken,
            lost: self.lost,
            problem: self.problem,
            took: duration(self.took_ms)?,
            tokens: self.tokens,
            together: self.tokens_per_second,
            each: self.tokens_per_second_each.map(Spread::from),
            first_token: self.first_token_ms.map(times).transpose()?,
            waiting: self.waiting_ms.map(times).transpose()?,
        })
    }
}

impl From<Spread<f64>> for SpreadPart {
    fn from(spread: Spread<f64>) -> Self {
        Self { least: spread.least, median: spread.median, p95: spread.p95, most: spread.most }
    }
}

impl From<SpreadPart> for Spread<f64> {
    fn from(part: SpreadPart) -> Self {
        Self { least: part.least, median: part.median, p95: part.p95, most: part.most }
    }
}

fn times(part: SpreadPart) -> Result<Spread<Duration>, String> {
    Ok(Spread {
        least: duration(part.least)?,
        median: duration(part.median)?,
        p95: duration(part.p95)?,
        most: duration(part.most)?,
    })
}

/// A time in milliseconds, in whole tenths.
pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

/// The time of so many milliseconds, in whole tenths. Errors: it is negative, or longer than anything is measured.
pub(super) fn duration(milliseconds: f64) -> Result<Duration, String> {
    let tenths = (milliseconds * 10.0).round();
    if !(0.0..1e12).contains(&tenths) {
        return Err(format!("{milliseconds} ms is no time that was measured"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range above")]
    let tenths = tenths as u64;
    Ok(Duration::from_micros(tenths * 100))
}
