//! Where a figure comes from, when it was looked at, and how far it is to be trusted.

use std::fmt;

use serde::Deserialize;

/// Where a figure comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// The page, program or note.
    pub title: String,
    /// When it said so: a year, or a year and a month.
    pub date: String,
    /// How far it is to be trusted.
    pub trust: Trust,
}

/// How far a figure is to be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trust {
    /// The vendor's page says so.
    Documented,
    /// The program's source says so.
    Read,
    /// Somebody saw it.
    Observed,
    /// Worked out from such figures.
    Calculated,
    /// Common knowledge that nobody confirmed.
    #[default]
    Unconfirmed,
}

impl Trust {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Read => "read in the source",
            Self::Observed => "observed",
            Self::Calculated => "calculated",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// `Cloud Build pricing, 2026-11, documented`
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {}, {}", self.title, self.date, self.trust.word())
    }
}
