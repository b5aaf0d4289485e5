//! A project's log: the newest entries, oldest first.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::part::Part;

/// Entries beyond this many are forgotten, oldest first.
const KEPT: usize = 500;

/// The log.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub(super) entries: Vec<Part<Entry>>,
}

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    /// When it was written.
    pub(super) time: Timestamp,
    /// How bad it is.
    pub(super) severity: Severity,
    /// The entry as answers show it.
    pub(super) shown: Value,
}

/// How bad something is, in the order that filters compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Severity {
    /// Nothing is said.
    Default,
    /// For those who look for an error.
    Debug,
    /// As it should be.
    Info,
    /// Normal, and worth knowing.
    Notice,
    /// Might become an error.
    Warning,
    /// An error.
    Error,
    /// A failure.
    Critical,
    /// A person must act at once.
    Alert,
    /// Unusable.
    Emergency,
}

impl Severity {
    /// All of them, with their names.
    const NAMES: [(Self, &'static str); 9] = [
        (Self::Default, "DEFAULT"),
        (Self::Debug, "DEBUG"),
        (Self::Info, "INFO"),
        (Self::Notice, "NOTICE"),
        (Self::Warning, "WARNING"),
        (Self::Error, "ERROR"),
        (Self::Critical, "CRITICAL"),
        (Self::Alert, "ALERT"),
        (Self::Emergency, "EMERGENCY"),
    ];

    /// The one with this name, in any letter case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(severity, _)| *severity)
    }

    /// As answers spell it.
    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(known, _)| *known == self).map_or("DEFAULT", |(_, name)| name)
    }
}

impl State {
    /// Adds an entry.
    pub(super) fn add(&mut self, entry: Entry) {
        if self.entries.len() >= KEPT {
            self.entries.remove(0);
        }
        self.entries.push(entry.into());
    }
}
