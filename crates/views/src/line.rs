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
        if text.is_empty() {
            return;
        }
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
    wide: Wide,
    text: String,
}

/// What becomes of a line that is wider than the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    /// It stays in one piece.
    Whole,
    /// It is broken at blanks.
    Folded,
}

/// Where the texts beside headings begin.
pub(super) const HEADED: usize = 11;

impl Page {
    /// An empty page whose lines stay as they are.
    pub(super) fn new(style: Style) -> Self {
        Self { style, wide: Wide::Whole, text: String::new() }
    }

    /// An empty page that no line is wider than, unless one word is.
    pub(super) fn folded(style: Style) -> Self {
        Self { wide: Wide::Folded, ..Self::new(style) }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: &Line) {
        match self.wide {
            Wide::Folded if line.width() > self.style.width => {
                for part in fold(line, self.style) {
                    self.whole(&part);
                }
            }
            Wide::Folded | Wide::Whole => self.whole(line),
        }
    }

    /// Adds a line in one piece, however wide it is: what is copied from here, and lines of files. Whatever it was wrapped from, it never
    /// begins as a log command of a CI system does (`::error::`).
    pub(super) fn whole(&mut self, line: &Line) {
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
        let label = Line::indented(indent).with(label, label_ink(ink));
        self.beside(&label, text, ink);
    }

    /// Adds a heading with the text beside it, wrapped below itself.
    pub(super) fn heading(&mut self, name: &str, text: &str, ink: Ink) {
        let name = Line::indented(2).with(name, ink);
        let column = (name.width() + 2).max(HEADED);
        self.beside(&name.pad_to(column), text, Ink::Plain);
    }

    fn beside(&mut self, start: &Line, text: &str, ink: Ink) {
        let column = start.width();
        let room = self.style.width.saturating_sub(column).max(20);
        for (number, part) in wrap(&escape(text), room).iter().enumerate() {
            let line = match number {
                0 => start.clone(),
                _ => continued(column, self.style.symbols),
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

/// The beginning of a line that goes on from the one before, up to where its text begins.
fn continued(column: usize, symbols: Symbols) -> Line {
    Line::indented(column.saturating_sub(2)).with(bar(symbols), Ink::Faint).pad_to(column)
}

/// A line broken at blanks into such as fit, which go on a little to the right of its beginning. A word that is wider stays whole, so that
/// it can be copied.
fn fold(line: &Line, style: Style) -> Vec<Line> {
    let characters: Vec<(char, Ink)> =
        line.spans.iter().flat_map(|(text, ink)| text.chars().map(|character| (character, *ink))).collect();
    let indent = characters.iter().take_while(|(character, _)| *character == ' ').count();
    let column = (indent + 4).min(style.width / 2);
    let mut lines = vec![];
    let mut now = Line::indented(indent);
    // A sign is not left alone.
    let begun = indent + 2;
    // Each piece is a word with the blanks before it.
    let rest = characters.get(indent..).unwrap_or_default();
    for piece in rest.chunk_by(|(before, _), (after, _)| *before == ' ' || *after != ' ') {
        let blanks = piece.iter().take_while(|(character, _)| *character == ' ').count();
        let width = piece.iter().map(|(character, _)| *character).collect::<String>().width();
        let word = if now.width() > begun && now.width() + width > style.width {
            lines.push(std::mem::replace(&mut now, continued(column, style.symbols)));
            piece.get(blanks..).unwrap_or_default()
        } else {
            piece
        };
        for run in word.chunk_by(|(_, one), (_, other)| one == other) {
            let text: String = run.iter().map(|(character, _)| *character).collect();
            now.push(&text, run.first().map_or(Ink::Plain, |(_, ink)| *ink));
        }
    }
    lines.push(now);
    lines
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

/// The arrow between what was and what will be.
pub(super) fn arrow(symbols: Symbols) -> &'static str {
    match symbols {
        Symbols::Unicode => "→",
        Symbols::Ascii => "->",
    }
}

/// A text of our own, in which a sum may have the one sign that ASCII lacks.
pub fn spelled(text: &str, symbols: Symbols) -> String {
    match symbols {
        Symbols::Unicode => text.to_owned(),
        Symbols::Ascii => text.replace('×', "x"),
    }
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
    fn a_wide_line_is_broken_between_words_and_a_wide_word_is_not() {
        let style = Style {
            colour: Colour::Never,
            symbols: Symbols::Ascii,
            width: 24,
            detail: crate::Detail::Changes,
        };
        let line =
            Line::indented(2).with("! a name  ", Ink::Strong).with("of four or more words", Ink::Faint);
        let mut page = Page::folded(style);
        page.line(&line);
        page.line(&Line::indented(2).with("see https://cloud.google.com/run/docs for more", Ink::Plain));
        page.whole(&line);
        page.line(
            &Line::indented(2)
                .with("+ ", Ink::Added)
                .with("role/run.developer/user:ana@acme.example  create", Ink::Plain),
        );
        let expected = "  ! a name  of four or
    | more words
  see
    | https://cloud.google.com/run/docs
    | for more
  ! a name  of four or more words
  + role/run.developer/user:ana@acme.example
    | create
";
        assert_eq!(page.finish(), expected);
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
