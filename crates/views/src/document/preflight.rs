//! What a plan's own calls rely on, looked at before any of them is sent, shown. It belongs to the moment and to whoever plans, not
//! to the plan: it has no part in the fingerprint, and it changes no exit code of `plan`.

use crate::finding::check::{Check, Level};

/// Whether it was looked at, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preflight {
    /// It was; the worst first.
    Looked(Vec<Check>),
    /// It was not: the plan is from a saved snapshot, which holds resources only, or whoever planned left it out.
    LeftOut,
}

impl Preflight {
    /// What was found out, the worst first. Rows of permissions are left to `doctor`: what is missing of them was seen.
    pub fn of(mut checks: Vec<Check>) -> Self {
        checks.sort_by_key(|check| std::cmp::Reverse(check.level));
        for check in &mut checks {
            check.permissions.clear();
        }
        Self::Looked(checks)
    }

    /// Every check, the worst first; none where nothing was looked at.
    pub fn checks(&self) -> &[Check] {
        match self {
            Self::Looked(checks) => checks,
            Self::LeftOut => &[],
        }
    }

    /// What does not hold for sure, so that an apply would fail half-way.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks().iter().filter(|check| check.level == Level::Failed)
    }

    /// What is worth a look: all but what holds.
    pub fn open(&self) -> impl Iterator<Item = &Check> {
        self.checks().iter().filter(|check| check.level != Level::Ok)
    }
}
