//! The fault matrix as data: what becomes of each call of apply and destroy under each fault.
//!
//! | letter | what is expected |
//! |---|---|
//! | `R` | sent again, and the run ends as if nothing had been |
//! | `V` | what is there is read back, and the run ends as if nothing had been |
//! | `P` | read again and computed again, and the run ends as if nothing had been |
//! | `W` | waited for: this run has caused it; the run ends as if nothing had been |
//! | `S` | nothing new is begun; partial (5) if anything was changed, else an error (1) |
//! | `K` | the same in a destroy: what could not be judged stays in the record |
//! | `X` | the same, before anything was changed: an error (1) |
//! | `F` | another run wrote the record: planned anew, or stopped as stale (0, 1, 3 or 5) |
//! | `C` | the same call ends differently by where it stands: `R` or `S` |
//! | `-` | cannot happen |

use emulator::{Exchange, Fault, Rule, path_fits};

use crate::lab::ALONE;

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

/// A call as a row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// By column, the letter of what is expected.
    pub(crate) cells: &'static str,
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

const fn row(method: &'static str, path: &'static str, cells: &'static str) -> Row {
    Row { method, path, cells }
}

/// The call that a build begins with.
pub(crate) const BUILD: Row = row("POST", "/v1/projects/*/locations/*/builds", "RRVSRVVVV--SWS");

/// Every call of apply and destroy.
///
/// A write of the record's progress that fails stops nothing: the last one makes up for it. And an upload of a source that is
/// told "it is there already" is believed, for its name tells its digest; the build then says that it is not.
pub(crate) const ROWS: &[Row] = &[
    row("POST", "/v3/projects/*:getIamPolicy", "RRRSRRRRR--SSS"),
    row("POST", "/v3/projects/*:setIamPolicy", "RRRSRVVVV-PSSS"),
    row("GET", "/v1/projects/*/services:batchGet", "RRRXRRRRR--XXX"),
    row("POST", "/v1/projects/*/services:batchEnable", "RRRSRVVVV--SSS"),
    row("POST", "/v1/projects/*/services/*:enable", "RRRSRVVVV--SSS"),
    row("POST", "/v1/projects/*/services/*:disable", "RRRKRVVVV--KKK"),
    row("GET", "/v1/operations/*", "RRRSRRRRR--SSS"),
    row("GET", "/storage/v1/b", "RRRSRRRRR--SSS"),
    row("POST", "/storage/v1/b", "RRRSRVVVV---SS"),
    row("GET", "/storage/v1/b/gemmactl-demo-project/o/inventory.json", "RRRSRRRRR--SSS"),
    row("POST", "/upload/storage/v1/b/gemmactl-demo-project/o", "RRRCRVVVV-FCCC"),
    row("DELETE", "/storage/v1/b/gemmactl-demo-project/o/inventory.json", "RRRKRVVVV--KKK"),
    row("GET", "/storage/v1/b/gemmactl-demo-project/o", "RRRKRRRRR--KKK"),
    row("DELETE", "/storage/v1/b/gemmactl-demo-project", "RRRKRVVVV--KKK"),
    row("GET", "/v1/projects/*/serviceAccounts/*", "RRRXRRRRR--XCX"),
    row("POST", "/v1/projects/*/serviceAccounts", "RRVSRVVVVO-SSS"),
    row("DELETE", "/v1/projects/*/serviceAccounts/*", "RRRKRVVVV--KKK"),
    row("GET", "/v1/projects/*/locations/*/repositories/*", "RRRSRRRRR--SCS"),
    row("POST", "/v1/projects/*/locations/*/repositories", "RRVSRVVVVO-SSS"),
    row("DELETE", "/v1/projects/*/locations/*/repositories/*", "RRRKRVVVV--KKK"),
    row("GET", "/v1/projects/*/locations/*/operations/*", "RRRSRRRRR--SSS"),
    row("GET", "/v1/projects/*/locations/*/repositories/*/packages/*/tags/*", "RRRXRRRRR--XCX"),
    row("GET", "/v1/projects/*/locations/*/repositories/*/packages", "RRRXRRRRR--XXX"),
    row("DELETE", "/v1/projects/*/locations/*/repositories/*/packages/*", "RRRKRVVVV--KKK"),
    row("GET", "/storage/v1/b/gemmactl-src-*", "RRRXRRRRR--XXX"),
    row("POST", "/upload/storage/v1/b/gemmactl-src-*/o", "RRRSRVVVV-CSSS"),
    row("GET", "/storage/v1/b/gemmactl-src-*/o", "RRRKRRRRR--KKK"),
    row("DELETE", "/storage/v1/b/gemmactl-src-*/o/*", "RRRKRVVVV--KKK"),
    row("DELETE", "/storage/v1/b/gemmactl-src-*", "RRRKRVVVV--KKK"),
    BUILD,
    row("GET", "/v1/projects/*/locations/*/builds/*", "RRRSRRRRR--SWS"),
    row("GET", "/v2/projects/*/locations/*/services/server", "RRRXRRRRR--XCX"),
    row("POST", "/v2/projects/*/locations/*/services", "RRVSRVVVVO-SWS"),
    row("DELETE", "/v2/projects/*/locations/*/services/*", "RRRKRVVVV--KKK"),
    row("POST", "/v2/projects/*/locations/*/operations/*:wait", "RRRSRRRRR--SCS"),
    row("GET", "/v2/projects/*/locations/*/services/*:getIamPolicy", "RRRSRRRRR--SCS"),
    row("POST", "/v2/projects/*/locations/*/services/*:setIamPolicy", "RRRSRVVVV-PSCS"),
];

impl Row {
    /// Whether a call is of this row.
    pub(crate) fn is_of(&self, exchange: &Exchange) -> bool {
        self.method == exchange.method && path_fits(self.path, &exchange.path)
    }

    /// A rule that strikes the call of this row with this number, and perhaps those after it.
    pub(crate) fn rule(&self, name: &str, from: u64, times: Option<u64>, fault: Fault) -> Rule {
        Rule {
            name: name.to_owned(),
            method: Some(self.method.to_owned()),
            path: Some(self.path.to_owned()),
            from,
            times,
            ..Rule::new(fault)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_known_letter_for_every_column() {
        for row in ROWS {
            assert_eq!(row.cells.len(), COLUMNS.len(), "{} {}", row.method, row.path);
            assert!(row.cells.chars().all(|letter| "RVPWOSKXFC-".contains(letter)), "{}", row.cells);
        }
    }
}
