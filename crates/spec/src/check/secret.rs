//! Values that look like secrets and stand in the open.
//!
//! A spec is read by many and kept for ever; a secret belongs into Secret Manager. The value is never shown again: such
//! a problem has a place and no source line.

use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::places::child;
use crate::types::{EnvName, ScalarText};

/// Last words of names whose values are secrets.
const WORDS: &[&str] =
    &["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS"];
/// Words before `KEY` that make it a secret one.
const KEYS: &[&str] = &["API", "ACCESS", "PRIVATE", "SECRET", "ENCRYPTION", "SIGNING", "AUTH"];
/// Beginnings of well-known tokens and keys.
const BEGINNINGS: &[&str] =
    &["-----BEGIN", "ghp_", "gho_", "ghs_", "github_pat_", "hf_", "sk-", "AIza", "ya29.", "xoxb-", "glpat-"];

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

/// Whether a value under a name looks like a secret: by its name, unless it only says yes, no or nothing, or by its form.
/// A spec that holds one is refused.
pub fn looks_secret(name: &str, value: &str) -> bool {
    let plain = ["", "true", "false", "True", "False"].contains(&value);
    (!plain && is_secret_name(name)) || BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
}

fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let mut words = upper.rsplit(['_', '-']).filter(|word| !word.is_empty());
    match words.next() {
        Some("KEY") => words.next().is_some_and(|word| KEYS.contains(&word)),
        Some(last) => WORDS.contains(&last),
        None => false,
    }
}
