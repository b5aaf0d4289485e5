//! What the checks found in the spec.

use std::fmt::Write as _;

use super::super::findings::tally;
use super::span::{self, code};
use super::{Body, Level};

/// Writes what was found, a line each; the sums are in the JSON and on the terminal. At the shorter levels, how much it is.
pub(super) fn write(body: &Body<'_>, text: &mut String) {
    let findings = &body.plan.findings;
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "**Checks**: {}\n", tally(findings));
    match body.level {
        Level::Full | Level::Changes | Level::Fields => {}
        Level::Resources | Level::Counts | Level::Least => return,
    }
    for finding in findings {
        let place = finding.place.as_ref();
        let place = place.map(|place| format!(" at {}", code(&span::place(place)))).unwrap_or_default();
        let (word, check) = (finding.severity.word(), code(&finding.check));
        let _ = writeln!(text, "- {word} {check}{place}: {}", span::text(&finding.message));
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "  - fix: {}", span::text(fix));
        }
    }
    text.push('\n');
}
