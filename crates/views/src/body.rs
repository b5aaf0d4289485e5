//! Texts of several lines, as unified diffs with limited context. Knows no plan.

use similar::{ChangeTag, TextDiff};

/// What a line of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `@@ -3,7 +3,7 @@`
    Position,
    Kept,
    Removed,
    Added,
}

impl Mark {
    /// The sign in column 0 of a unified diff.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Position => "",
            Self::Kept => " ",
            Self::Removed => "-",
            Self::Added => "+",
        }
    }
}

/// Lines of unchanged text around a change.
pub(super) const CONTEXT: usize = 3;

/// The unified diff of two texts with so many lines around a change; a text that was or will not be there is an empty one.
pub(super) fn unified(before: &str, after: &str, context: usize) -> Vec<(Mark, String)> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = vec![];
    for hunk in diff.unified_diff().context_radius(context).iter_hunks() {
        lines.push((Mark::Position, hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let mark = match change.tag() {
                ChangeTag::Equal => Mark::Kept,
                ChangeTag::Delete => Mark::Removed,
                ChangeTag::Insert => Mark::Added,
            };
            let text = change.value();
            lines.push((mark, text.strip_suffix('\n').unwrap_or(text).to_owned()));
            if change.missing_newline() {
                lines.push((Mark::Position, "\\ no newline at the end".to_owned()));
            }
        }
    }
    lines
}
