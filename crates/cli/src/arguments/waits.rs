//! Other waits than those of an emulator, for proofs that play a minute's trouble in a second. Never for Google.

use std::str::FromStr;
use std::time::Duration;

use super::duration::parse_duration;

/// Waits that are asked for; the others stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LoopbackWaits {
    /// How long runs watch each other's leases; how often they beat and how fresh a look at the record must be follow from it.
    pub(crate) patience: Option<Duration>,
    /// The least time between two writes of the record.
    pub(crate) pace: Option<Duration>,
    /// How long this run watches a lease, whatever others do.
    pub(crate) watch: Option<Duration>,
    /// How long a call may take, and all questions to a service together.
    pub(crate) deadline: Option<Duration>,
    /// The longest delay before a first repetition; those after it and the polls follow from it.
    pub(crate) retry: Option<Duration>,
    /// How long something that this run caused may take to be seen everywhere.
    pub(crate) propagation: Option<Duration>,
}

impl FromStr for LoopbackWaits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut waits = Self::default();
        for part in text.split(',') {
            let (name, duration) = part.split_once('=').ok_or(format!("`{part}` is not NAME=DURATION"))?;
            let wait = match name {
                "patience" => &mut waits.patience,
                "pace" => &mut waits.pace,
                "watch" => &mut waits.watch,
                "deadline" => &mut waits.deadline,
                "retry" => &mut waits.retry,
                "propagation" => &mut waits.propagation,
                other => {
                    return Err(format!(
                        "`{other}` is no wait; there are patience, pace, watch, deadline, retry and propagation"
                    ));
                }
            };
            if wait.replace(parse_duration(duration)?).is_some() {
                return Err(format!("`{name}` is given twice"));
            }
        }
        Ok(waits)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_by_name() {
        let waits: LoopbackWaits = "patience=12s,retry=20ms".parse().unwrap();
        let expected = LoopbackWaits {
            patience: Some(Duration::from_secs(12)),
            retry: Some(Duration::from_millis(20)),
            ..LoopbackWaits::default()
        };
        assert_eq!(waits, expected);
    }

    #[test]
    fn what_is_no_wait_is_refused() {
        for (text, said) in [
            ("", "`` is not NAME=DURATION"),
            ("12s", "`12s` is not NAME=DURATION"),
            (
                "mood=1s",
                "`mood` is no wait; there are patience, pace, watch, deadline, retry and propagation",
            ),
            ("watch=1s,watch=2s", "`watch` is given twice"),
            ("watch=soon", "a duration needs a unit: 100ms, 2s or 1m"),
        ] {
            assert_eq!(text.parse::<LoopbackWaits>().unwrap_err(), said);
        }
    }
}
