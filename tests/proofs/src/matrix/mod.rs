//! The fault matrix as data: what becomes of each call of the clean runs under each fault.
//!
//! | letter | what is expected |
//! |---|---|
//! | `R` | sent again, or asked in another way, and the run ends as if nothing had been |
//! | `V` | what is there is read back, and the run ends as if nothing had been |
//! | `P` | read again and computed again, and the run ends as if nothing had been |
//! | `O` | told that it is there: looked whose it is, and the run ends as if nothing had been |
//! | `W` | waited for: this run has caused it; the run ends as if nothing had been |
//! | `S` | nothing new is begun; partial (5) if anything was changed or may have been, else an error (1) |
//! | `K` | the same in a destroy: what could not be judged stays in the record |
//! | `X` | the same, in a look before anything was changed |
//! | `A` | a service is asked again until whole answers prove it, and the run ends as if nothing had been |
//! | `G` | a new revision that did not prove itself: all requests go to the former one, and partial (5) |
//! | `U` | everything is done and not proven: partial (5), with what to look at and how to prove it anew |
//! | `-` | cannot happen |
//! | `p`, `e`, `o`, `c`, `f`, `i`, `u`, `w`, `q` | by where the call stands, see [`place`] |

mod columns;
mod place;

use emulator::{Exchange, Fault, Rule, path_fits};

pub(crate) use columns::{COLUMNS, Column};
pub(crate) use place::{Phase, Place};

/// A call as a row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// By column, the letter of what is expected.
    pub(crate) cells: &'static str,
}

const fn row(method: &'static str, path: &'static str, cells: &'static str) -> Row {
    Row { method, path, cells }
}

/// The call that a build begins with.
pub(crate) const BUILD: Row = row("POST", "/v1/projects/*/locations/*/builds", "RRVSRVVVV--SWS");

