//! The first prompt, which may have met an instance that was not there yet.

use std::time::Duration;

use crate::spread::rounded;

/// What became of the first prompt, before anything was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It was answered. From the first request of all, which is the one that starts an instance and asks for the models, to the
    /// first piece of text, so much time had passed.
    Spoke(Duration),
    /// It was answered to the end, without any text.
    Silent,
    /// It was not answered until the measuring ended.
    Unanswered,
}

/// What the first request of all met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// No instance: one started for it, which took so much longer than a prompt that is alone on a running one.
    NoInstance(Duration),
    /// An instance that was running: it took no longer than such a prompt does.
    Instance,
    /// Nobody knows.
    Unknown,
}

/// What starts, and loads a model, takes more than this.
const START: Duration = Duration::from_secs(1);

impl Start {
    /// It was answered, and its first piece of text came so long after the first request of all; none where it has no text.
    pub fn answered(first_token: Option<Duration>) -> Self {
        first_token.map_or(Self::Silent, |first_token| Self::Spoke(rounded(first_token)))
    }

    /// What the first request met, told from how long the first token of a prompt takes that is alone.
    pub fn met(&self, alone: Option<Duration>) -> Met {
        match (self, alone) {
            (Self::Spoke(first_token), Some(alone)) => {
                let more = first_token.saturating_sub(alone);
                if more >= START && *first_token >= alone.saturating_mul(2) {
                    Met::NoInstance(more)
                } else {
                    Met::Instance
                }
            }
            (Self::Spoke(_), None) | (Self::Silent | Self::Unanswered, _) => Met::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_told_from_a_prompt_that_was_merely_slow() {
        let millis = Duration::from_millis;
        let met =
            |first: u64, alone: Option<u64>| Start::answered(Some(millis(first))).met(alone.map(millis));
        assert_eq!(met(14_200, Some(200)), Met::NoInstance(millis(14_000)));
        assert_eq!(met(900, Some(200)), Met::Instance, "less than a second is no start");
        assert_eq!(met(6_000, Some(4_000)), Met::Instance, "a slow model is no start");
        assert_eq!(met(100, Some(200)), Met::Instance);
        assert_eq!(met(14_200, None), Met::Unknown, "nothing tells how long a prompt takes");
        for start in [Start::answered(None), Start::Unanswered] {
            assert_eq!(start.met(Some(millis(200))), Met::Unknown, "{start:?}");
        }
        assert_eq!(Start::answered(None), Start::Silent);
    }
}
