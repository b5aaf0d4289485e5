//! How an answer came: its tokens and its times.

use std::time::Duration;

/// An answer that ended. Its text was handed on while it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Tokens that were said: as the server counts them, or else the pieces that came.
    pub tokens: u64,
    /// Tokens of the prompt, where the server says.
    pub prompt_tokens: Option<u64>,
    /// From the request to the first piece of text, with everything on the way; none if nothing was said.
    pub first_token: Option<Duration>,
    /// From the request to the end.
    pub total: Duration,
    /// How long the server says that it loaded the model for this answer.
    pub load: Option<Duration>,
    /// How fast the tokens came; none for fewer than two where the server does not say.
    pub rate: Option<Rate>,
    /// Why it ended.
    pub ending: Ending,
}

/// Tokens a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// By the server's own count of its work.
    Served(f64),
    /// By the clock here, from the first piece to the last.
    Seen(f64),
}

impl Rate {
    /// Tokens a second.
    pub fn per_second(self) -> f64 {
        match self {
            Self::Served(rate) | Self::Seen(rate) => rate,
        }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The model was done.
    Complete,
    /// The limit of tokens was reached.
    Limit,
}

/// One thing that a server says while it answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Said {
    /// Text.
    pub(crate) text: String,
    /// Thoughts that are no part of the answer.
    pub(crate) thought: bool,
    /// That this was the end, and why.
    pub(crate) ending: Option<Ending>,
    /// Counters of the server.
    pub(crate) counted: Counted,
}

/// A server's own counters; each where it says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) tokens: Option<u64>,
    pub(crate) prompt_tokens: Option<u64>,
    /// How long the tokens took.
    pub(crate) speaking: Option<Duration>,
    pub(crate) load: Option<Duration>,
}

/// An answer on its way.
#[derive(Debug, Default)]
pub(crate) struct Coming {
    pieces: u64,
    first: Option<Duration>,
    last: Duration,
    counted: Counted,
    ending: Option<Ending>,
}

impl Coming {
    /// Takes in what was said, so long after the request.
    pub(crate) fn take(&mut self, said: &Said, after: Duration) {
        if !said.text.is_empty() || said.thought {
            self.pieces += 1;
            self.first.get_or_insert(after);
            self.last = after;
        }
        self.ending = said.ending.or(self.ending);
        let (kept, new) = (&mut self.counted, said.counted);
        kept.tokens = new.tokens.or(kept.tokens);
        kept.prompt_tokens = new.prompt_tokens.or(kept.prompt_tokens);
        kept.speaking = new.speaking.or(kept.speaking);
        kept.load = new.load.or(kept.load);
    }

    /// The answer, if it came to its end.
    pub(crate) fn finish(self, after: Duration) -> Option<Answer> {
        let ending = self.ending?;
        let tokens = self.counted.tokens.unwrap_or(self.pieces);
        let served = self
            .counted
            .speaking
            .filter(|speaking| !speaking.is_zero() && tokens > 0)
            .map(|speaking| Rate::Served(number(tokens) / speaking.as_secs_f64()));
        let seen = self.first.and_then(|first| {
            let span = self.last.checked_sub(first).filter(|span| !span.is_zero())?;
            let after_first = tokens.checked_sub(1).filter(|rest| *rest > 0)?;
            Some(Rate::Seen(number(after_first) / span.as_secs_f64()))
        });
        Some(Answer {
            tokens,
            prompt_tokens: self.counted.prompt_tokens,
            first_token: self.first,
            total: after,
            load: self.counted.load,
            rate: served.or(seen),
            ending,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "no answer has 2^53 tokens")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Said {
        Said { text: text.to_owned(), ..Said::default() }
    }

    fn end(counted: Counted) -> Said {
        Said { ending: Some(Ending::Complete), counted, ..Said::default() }
    }

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn without_the_servers_counters_the_clock_counts_from_the_first_piece_to_the_last() {
        let mut coming = Coming::default();
        for (text, after) in [("a", 500), ("b", 600), ("c", 700)] {
            coming.take(&said(text), MS(after));
        }
        coming.take(&end(Counted::default()), MS(900));
        let answer = coming.finish(MS(950)).unwrap();
        assert_eq!((answer.tokens, answer.first_token, answer.total), (3, Some(MS(500)), MS(950)));
        assert_eq!(answer.rate, Some(Rate::Seen(10.0)));
    }

    #[test]
    fn the_servers_counters_are_taken_where_there_are_any() {
        let mut coming = Coming::default();
        coming.take(&said("one piece"), MS(500));
        let counted = Counted {
            tokens: Some(20),
            prompt_tokens: Some(7),
            speaking: Some(MS(500)),
            load: Some(MS(100)),
        };
        coming.take(&end(counted), MS(600));
        let answer = coming.finish(MS(600)).unwrap();
        assert_eq!((answer.tokens, answer.prompt_tokens, answer.load), (20, Some(7), Some(MS(100))));
        assert_eq!(answer.rate, Some(Rate::Served(40.0)));
    }

    #[test]
    fn one_token_has_a_time_and_no_rate() {
        let mut coming = Coming::default();
        coming.take(&said("a"), MS(500));
        coming.take(&end(Counted::default()), MS(501));
        let answer = coming.finish(MS(501)).unwrap();
        assert_eq!((answer.tokens, answer.rate), (1, None));
    }

    #[test]
    fn what_did_not_come_to_its_end_is_no_answer() {
        let mut coming = Coming::default();
        coming.take(&said("a"), MS(500));
        assert_eq!(coming.finish(MS(501)), None);
    }
}
