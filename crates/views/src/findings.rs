//! What the checks found, in words that several surfaces share.

use model::{Finding, Severity};

use super::words::counted;

/// `2 warnings, 1 note`; empty when nothing was found.
pub(super) fn tally(findings: &[Finding]) -> String {
    let words = |severity| match severity {
        Severity::Error => ("error", "errors"),
        Severity::Warning => ("warning", "warnings"),
        Severity::Info => ("note", "notes"),
    };
    let parts = Severity::ALL.into_iter().filter_map(|severity| {
        let number = findings.iter().filter(|finding| finding.severity == severity).count();
        let (one, several) = words(severity);
        (number > 0).then(|| counted(number, one, several))
    });
    parts.collect::<Vec<_>>().join(", ")
}
