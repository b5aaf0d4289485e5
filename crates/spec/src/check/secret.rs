//! Values that look like secrets and stand in the open.
//!
//! A spec is read by many and kept for ever; a secret belongs into Secret Manager. The value is never shown again: such
//! a problem has a place and no source line.

use model::secret::looks_secret;

use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::places::child;
use crate::types::{EnvName, ScalarText};

/// Reports values of a map of environment variables or build arguments that look like secrets.
pub(super) fn check<'v>(
    pointer: &str,
    values: impl IntoIterator<Item = (&'v EnvName, &'v ScalarText)>,
    help: &str,
    report: &mut Report<'_>,
) {
    for (name, value) in values {
        let at = child(pointer, name.as_str());
        if report.is_broken(&at) {
            continue;
        }
        if looks_secret(name.as_str(), value.as_str()) {
            let problem = Diagnostic::new(
                "secret-in-spec",
                format!("`{name}` looks like a secret with its value in the open"),
            );
            report.at_place(&at, problem.with_help(help));
        }
    }
}
