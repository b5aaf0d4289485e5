//! Lines of coloured spans with known widths. Escapes every text that is put in, so nothing passes the boundary
//! unseen. Knows no plan.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::{AnsiColor, Style as AnsiStyle};
use unicode_width::UnicodeWidthStr;

use super::escape::{escape, without_command};
use super::{Colour, Style, Symbols};

/// What a span is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Added,
    Removed,
    Changed,
    Danger,
    Faint,
}

impl Ink {
    fn style(self) -> AnsiStyle {
        match self {
            Self::Plain => AnsiStyle::new(),
            Self::Strong => AnsiStyle::new().bold(),
            Self::Added => AnsiColor::Green.on_default(),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Changed => AnsiColor::Yellow.on_default(),
            Self::Danger => AnsiColor::Red.on_default().bold(),
            Self::Faint => AnsiStyle::new().dimmed(),
        }
    }
}

/// One line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    spans: Vec<(String, Ink)>,
    width: usize,
}

impl Line {
    /// A line that is indented by so many columns.
    pub(super) fn indented(columns: usize) -> Self {
        Self::default().pad_to(columns)
    }

    /// Adds a text, escaped.
    pub(super) fn push(&mut self, text: &str, ink: Ink) {
        let text = escape(text).into_owned();
        self.width += text.width();
        self.spans.push((text, ink));
    }

    /// The same with a text added.
    #[must_use]
    pub(super) fn with(mut self, text: &str, ink: Ink) -> Self {
        self.push(text, ink);
        self
    }

    /// The same, filled with blanks up to a column.
    #[must_use]
    pub(super) fn pad_to(mut self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width);
        if missing > 0 {
            self.push(&" ".repeat(missing), Ink::Plain);
        }
        self
    }

    /// Columns so far.
    pub(super) fn width(&self) -> usize {
        self.width
    }
}

/// A text under construction.
pub(super) struct Page {
    /// How it looks.
    pub(super) style: Style,
    text: String,
}

impl Page {
    /// An empty page.
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// Adds a line. Whatever it was wrapped from, it never begins as a log command of a CI system does (`::error::`).
    pub(super) fn line(&mut self, line: &Line) {
        let mut written = String::new();
        let mut at_start = true;
        for (text, ink) in &line.spans {
            let style = ink.style();
            let text = if at_start { without_command(text) } else { Cow::Borrowed(text.as_str()) };
            at_start &= text.trim().is_empty();
            match self.style.colour {
                Colour::Always if style != AnsiStyle::new() => {
                    let _ = write!(written, "{style}{text}{style:#}");
                }
                Colour::Always | Colour::Never => written.push_str(&text),
            }
        }
        self.text.push_str(written.trim_end_matches(' '));
        self.text.push('\n');
    }

    /// Adds an empty line, but never two in a row and never at the start.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds running text behind a label with its blanks, wrapped; continuation lines begin with a bar, so that no line begins with
    /// a word of the text.
    pub(super) fn prose(&mut self, indent: usize, label: &str, text: &str, ink: Ink) {
        let column = indent + label.width();
        let room = self.style.width.saturating_sub(column).max(20);
        for (number, part) in wrap(&escape(text), room).iter().enumerate() {
            let line = match number {
                0 => Line::indented(indent).with(label, label_ink(ink)).pad_to(column),
                _ => Line::indented(column.saturating_sub(2))
                    .with(bar(self.style.symbols), Ink::Faint)
                    .pad_to(column),
            };
            self.line(&line.with(part, ink));
        }
    }

    /// Adds a sentence of ours, wrapped with a small indent.
    pub(super) fn sentence(&mut self, text: &str, ink: Ink) {
        for (number, part) in wrap(&escape(text), self.style.width.saturating_sub(2)).iter().enumerate() {
            self.line(&Line::indented(if number == 0 { 0 } else { 2 }).with(part, ink));
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A label is as faint or as loud as its text.
fn label_ink(ink: Ink) -> Ink {
    if ink == Ink::Plain { Ink::Strong } else { ink }
}

/// The bar that leads lines of foreign text.
pub(super) fn bar(symbols: Symbols) -> &'static str {
    match symbols {
        Symbols::Unicode => "│",
        Symbols::Ascii => "|",
    }
}

/// Breaks a text at blanks into lines of at most `room` columns; longer words are broken.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![];
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if line.width() >= room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

/// The start of a text that fits into `room` columns, with a mark where it was cut.
pub(super) fn clip(text: &str, room: usize, symbols: Symbols) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mark = ellipsis(symbols);
    let mut kept = String::new();
    for character in text.chars() {
        if kept.width() + mark.width() + 2 > room {
            break;
        }
        kept.push(character);
    }
    kept + mark
}

/// The mark of something left out.
pub(super) fn ellipsis(symbols: Symbols) -> &'static str {
    match symbols {
        Symbols::Unicode => "…",
        Symbols::Ascii => "...",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_as_a_log_command_does() {
        let style = Style {
            colour: Colour::Never,
            symbols: Symbols::Unicode,
            width: 80,
            detail: crate::Detail::Changes,
        };
        let mut page = Page::new(style);
        page.line(&Line::indented(4).with(" ::error::x", Ink::Plain));
        page.line(&Line::indented(4).with("a ::error::x", Ink::Plain));
        assert_eq!(page.finish(), "     :\\u{3a}error::x\n    a ::error::x\n");
    }

    #[test]
    fn wrapping_keeps_within_the_room_and_loses_no_word() {
        let text = "a build needs a Dockerfile and averyveryverylongwordthatdoesnotfit 日本語日本語 end";
        let lines = wrap(text, 12);
        assert!(lines.iter().all(|line| line.width() <= 13), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }

    #[test]
    fn clipping_counts_columns_not_characters() {
        assert_eq!(clip("short", 10, Symbols::Unicode), "short");
        assert!(clip("日本語日本語日本語", 10, Symbols::Unicode).width() <= 10);
        assert!(clip("0123456789abcdef", 10, Symbols::Ascii).ends_with("..."));
    }
}
