//! No line on the terminal is wider than the terminal, unless one word is that must stay whole: a name, a URL, a fingerprint.

use unicode_width::UnicodeWidthStr;

use super::plans::{large, small};
use crate::{Colour, Detail, Style, Symbols, plan_text};

/// What of a line is neither blanks nor a sign.
fn words(line: &str) -> &str {
    let line = line.trim_start().trim_start_matches(['│', '|']).trim_start();
    match line.split_once(' ') {
        Some((sign, rest)) if sign.width() <= 2 => rest.trim_start(),
        Some(_) | None => line,
    }
}

/// Whether a line must be as it is: one of a file in full detail, or the command that is to be copied.
fn stays_whole(line: &str, detail: Detail) -> bool {
    let is_of_file = line.starts_with("        │ ") || line.starts_with("        | ");
    line.starts_with("  gemmactl ") || (detail == Detail::Full && is_of_file)
}

#[test]
fn no_line_of_any_plan_is_wider_than_the_terminal_unless_one_word_is() {
    let mut held = 0;
    for sample in small().into_iter().chain(large()) {
        let since = sample.earlier.as_ref().map(|earlier| sample.plan.since(earlier));
        for width in [40, 60, 80, 100] {
            for detail in [Detail::Summary, Detail::Changes, Detail::Full] {
                for symbols in [Symbols::Unicode, Symbols::Ascii] {
                    let style = Style { colour: Colour::Never, symbols, width, detail };
                    let text = plan_text::render(&sample.plan, since.as_deref(), &style);
                    for line in text.lines().filter(|line| !stays_whole(line, detail)) {
                        let fits = line.width() <= width || !words(line).contains(' ');
                        assert!(fits, "{} at {width}, {detail:?}:\n{line}", sample.name);
                        held += 1;
                    }
                }
            }
        }
    }
    assert!(held > 10_000, "{held}");
}
