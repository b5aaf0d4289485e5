//! Time as progress needs it: how long the run lasts, and what day it is. The system's clock is read here and
//! nowhere else in the views.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// A point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Since the run began.
    pub elapsed: Duration,
    /// RFC 3339 in UTC, to the second: `2026-11-23T14:05:11Z`.
    pub at: String,
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The system's clock; the run begins now.
#[expect(clippy::disallowed_methods, reason = "the one clock of the views; tests pass their own")]
pub(super) fn system() -> Clock {
    let start = Instant::now();
    Arc::new(move || Moment {
        elapsed: start.elapsed(),
        at: jiff::Timestamp::now().strftime(FORMAT).to_string(),
    })
}

const FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// `7s`, `2m41s`, `1h03m`.
pub(crate) fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short_and_dates_are_rfc_3339() {
        for (seconds, text) in [(0, "0s"), (59, "59s"), (161, "2m41s"), (3780, "1h03m")] {
            assert_eq!(shown(Duration::from_secs(seconds)), text);
        }
        let at = system()().at;
        assert_eq!((at.len(), at.ends_with('Z')), (20, true), "{at}");
    }
}
