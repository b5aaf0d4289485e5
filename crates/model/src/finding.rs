//! What a check found in a spec, as plain data for every surface.

use crate::place::Place;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot work; nothing is planned or applied.
    Error,
    /// It works, but not as it should. Stops nothing.
    Warning,
    /// Worth knowing. Stops nothing.
    Info,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// Its word, the same in every form.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check's id, such as `context-unset`.
    pub check: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, a fragment without full stop.
    pub message: String,
    /// The sum that shows it, a line each; often empty.
    pub sum: Vec<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// Where it stands: in the spec, or in a file that it names.
    pub place: Option<Place>,
}
