//! Collects problems with their places, and keeps one mistake from being reported twice.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::places::{Part, Places};
use crate::types::GrammarError;

/// After so many problems no more are looked for; nobody reads them, and a hostile file may hold very many.
pub(crate) const MOST: usize = 200;

/// The problems found so far, and the pointers at which something is wrong already.
#[derive(Debug)]
pub(crate) struct Report<'p> {
    places: &'p Places,
    problems: Vec<Diagnostic>,
    broken: BTreeSet<String>,
}

impl<'p> Report<'p> {
    pub(crate) fn new(places: &'p Places) -> Self {
        Self { places, problems: Vec::new(), broken: BTreeSet::new() }
    }

    /// Remembers that the value at a pointer can not be relied on, without saying more about it.
    pub(crate) fn mark_broken(&mut self, pointer: &str) {
        self.broken.insert(pointer.to_owned());
    }

    /// Whether the value at a pointer, something inside it or something around it is known to be wrong.
    pub(crate) fn is_broken(&self, pointer: &str) -> bool {
        if self.broken.is_empty() {
            return false;
        }
        let mut around = pointer;
        loop {
            if self.broken.contains(around) {
                return true;
            }
            match around.rsplit_once('/') {
                Some((parent, _)) => around = parent,
                None => break,
            }
        }
        let inside = format!("{pointer}/");
        self.broken.range(inside.clone()..).next().is_some_and(|next| next.starts_with(&inside))
    }

    /// Adds a problem whose caret stands under the value at a pointer.
    pub(crate) fn at_value(&mut self, pointer: &str, problem: Diagnostic) {
        self.add(pointer, Part::Value, problem);
    }

    /// Adds a problem whose caret stands under the key at a pointer.
    pub(crate) fn at_key(&mut self, pointer: &str, problem: Diagnostic) {
        self.add(pointer, Part::Key, problem);
    }

    /// Adds a problem that is placed already.
    pub(crate) fn placed(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn add(&mut self, pointer: &str, part: Part, problem: Diagnostic) {
        if self.is_full() {
            return;
        }
        self.problems.push(match self.places.span(pointer, part) {
            Some(span) => problem.under(self.places.source(), span),
            None => problem,
        });
    }

    /// Whether so much was reported that the rest is not worth looking for.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.len() >= MOST
    }

    /// Whether none of some values is known to be wrong.
    pub(crate) fn is_sound(&self, pointers: &[&str]) -> bool {
        !pointers.iter().any(|pointer| self.is_broken(pointer))
    }

    /// Whether a section or the name of one of its items is known to be wrong, so that an item seems to be missing.
    pub(crate) fn is_list_doubtful(&self, pointer: &str) -> bool {
        let inside = format!("{pointer}/");
        self.broken.contains(pointer)
            || self.broken.contains("")
            || self
                .broken
                .range(inside.clone()..)
                .take_while(|next| next.starts_with(&inside))
                .any(|next| next.strip_prefix(&inside).is_some_and(|rest| !rest.contains('/')))
    }

    /// Whether the file has a value at a pointer.
    pub(crate) fn has(&self, pointer: &str) -> bool {
        self.places.contains(pointer)
    }

    /// The line of the value at a pointer.
    pub(crate) fn line(&self, pointer: &str) -> Option<u32> {
        self.places.place(pointer).map(|place| place.line)
    }

    /// Adds a problem with the place of a key and without its source line, which may hold what must not be shown.
    pub(crate) fn at_place(&mut self, pointer: &str, problem: Diagnostic) {
        self.problems.push(match self.places.key_place(pointer) {
            Some(place) => problem.at(place),
            None => problem,
        });
    }

    /// Whether nothing was reported yet.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// Every problem, in the order of the file.
    pub(crate) fn into_problems(self) -> Vec<Diagnostic> {
        ordered(self.problems)
    }
}

/// Problems in the order of the file, each once; of too many, a last one that says so.
pub(crate) fn ordered(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let full = problems.len() >= MOST;
    problems.sort_by(|one, other| (one.place.as_ref(), one.id).cmp(&(other.place.as_ref(), other.id)));
    problems.dedup();
    if full && problems.iter().all(|problem| problem.id != TOO_MANY) {
        let message = format!("there are more than {} problems; the rest was not looked for", problems.len());
        problems.push(Diagnostic::new(TOO_MANY, message));
    }
    problems
}

/// Stands for the problems that were not looked for.
const TOO_MANY: &str = "too-many-problems";

/// A refusal of a grammar as a problem.
pub(crate) fn refused(id: &'static str, error: GrammarError) -> Diagnostic {
    let mut problem = Diagnostic::new(id, error.message);
    problem.help = error.help;
    problem.suggestion = error.suggestion;
    problem
}
