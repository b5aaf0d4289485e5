//! Texts within a number of bytes, measured as they will stand in a code span of a table.

use model::digest::sha256;

use crate::escape::escape;

const MARK: &str = "…";
/// Digits of a digest that keep apart names that were cut.
const DIGITS: usize = 8;

/// A text, escaped, of at most so many bytes; a mark shows where it was cut.
pub(crate) fn text(text: &str, room: usize) -> String {
    let shown = escape(text);
    if cost(&shown) <= room {
        shown.into_owned()
    } else {
        start(&shown, room.saturating_sub(MARK.len())) + MARK
    }
}

/// The same for a name. Names that differ stay different, by digits of their digest.
pub(crate) fn name(name: &str, room: usize) -> String {
    let shown = escape(name);
    if cost(&shown) <= room {
        return shown.into_owned();
    }
    let digest: String = sha256(name).chars().take(DIGITS).collect();
    format!("{}{MARK}{digest}", start(&shown, room.saturating_sub(MARK.len() + DIGITS)))
}

fn start(shown: &str, room: usize) -> String {
    let mut left = room;
    let fits = |character: &char| match left.checked_sub(price(*character)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    shown.chars().take_while(fits).collect()
}

fn cost(shown: &str) -> usize {
    shown.chars().map(price).fold(0, usize::saturating_add)
}

/// Bytes that a character may take up: a pipe needs a backslash, which needs six more after another backslash; a backtick may
/// make the fences at both ends longer.
fn price(character: char) -> usize {
    match character {
        '|' => 2,
        '`' => 3,
        '\\' => 6,
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_whole_and_what_is_cut_keeps_within_its_room() {
        assert_eq!(text("short", 5), "short");
        assert_eq!(text("日本語日本語", 12), "日本語…");
        assert_eq!(text("||||||||", 9), "|||…");
        let (one, two) = (name(&"a".repeat(90), 32), name(&"a".repeat(91), 32));
        assert!(one.len() == 32 && two.len() == 32 && one != two, "{one} {two}");
    }
}
