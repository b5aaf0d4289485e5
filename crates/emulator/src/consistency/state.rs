//! What has been done and is not seen yet: a list of promises to hold calls back, kept with the project.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Lag, Settle};

/// Everything of a project that is under way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    late: Vec<Late>,
    arriving: Vec<Arriving>,
}

/// Something that is not seen yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Late {
    lag: Lag,
    /// A path, an API, an account: what the lag's calls are known by.
    about: String,
    /// Calls to answer rightly before the first is held back.
    skip: u32,
    /// Calls still to hold back.
    left: u32,
    /// When it is over in any case.
    until: Option<Timestamp>,
}

/// Grants that join the project's policy later.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Arriving {
    grants: Vec<(String, String)>,
    until: Option<Timestamp>,
}

impl State {
    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.late.is_empty() && self.arriving.is_empty()
    }

    /// From now on so many calls about something are held back.
    pub(super) fn begin(&mut self, lag: Lag, about: &str, times: u32, until: Option<Timestamp>) {
        self.begin_after(lag, about, 0, times, until);
    }

    /// The same, after some calls that are answered rightly.
    pub(super) fn begin_after(
        &mut self,
        lag: Lag,
        about: &str,
        skip: u32,
        times: u32,
        until: Option<Timestamp>,
    ) {
        self.forget(lag, about);
        if times > 0 {
            self.late.push(Late { lag, about: about.to_owned(), skip, left: times, until });
        }
    }

    /// Whether a call about something is held back; counts it.
    pub(super) fn take(
        &mut self,
        lag: Lag,
        now: Timestamp,
        is_about: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let late = self.late.iter_mut().find(|late| {
            late.lag == lag
                && late.left > 0
                && late.until.is_none_or(|until| now < until)
                && is_about(&late.about)
        })?;
        if late.skip > 0 {
            late.skip -= 1;
            return None;
        }
        late.left -= 1;
        Some(late.about.clone())
    }

    /// Whether calls about something are held back, without counting.
    pub(super) fn is_late(&self, lag: Lag, now: Timestamp, is_about: impl Fn(&str) -> bool) -> bool {
        self.late.iter().any(|late| {
            late.lag == lag
                && late.left > 0
                && late.until.is_none_or(|until| now < until)
                && is_about(&late.about)
        })
    }

    /// Holds back the first calls about something that was not asked for before.
    pub(super) fn first_sight(&mut self, lag: Lag, about: &str, times: u32, now: Timestamp) -> bool {
        if !self.late.iter().any(|late| late.lag == lag && late.about == about) {
            self.begin(lag, about, times, None);
        }
        self.take(lag, now, |known| known == about).is_some()
    }

    /// Drops what is under way about something.
    pub(super) fn forget(&mut self, lag: Lag, about: &str) {
        self.late.retain(|late| !(late.lag == lag && late.about == about));
    }

    /// Grants that will join the project's policy.
    pub(super) fn arrive_later(&mut self, grants: Vec<(String, String)>, until: Option<Timestamp>) {
        if !grants.is_empty() {
            self.arriving.push(Arriving { grants, until });
        }
    }

    /// The grants that join the project's policy next.
    pub(super) fn arrives(&mut self) -> Vec<(String, String)> {
        if self.arriving.is_empty() { Vec::new() } else { self.arriving.remove(0).grants }
    }

    /// Ends what is over; gives the grants that join the project's policy with that.
    pub(super) fn settled(&mut self, now: Timestamp, how: Settle) -> Vec<(String, String)> {
        let is_over = |until: Option<Timestamp>| match how {
            Settle::All => true,
            Settle::Due => until.is_some_and(|until| until <= now),
        };
        self.late.retain(|late| !is_over(late.until));
        let (over, under_way) =
            std::mem::take(&mut self.arriving).into_iter().partition(|arriving| is_over(arriving.until));
        self.arriving = under_way;
        let over: Vec<Arriving> = over;
        over.into_iter().flat_map(|arriving| arriving.grants).collect()
    }
}
