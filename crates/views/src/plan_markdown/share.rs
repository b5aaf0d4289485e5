//! Shares a number of bytes among lists of rows, so that none crowds out another and what is left out is counted.

use std::fmt::Write;

/// A list of rows under a head.
pub(super) struct List {
    /// What stands before the rows.
    pub(super) head: String,
    /// The rows, each with its line break.
    pub(super) rows: Vec<String>,
    /// What one of them is, for the line that counts what is left out: `deletion`.
    pub(super) what: &'static str,
}

/// Bytes for the line that counts what is left out.
const MORE: usize = 120;

/// The lists within a number of bytes, and how many rows were left out. Even with no byte for rows, heads and counts are there.
pub(super) fn share(lists: &[List], room: usize) -> (String, usize) {
    let shown: Vec<&List> = lists.iter().filter(|list| !list.rows.is_empty()).collect();
    let heads: usize = shown.iter().map(|list| list.head.len() + MORE).sum();
    let mut left = room.saturating_sub(heads);
    let mut shares: Vec<(usize, &List)> = shown.iter().enumerate().map(|(at, list)| (at, *list)).collect();
    // The smallest first: what one does not need is there for the others.
    shares.sort_by_key(|(at, list)| (size(&list.rows), *at));
    let mut kept = vec![0; shown.len()];
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
    let mut text = String::new();
    let mut omitted = 0;
    for (list, kept) in shown.iter().zip(kept) {
        text.push_str(&list.head);
        text.extend(list.rows.iter().take(kept).map(String::as_str));
        text.push('\n');
        let more = list.rows.len() - kept;
        if more > 0 {
            let plural = if more == 1 { "" } else { "s" };
            let _ = writeln!(text, "**{more} more {}{plural}** not shown here\n", list.what);
        }
        omitted += more;
    }
    (text, omitted)
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
        let (text, omitted) = share(&lists, 600);
        assert!(text.len() <= 600, "{text}");
        assert!(text.contains("grant\n0123456789\n0123456789\n\n"), "{text}");
        assert!(text.contains(&format!("**{omitted} more deletions** not shown here")), "{text}");
        assert_eq!(share(&lists, 10_000).1, 0);
    }

    #[test]
    fn with_no_room_everything_is_counted() {
        let (text, omitted) = share(&[list("deletion", 3)], 0);
        assert_eq!((text.as_str(), omitted), ("deletion\n\n**3 more deletions** not shown here\n\n", 3));
    }
}
