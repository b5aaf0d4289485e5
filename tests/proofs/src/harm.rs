//! What two projects that should be the same differ by, and how often that was so.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A difference, as a sort of harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Harm {
    pub(crate) sort: Sort,
    pub(crate) said: String,
}

/// Sorts of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Something that was there before was removed or changed.
    Removed,
    /// Something is there that nobody asked for, or that was to go.
    LeftBehind,
}

impl Harm {
    pub(crate) fn removed(said: String) -> Self {
        Self { sort: Sort::Removed, said }
    }

    pub(crate) fn left_behind(said: String) -> Self {
        Self { sort: Sort::LeftBehind, said }
    }
}

/// How many comparisons there were, and how many found harm.
#[derive(Debug, Default)]
pub struct Harms {
    compared: AtomicUsize,
    removed: AtomicUsize,
    left_behind: AtomicUsize,
}

impl Harms {
    pub(crate) fn count(&self, compared: &Result<(), Harm>) {
        self.compared.fetch_add(1, Ordering::Relaxed);
        match compared.as_ref().err().map(|harm| harm.sort) {
            Some(Sort::Removed) => self.removed.fetch_add(1, Ordering::Relaxed),
            Some(Sort::LeftBehind) => self.left_behind.fetch_add(1, Ordering::Relaxed),
            None => 0,
        };
    }

    /// Projects that were held against what they were before or should be.
    pub fn compared(&self) -> usize {
        self.compared.load(Ordering::Relaxed)
    }

    /// Those in which something that was there before was removed or changed.
    pub fn removed(&self) -> usize {
        self.removed.load(Ordering::Relaxed)
    }

    /// Those in which something was left behind that a destroy should have taken, or that nobody asked for.
    pub fn left_behind(&self) -> usize {
        self.left_behind.load(Ordering::Relaxed)
    }
}
