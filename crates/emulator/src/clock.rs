//! Where the emulator takes the time from. Nothing else in this crate may ask the system for it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The source of the time that answers carry and that operations are judged by.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's own clock.
    #[default]
    System,
    /// A time that only moves when it is told to, for tests.
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `start` until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(Mutex::new(start)))
    }

    /// The time now, to the microsecond as Google's answers give it.
    pub fn now(&self) -> Timestamp {
        let exact = match self {
            Self::System => system_now(),
            Self::Manual(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        Timestamp::from_microsecond(exact.as_microsecond()).unwrap_or(exact)
    }

    /// Moves a manual clock forward; the system's clock does not listen.
    pub fn advance(&self, by: Duration) {
        match self {
            Self::System => {}
            Self::Manual(at) => {
                let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
                *at = later(*at, by);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "an emulated cloud has a clock of its own, and this is it")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

/// `from` plus `by`; the end of time where that does not exist.
pub(crate) fn later(from: Timestamp, by: Duration) -> Timestamp {
    from.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The time of a change that follows one at `last`: two changes within one tick of the clock are two, and have two etags.
pub(crate) fn after(last: Timestamp, now: Timestamp) -> Timestamp {
    now.max(later(last, Duration::from_micros(1)))
}

/// Microseconds since 1970, as generations and etags count them.
pub(crate) fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.as_microsecond()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_within_the_tick_of_the_last_one_is_later_than_it() {
        let tick = Timestamp::from_microsecond(7).unwrap();
        let second = after(tick, tick);
        assert_eq!(micros(second), 8);
        assert_eq!(micros(after(second, tick)), 9, "a clock that stands or goes back makes no change equal");
        assert_eq!(after(tick, later(tick, Duration::from_secs(1))), later(tick, Duration::from_secs(1)));
    }
}
