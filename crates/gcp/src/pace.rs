//! How long to wait between attempts and polls, and for how long in all. Knows no request.

use std::time::Duration;

/// Waiting times. Sources: retry table (full jitter, 1 s doubling to 32 s), polling model (3 % of the elapsed time).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Ceiling of the first delay between attempts; it doubles.
    pub base: Duration,
    /// Highest ceiling of a delay between attempts.
    pub cap: Duration,
    /// No call takes longer, whatever its own limit is.
    pub deadline: Duration,
    /// Shortest time between two polls.
    pub poll_floor: Duration,
    /// Longest time between two polls.
    pub poll_cap: Duration,
    /// How long one call of an API's own wait method may take.
    pub long_poll: Duration,
    /// Longest wait for something that this run caused to take effect; the retry table's own limits are shorter.
    pub propagation: Duration,
    /// How long an operation may take. Terraform allows 20 minutes; models make for slow first revisions.
    pub operation: Duration,
}

impl Pace {
    /// For the real cloud.
    pub const fn live() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(32),
            // The calls' own limits are the shorter ones.
            deadline: Duration::from_mins(30),
            poll_floor: Duration::from_millis(250),
            poll_cap: Duration::from_secs(5),
            long_poll: Duration::from_secs(30),
            propagation: Duration::from_mins(10),
            operation: Duration::from_mins(30),
        }
    }

    /// For an endpoint on this machine: nothing takes long to travel or to take effect there.
    pub const fn loopback() -> Self {
        Self {
            base: Duration::from_millis(100),
            cap: Duration::from_millis(250),
            poll_floor: Duration::from_millis(25),
            propagation: Duration::from_secs(15),
            ..Self::live()
        }
    }

    /// The same with delays and polls that are longer or shorter by a factor; how long anything may take in all stays.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let scaled = |wait: Duration| wait.mul_f64(factor.max(0.0));
        Self {
            base: scaled(self.base),
            cap: scaled(self.cap),
            poll_floor: scaled(self.poll_floor),
            poll_cap: scaled(self.poll_cap),
            ..self
        }
    }

    /// The delay before the next attempt after `attempt` attempts: anything up to a ceiling that doubles.
    pub(crate) fn backoff(&self, attempt: u32) -> Duration {
        let doubled =
            self.base.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1).min(16)).unwrap_or(1));
        doubled.min(self.cap).mul_f64(fastrand::f64())
    }

    /// The time to the next poll of something that has been going on for `elapsed`.
    pub(crate) fn poll(&self, elapsed: Duration) -> Duration {
        elapsed.mul_f64(0.03).clamp(self.poll_floor, self.poll_cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_under_a_doubling_ceiling() {
        let pace = Pace::live();
        for (attempt, ceiling) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 32), (60, 32)] {
            for _ in 0..50 {
                assert!(pace.backoff(attempt) <= Duration::from_secs(ceiling), "attempt {attempt}");
            }
        }
    }

    #[test]
    fn polls_follow_the_elapsed_time() {
        let pace = Pace::live();
        for (elapsed, expected) in [(0, 250), (10_000, 300), (100_000, 3_000), (1_000_000, 5_000)] {
            assert_eq!(pace.poll(Duration::from_millis(elapsed)), Duration::from_millis(expected));
        }
    }
}
