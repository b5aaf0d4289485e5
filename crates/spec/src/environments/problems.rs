//! The problems of all environments as one list. Knows no spec.

use std::collections::BTreeSet;

use model::Place;

use super::Environment;
use crate::check::ordered;
use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// The problems of the file and of each environment: what all of them share is told once, and what one environment makes
/// of a line outside of it names the environment.
pub(crate) fn gathered(
    shared: Vec<Diagnostic>,
    each: Vec<(&Environment, Vec<Diagnostic>)>,
    source: &Source,
) -> Vec<Diagnostic> {
    let mut told: BTreeSet<Key> = shared.iter().map(key).collect();
    let mut all = shared;
    let found: Vec<BTreeSet<Key>> =
        each.iter().map(|(_, problems)| problems.iter().map(key).collect()).collect();
    for (environment, problems) in each {
        let (start, end) = (source.place(environment.name_span.start), source.place(environment.span.end));
        for problem in problems {
            let key = key(&problem);
            if told.contains(&key) {
                continue;
            }
            let is_common = found.iter().all(|found| found.contains(&key));
            let is_inside = problem.place.as_ref().is_some_and(|place| (&start..=&end).contains(&place));
            if is_common {
                told.insert(key);
            }
            all.push(if is_common || is_inside {
                problem
            } else {
                problem.in_environment(environment.name.as_str())
            });
        }
    }
    ordered(all)
}

/// What makes a problem the same problem.
type Key = (Option<Place>, &'static str, String);

fn key(problem: &Diagnostic) -> Key {
    (problem.place.clone(), problem.id, problem.message.clone())
}
