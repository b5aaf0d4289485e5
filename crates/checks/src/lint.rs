//! What a spec says to ignore, with its reasons.

use model::Severity;
use spec::{Diagnostic, Spec};

use crate::rules::CHECKS;

/// The id of an entry that names no check.
const UNKNOWN: &str = "unknown-check";

/// The id of an entry that nothing is found for.
const UNUSED: &str = "ignore-unused";

/// What stands, and how much was ignored.
pub(crate) fn apply(spec: &Spec, problems: Vec<Diagnostic>) -> (Vec<Diagnostic>, usize) {
    let Some(lint) = &spec.document.lint else { return (problems, 0) };
    let (ignored, mut standing): (Vec<_>, Vec<_>) = problems
        .into_iter()
        .partition(|problem| lint.ignore.iter().any(|entry| entry.check.as_str() == problem.id));
    for (index, entry) in lint.ignore.iter().enumerate() {
        let pointer = format!("/lint/ignore/{index}/check");
        let id = entry.check.as_str();
        if CHECKS.iter().all(|check| check.id != id) {
            let problem = spec.problem(UNKNOWN, &pointer, format!("there is no check `{id}`"));
            standing.push(match spec::nearest(id, CHECKS.iter().map(|check| check.id)) {
                Some(near) => problem.with_suggestion(near),
                None => problem.with_help("docs/checks.md lists them all"),
            });
        } else if ignored.iter().all(|problem| problem.id != id) {
            let problem = spec.problem(
                UNUSED,
                &pointer,
                format!("nothing is found for `{id}`, so it need not be ignored"),
            );
            standing.push(problem.with_severity(Severity::Info).with_help("remove the entry"));
        }
    }
    standing.sort_by(|one, other| (&one.place, one.id).cmp(&(&other.place, other.id)));
    (standing, ignored.len())
}
