//! The clock that runs are measured by.

use std::time::Instant;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "how long a run takes is one of the figures")]
pub fn now() -> Instant {
    Instant::now()
}