/// Every call of apply, destroy, a rollout and a rollback.
///
/// A write of the record's progress that fails stops nothing: the last one makes up for it. And an upload of a source that is
/// told "it is there already" is believed, for its name tells its digest; the build then says that it is not. An operation
/// of Cloud Run that may not be waited for is read instead.
pub(crate) const ROWS: &[Row] = &[
    row("POST", "/v3/projects/*:getIamPolicy", "RRRSRRRRR--SSS"),
    row("POST", "/v3/projects/*:setIamPolicy", "RRRSRVVVV-PSSS"),
    row("GET", "/v1/projects/*/services:batchGet", "RRRXRRRRR--XXX"),
    row("POST", "/v1/projects/*/services:batchEnable", "RRRSRVVVV--SSS"),
    row("POST", "/v1/projects/*/services/*:enable", "RRRSRVVVV--SSS"),
    row("POST", "/v1/projects/*/services/*:disable", "RRRKRVVVV--KKK"),
    row("GET", "/v1/operations/*", "RRRSRRRRR--SSS"),
    row("GET", "/storage/v1/b", "RRRSRRRRR--SoS"),
    row("POST", "/storage/v1/b", "RRRSRVVVV---SS"),
    row("GET", "/storage/v1/b/gemmactl-demo-project/o/inventory.json", "RRRSRRRRR--SSS"),
    row("POST", "/upload/storage/v1/b/gemmactl-demo-project/o", "RRReRVVVV-Pppe"),
    row("DELETE", "/storage/v1/b/gemmactl-demo-project/o/inventory.json", "RRRKRVVVV--KKK"),
    row("GET", "/storage/v1/b/gemmactl-demo-project/o", "RRRKRRRRR--KKK"),
    row("DELETE", "/storage/v1/b/gemmactl-demo-project", "RRRKRVVVV--KKK"),
    row("GET", "/v1/projects/*/serviceAccounts/*", "RRRXRRRRR--XoX"),
    row("POST", "/v1/projects/*/serviceAccounts", "RRVSRVVVVO-SSS"),
    row("DELETE", "/v1/projects/*/serviceAccounts/*", "RRRKRVVVV--KKK"),
    row("GET", "/v1/projects/*/locations/*/repositories/*", "RRRSRRRRR--SoS"),
    row("POST", "/v1/projects/*/locations/*/repositories", "RRVSRVVVVO-SSS"),
    row("DELETE", "/v1/projects/*/locations/*/repositories/*", "RRRKRVVVV--KKK"),
    row("GET", "/v1/projects/*/locations/*/operations/*", "RRRSRRRRR--SSS"),
    row("GET", "/v1/projects/*/locations/*/repositories/*/packages/*/tags/*", "RRRXRRRRR--XoX"),
    row("GET", "/v1/projects/*/locations/*/repositories/*/packages", "RRRXRRRRR--XXX"),
    row("DELETE", "/v1/projects/*/locations/*/repositories/*/packages/*", "RRRKRVVVV--KKK"),
    row("GET", "/storage/v1/b/gemmactl-src-*", "RRRXRRRRR--XXX"),
    row("POST", "/upload/storage/v1/b/gemmactl-src-*/o", "RRRSRVVVV-SSSS"),
    row("GET", "/storage/v1/b/gemmactl-src-*/o", "RRRKRRRRR--KKK"),
    row("DELETE", "/storage/v1/b/gemmactl-src-*/o/*", "RRRKRVVVV--KKK"),
    row("DELETE", "/storage/v1/b/gemmactl-src-*", "RRRKRVVVV--KKK"),
    BUILD,
    row("GET", "/v1/projects/*/locations/*/builds/*", "RRRSRRRRR--SWS"),
    row("GET", "/v2/projects/*/locations/*/services/server", "RRRXRRRRR--XoX"),
    row("POST", "/v2/projects/*/locations/*/services", "RRVSRVVVVO-SWS"),
    row("DELETE", "/v2/projects/*/locations/*/services/*", "RRRKRVVVV--KKK"),
    row("POST", "/v2/projects/*/locations/*/operations/*:wait", "RRRSRRRRR--SRR"),
    row("GET", "/v2/projects/*/locations/*/services/*:getIamPolicy", "RRRwRRRRR--Suw"),
    row("POST", "/v2/projects/*/locations/*/services/*:setIamPolicy", "RRRSRVVVV-PSoS"),
    // The preflight: what it cannot read is unknown, and stops nothing.
    row("GET", "/v3/projects/*", "RRRRRRRRR--RRR"),
    row("GET", "/v1/projects/*/billingInfo", "RRRRRRRRR--RRR"),
    row("POST", "/v3/projects/*:testIamPermissions", "RRRRRRRRR--RRR"),
    row("GET", "/storage/v1/b/gemmactl-demo-project", "RRRRRRRRR--RRR"),
    row("GET", "/v1/projects/*/locations/global/services/*/quotaInfos/*", "RRRRRRRRR--RRR"),
    row("GET", "/v1beta1/projects/*/services/*/consumerQuotaMetrics", "RRRRRRRRR--RRR"),
    // A rollout: the service, its new revision at its tag, and its shares.
    row("GET", "/v2/projects/*/locations/*/services/gemma", "RRRfRRRRR--ccf"),
    row("GET", "/v2/projects/*/locations/*/services/gemma/revisions", "RRRXRRRRR--XXX"),
    row("PATCH", "/v2/projects/*/locations/*/services/gemma", "RRVSRVVVV-SSSS"),
    row("GET", "/computeMetadata/v1/instance/service-accounts/default/identity", "RRRiRRRRi--iii"),
    // Requests to the service itself, at the tag of its new revision and at the end. It is of no API that could be off.
    row("GET", "/api/tags", "AAAqAAqAA--A-q"),
    row("POST", "/api/generate", "AAAqAAqAA--A-q"),
    row("POST", "/v2/entries:list", "RRRRRRRRR--RRR"),
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
            assert!(
                row.cells.chars().all(|letter| "RVPWOSKXAGUpeocfiuwq-".contains(letter)),
                "{}",
                row.cells
            );
        }
    }
}
