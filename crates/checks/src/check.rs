//! What a check is, and what it looks at.

use std::ops::Range;

use catalogue::Catalogue;
use model::Severity;
use spec::{Diagnostic, Spec};

use crate::server::{Built, Server};

/// One check.
#[derive(Debug)]
pub struct Check {
    /// Its name, the same in every form, and in the spec under `lint.ignore`.
    pub id: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// Why that matters.
    pub reason: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where the rule comes from.
    pub source: &'static str,
    /// When the source said so: a year and a month.
    pub date: &'static str,
    /// Looks at one service.
    pub(crate) look: fn(&Subject<'_>, &mut Found<'_>),
}

/// What a check looks at: one service, with the server that runs in it.
pub(crate) struct Subject<'s> {
    pub(crate) catalogue: &'s Catalogue,
    pub(crate) server: &'s Server<'s>,
}

/// Takes what a check finds.
pub(crate) struct Found<'s> {
    check: &'static Check,
    spec: &'s Spec,
    pub(crate) problems: Vec<Diagnostic>,
}

impl<'s> Found<'s> {
    pub(crate) fn new(check: &'static Check, spec: &'s Spec) -> Self {
        Self { check, spec, problems: Vec::new() }
    }

    /// Something at a value of the spec, or at the nearest thing around it; with the sum that shows it.
    pub(crate) fn at(&mut self, pointer: &str, message: impl Into<String>, sum: Vec<String>) {
        self.with_fix(pointer, message, sum, self.check.fix);
    }

    /// The same with advice of its own.
    pub(crate) fn with_fix(
        &mut self,
        pointer: &str,
        message: impl Into<String>,
        sum: Vec<String>,
        fix: impl Into<String>,
    ) {
        let problem = self.spec.problem(self.check.id, pointer, message);
        self.problems.push(problem.with_severity(self.check.severity).with_sum(sum).with_help(fix));
    }

    /// Something at some bytes of the Dockerfile.
    pub(crate) fn in_dockerfile(
        &mut self,
        built: &Built<'_>,
        bytes: Range<usize>,
        message: impl Into<String>,
        fix: Option<String>,
    ) {
        let fix = fix.unwrap_or_else(|| self.check.fix.to_owned());
        // What stands in a rendered Dockerfile is said in the spec.
        let Some(file) = &built.file else {
            return self.with_fix(&format!("/images/{}/ollama/base", built.name), message, Vec::new(), fix);
        };
        let problem = Diagnostic::new(self.check.id, message).in_text(file, built.text, bytes);
        self.problems.push(problem.with_severity(self.check.severity).with_help(fix));
    }
}
