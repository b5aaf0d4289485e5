//! Bars of letters: one for each level, of two parts where it has two. The parts differ by their letters, so no colour is needed.

use crate::Symbols;
use crate::line::{Ink, Line, Page};

/// A bar.
pub(super) struct Bar {
    /// What stands before it.
    pub(super) label: String,
    /// How long its first part is.
    pub(super) first: f64,
    /// How long the part behind it is; zero for a bar of one part.
    pub(super) second: f64,
    /// What stands behind it.
    pub(super) figure: String,
    /// Whether it is pointed out.
    pub(super) mark: Option<&'static str>,
}

/// Columns of a label, and at the least for the bars.
const LABEL: usize = 9;
const LEAST: usize = 10;

/// The letters of the two parts.
fn letters(symbols: Symbols) -> (char, char) {
    match symbols {
        Symbols::Unicode => ('█', '░'),
        Symbols::Ascii => ('#', '.'),
    }
}

/// Writes the bars, the longest as long as there is room for.
pub(super) fn write(bars: &[Bar], page: &mut Page) {
    let behind = |bar: &Bar| bar.figure.chars().count() + bar.mark.map_or(0, |mark| mark.len() + 2) + 2;
    let most = bars.iter().map(behind).max().unwrap_or_default();
    let room = page.style.width.saturating_sub(LABEL + 2 + most).max(LEAST);
    let longest = bars.iter().map(|bar| bar.first + bar.second).fold(0.0, f64::max);
    let (solid, light) = letters(page.style.symbols);
    for bar in bars {
        let both = columns(bar.first + bar.second, longest, room);
        let first = columns(bar.first, longest, room).min(both);
        let label = format!("{:>LABEL$}  ", bar.label);
        let mut line = Line::default()
            .with(&label, Ink::Faint)
            .with(&solid.to_string().repeat(first), Ink::Added)
            .with(&light.to_string().repeat(both - first), Ink::Changed)
            .with(&format!("  {}", bar.figure), Ink::Plain);
        if let Some(mark) = bar.mark {
            line = line.with(&format!("  {mark}"), Ink::Strong);
        }
        page.line(&line);
    }
}

/// Columns for a part; one at the least where there is anything.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between zero and the columns of a terminal"
)]
#[expect(clippy::cast_precision_loss, reason = "the columns of a terminal are few")]
fn columns(part: f64, longest: f64, room: usize) -> usize {
    if part <= 0.0 || longest <= 0.0 {
        return 0;
    }
    ((part / longest * room as f64).round() as usize).clamp(1, room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_parts_and_never_longer_than_the_room() {
        for (part, longest, room, expected) in [
            (0.0, 10.0, 40, 0),
            (10.0, 10.0, 40, 40),
            (5.0, 10.0, 40, 20),
            (0.001, 10.0, 40, 1),
            (1.0, 0.0, 40, 0),
        ] {
            assert_eq!(columns(part, longest, room), expected, "{part} of {longest}");
        }
        assert_eq!(columns(f64::NAN, 10.0, 40), 1);
    }
}
