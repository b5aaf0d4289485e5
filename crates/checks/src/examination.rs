//! All checks over all services of a spec.

use catalogue::Catalogue;
use model::{Finding, Severity};
use spec::{Diagnostics, Spec};

use crate::check::{Found, Subject};
use crate::lint;
use crate::rules::CHECKS;
use crate::server::Server;

/// What the checks found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// What stands, in the order of the file, with source lines.
    pub problems: Diagnostics,
    /// How many findings the spec says to ignore.
    pub ignored: usize,
}

impl Examination {
    /// What stands, as plain data.
    pub fn findings(&self) -> Vec<Finding> {
        self.problems.iter().map(spec::Diagnostic::finding).collect()
    }

    /// Whether something is found without which the spec cannot work.
    pub fn is_faulty(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Looks at every service of a spec.
pub fn examine(spec: &Spec, catalogue: &Catalogue) -> Examination {
    let mut problems = Vec::new();
    for (name, service) in &spec.document.services {
        let server = Server::of(spec, catalogue, name.as_str(), service);
        let subject = Subject { catalogue, server: &server };
        for check in CHECKS {
            let mut found = Found::new(check, spec);
            (check.look)(&subject, &mut found);
            problems.append(&mut found.problems);
        }
    }
    // Two services of one image say the same of its Dockerfile.
    problems.sort_by(|one, other| (&one.place, one.id).cmp(&(&other.place, other.id)));
    problems.dedup();
    let (problems, ignored) = lint::apply(spec, problems);
    Examination { problems: Diagnostics(problems), ignored }
}
