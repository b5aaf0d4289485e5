//! The first prompt, which may have met an instance that was not there yet.

use std::time::Duration;

use crate::spread::rounded;

/// How the first prompt was answered, before anything was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// From the request to the first piece of text.
    pub first_token: Duration,
}

/// What starts, and loads a model, takes more than this.
const START: Duration = Duration::from_secs(1);

impl Start {
    /// The first token of the first prompt came after so long.
    pub fn new(first_token: Duration) -> Self {
        Self { first_token: rounded(first_token) }
    }

    /// How much longer it took than a prompt that is alone on a running instance. None: the instance was running, or nobody knows.
    pub fn cold(&self, alone: Option<Duration>) -> Option<Duration> {
        let alone = alone?;
        let more = self.first_token.checked_sub(alone)?;
        (more >= START && self.first_token >= alone * 2).then_some(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_told_from_a_prompt_that_was_merely_slow() {
        let cold = |first: u64, alone: Option<u64>| {
            let cold = Start::new(Duration::from_millis(first)).cold(alone.map(Duration::from_millis));
            cold.map(|more| more.as_millis())
        };
        assert_eq!(cold(14_200, Some(200)), Some(14_000));
        assert_eq!(cold(900, Some(200)), None, "less than a second is no start");
        assert_eq!(cold(6_000, Some(4_000)), None, "a slow model is no start");
        assert_eq!(cold(100, Some(200)), None);
        assert_eq!(cold(14_200, None), None);
    }
}
