//! Shares a number of bytes among lists of rows, so that none crowds out another and what is left out is counted.

use std::fmt::Write;

/// A list of rows under a head.
pub(crate) struct List {
    /// What stands before the rows.
    pub(crate) head: String,
    /// The rows, each with its line break.
    pub(crate) rows: Vec<String>,
    /// What one of them is, for the line that counts what is left out: `deletion`.
    pub(crate) what: &'static str,
}

/// Bytes for the line that counts what is left out.
const MORE: usize = 120;

/// Each list within a number of bytes for all of them, and how many rows were left out. Even with no byte for rows, heads and counts
/// are there; a list without rows is nothing.
pub(crate) fn share(lists: &[&List], room: usize) -> (Vec<String>, usize) {
    let heads =
        lists.iter().filter(|list| !list.rows.is_empty()).map(|list| list.head.len().saturating_add(MORE));
    let mut left = room.saturating_sub(heads.sum());
    let mut shares: Vec<(usize, &List)> = lists.iter().enumerate().map(|(at, list)| (at, *list)).collect();
    // The smallest first: what one does not need is there for the others.
    shares.sort_by_key(|(at, list)| (size(&list.rows), *at));
    let mut kept = vec![0; lists.len()];
    let mut waiting = shares.len();
    for (at, list) in shares {
        let share = left / waiting.max(1);
        waiting -= 1;
        let (rows, bytes) = prefix(&list.rows, share);
        left = left.saturating_sub(bytes);
        if let Some(kept) = kept.get_mut(at) {
            *kept = rows;
        }
    }
    let omitted = lists.iter().zip(&kept).map(|(list, kept)| list.rows.len() - kept).sum();
    (lists.iter().zip(kept).map(|(list, kept)| list.shown(kept)).collect(), omitted)
}

impl List {
    /// The first rows under the head, and how many more there are.
    fn shown(&self, kept: usize) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let mut text = self.head.clone();
        text.extend(self.rows.iter().take(kept).map(String::as_str));
        text.push('\n');
        let more = self.rows.len() - kept;
        if more > 0 {
            let plural = if more == 1 { "" } else { "s" };
            let _ = writeln!(text, "**{more} more {}{plural}** not shown here\n", self.what);
        }
        text
    }
}

fn size(rows: &[String]) -> usize {
    rows.iter().map(String::len).sum()
}

/// So many rows from the first on fit, and so many bytes they have.
fn prefix(rows: &[String], room: usize) -> (usize, usize) {
    let mut bytes = 0;
    let mut kept = 0;
    for row in rows {
        if bytes + row.len() > room {
            break;
        }
        bytes += row.len();
        kept += 1;
    }
    (kept, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(what: &'static str, rows: usize) -> List {
        List { head: format!("{what}\n"), rows: vec!["0123456789\n".to_owned(); rows], what }
    }

    #[test]
    fn a_long_list_leaves_a_short_one_its_room_and_is_counted() {
        let lists = [list("deletion", 100), list("grant", 2), list("refusal", 0)];
        let (texts, omitted) = share(&lists.each_ref(), 600);
        let text = texts.concat();
        assert!(text.len() <= 600, "{text}");
        assert!(text.contains("grant\n0123456789\n0123456789\n\n"), "{text}");
        assert!(text.contains(&format!("**{omitted} more deletions** not shown here")), "{text}");
        assert_eq!(share(&lists.each_ref(), 10_000).1, 0);
        assert_eq!(share(&lists.each_ref(), usize::MAX).1, 0);
    }

    #[test]
    fn with_no_room_everything_is_counted() {
        let (texts, omitted) = share(&[&list("deletion", 3)], 0);
        assert_eq!(
            (texts.concat().as_str(), omitted),
            ("deletion\n\n**3 more deletions** not shown here\n\n", 3)
        );
    }
}
