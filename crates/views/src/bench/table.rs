//! The figures of the levels as cells, the same for every surface.

use tuning::Level;

use super::{rate, seconds};

/// Head of each column: what it holds, in one line.
pub(super) const HEADS: [&str; 7] = ["at once", "answered", "first token", "p95", "waiting", "each", "all"];

/// What stands for a figure that is not known.
pub(super) const NONE: &str = "-";

/// What the columns mean.
pub(super) const LEGEND: &str = "first token: the median, and what 19 of 20 keep within (p95); waiting: the part of the median that a prompt alone does \
     not wait; each and all: tokens a second of one answer (median) and of all together";

/// The cells of a level.
pub(super) fn cells(level: &Level) -> [String; 7] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    [
        level.concurrency.to_string(),
        format!("{}/{}", level.answered, level.wanted),
        or_none(level.first_token.map(|first| seconds(first.median))),
        or_none(level.first_token.map(|first| seconds(first.p95))),
        or_none(level.waiting.map(|waiting| seconds(waiting.median))),
        or_none(level.each.map(|each| rate(each.median))),
        or_none(level.together.map(rate)),
    ]
}
