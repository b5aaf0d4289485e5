//! The lags by name, with how often and how long each usually holds calls back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Context;
use crate::clock::later;

/// One way in which the cloud does not agree with itself at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lag {
    /// What was just created is not found by reads, or found, then not, then found again (recorded of accounts).
    Reads,
    /// An API that was just enabled answers that it is disabled.
    Apis,
    /// A service account that was just created does not exist yet for policies, services and builds.
    Accounts,
    /// A role that was just granted on the project does not hold yet.
    Grants,
    /// A name that was just freed is taken.
    Names,
    /// A write is carried out and the connection breaks instead of the answer.
    LostAnswers,
    /// The agents of an API that was enabled appear in the project's policy later, in between a read and a write of it.
    Agents,
    /// An operation ends with an internal problem of the service.
    Operations,
    /// Calls come too fast: 429, with a delay to wait or without one.
    RateLimits,
}

/// A name that is no lag's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no lag is called `{0}`; there are {known}, and `all`", known = Lag::ALL.map(Lag::name).join(", "))]
pub struct UnknownLag(String);

impl Lag {
    /// Every lag.
    pub const ALL: [Self; 9] = [
        Self::Reads,
        Self::Apis,
        Self::Accounts,
        Self::Grants,
        Self::Names,
        Self::LostAnswers,
        Self::Agents,
        Self::Operations,
        Self::RateLimits,
    ];

    /// Its name, as flags and control routes take it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Apis => "apis",
            Self::Accounts => "accounts",
            Self::Grants => "grants",
            Self::Names => "names",
            Self::LostAnswers => "lost-answers",
            Self::Agents => "agents",
            Self::Operations => "operations",
            Self::RateLimits => "rate-limits",
        }
    }

    /// Lags from names with commas between them; `all` is every one.
    pub fn parse_list(text: &str) -> Result<BTreeSet<Self>, UnknownLag> {
        let mut lags = BTreeSet::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Self::ALL.into_iter().find(|lag| lag.name() == name) {
                Some(lag) => drop(lags.insert(lag)),
                None if name == "all" => lags.extend(Self::ALL),
                None => return Err(UnknownLag(name.to_owned())),
            }
        }
        Ok(lags)
    }

    /// How many calls it holds back unless told otherwise.
    pub(super) const fn usual_times(self) -> u32 {
        match self {
            Self::Apis => 3,
            Self::Reads | Self::Accounts | Self::Grants | Self::Names => 2,
            Self::LostAnswers | Self::Agents | Self::Operations | Self::RateLimits => 1,
        }
    }

    /// When it is over at the latest if it begins now. With a time scale of 0 only the calls are counted.
    pub(super) fn ends(self, context: &Context) -> Option<Timestamp> {
        let longest = match self {
            Self::Reads | Self::Names => Duration::from_mins(1),
            Self::Accounts | Self::Agents => Duration::from_mins(2),
            Self::Apis => Duration::from_mins(5),
            Self::Grants => Duration::from_mins(7),
            Self::LostAnswers | Self::Operations | Self::RateLimits => return None,
        };
        let scaled = context.settings.scaled(longest);
        (!scaled.is_zero()).then(|| later(context.now, scaled))
    }
}

/// What the control routes say about lags: how many calls each is to hold back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lags(BTreeMap<String, u32>);

impl Lags {
    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A name that is none, if there is one.
    pub(crate) fn check(&self) -> Result<(), UnknownLag> {
        self.0.keys().try_for_each(|name| Lag::parse_list(name).map(|_| ()))
    }

    /// What is said about a lag; what is said about `all` counts for those that are not named.
    pub(super) fn times(&self, lag: Lag) -> Option<u32> {
        self.0.get(lag.name()).or_else(|| self.0.get("all")).copied()
    }
}
