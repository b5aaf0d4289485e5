//! The faults that a call is crossed with, in the order of the letters.

use emulator::Fault;

use crate::command::ALONE;

/// A fault as a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// How many calls of the row are struck, from the chosen one on; none: all.
    pub(crate) times: Option<u64>,
    pub(crate) fault: fn(u64) -> Fault,
    /// Those of the struck run.
    pub(crate) waits: &'static str,
}

/// The waits of a run whose answer comes too late: a call that takes longer than any other has no answer.
const SHORT_CALLS: &str = "patience=2m,watch=300ms,retry=20ms,propagation=1m,deadline=3s";

/// The waits of a run that loses a permission for good: it does not wait for long until what it granted is seen.
const SHORT_PROPAGATION: &str = "patience=2m,watch=300ms,retry=20ms,propagation=2s";

/// Longer than any call of such a run may take, in milliseconds.
const LATE: u64 = 60_000;

/// The columns, in the order of the letters.
pub(crate) const COLUMNS: [Column; 14] = [
    once("429", |_| Fault::RateLimit { retry_after: None }),
    once("429 with Retry-After", |_| Fault::RateLimit { retry_after: Some(1) }),
    once("5xx", |number| Fault::Status { code: one_of_5xx(number) }),
    Column { times: None, ..once("5xx for ever", |number| Fault::Status { code: one_of_5xx(number) }) },
    once("reset", |_| Fault::Reset),
    once("answer lost", |_| Fault::Lost),
    Column {
        waits: SHORT_CALLS,
        ..once("answer late", |_| Fault::Slow { milliseconds: LATE, when: emulator::When::After })
    },
    once("answer cut", |_| Fault::Truncated),
    once("answer malformed", |_| Fault::Malformed { body: None }),
    once("409 exists", |_| Fault::Exists),
    once("412 or ABORTED", |_| Fault::Conflict),
    once("401", |_| Fault::Status { code: 401 }),
    once("SERVICE_DISABLED", |_| Fault::ServiceDisabled),
    Column { times: None, waits: SHORT_PROPAGATION, ..once("permission revoked", |_| Fault::Denied) },
];

/// A fault that strikes one call.
const fn once(name: &'static str, fault: fn(u64) -> Fault) -> Column {
    Column { name, times: Some(1), fault, waits: ALONE }
}

const fn one_of_5xx(number: u64) -> u16 {
    match number % 4 {
        0 => 500,
        1 => 502,
        2 => 503,
        _ => 504,
    }
}
