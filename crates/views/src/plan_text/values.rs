//! `before → after` with its cause, on one line where the width allows it.

use model::{FieldChange, Json};
use unicode_width::UnicodeWidthStr;

use super::super::line::{Ink, Line, Page, arrow, clip, ellipsis};
use super::super::value::{self, Length};
use super::super::{Detail, Style, Symbols};

/// The arrow before a cause that has its own line.
pub(super) fn arrow_back(symbols: Symbols) -> &'static str {
    match symbols {
        Symbols::Unicode => "←",
        Symbols::Ascii => "<-",
    }
}

/// How much of values the detail shows.
pub(super) fn length(style: Style) -> Length {
    match style.detail {
        Detail::Full => Length::Full,
        Detail::Summary | Detail::Changes => Length::Short,
    }
}

/// Writes a line with its cause at a column, or below it, behind an arrow, where it does not fit.
pub(super) fn with_cause(page: &mut Page, line: Line, column: usize, cause: &str, arrow: &str) {
    if cause.is_empty() {
        page.line(&line);
        return;
    }
    let start = column.max(line.width()) + 2;
    if start + cause.width() <= page.style.width {
        page.line(&line.pad_to(start).with(cause, Ink::Faint));
        return;
    }
    let tight = line.width() + 2;
    if tight + cause.width() <= page.style.width {
        page.line(&line.pad_to(tight).with(cause, Ink::Faint));
        return;
    }
    page.line(&line);
    page.prose(8, &format!("{arrow} "), cause, Ink::Faint);
}

/// Both sides of a change as they go on one line, or on two where one is too narrow.
pub(super) enum Sides {
    One(String),
    Two(String, String),
}

/// Both sides of a change within `room` columns.
pub(super) fn sides(field: &FieldChange, room: usize, style: Style) -> Sides {
    let (old, new) = value::pair(&field.path, field.before.as_ref(), field.after.as_ref(), length(style));
    let arrow = arrow(style.symbols);
    let joined = |old: &str, new: &str| format!("{old} {arrow} {new}");
    let whole = joined(&old, &new);
    match style.detail {
        Detail::Full if whole.width() <= room => return Sides::One(whole),
        Detail::Full => return Sides::Two(old, new),
        Detail::Summary | Detail::Changes => {}
    }
    if whole.width() <= room {
        return Sides::One(whole);
    }
    let cut = cut_common(&old, &new, field.after.as_ref(), style.symbols);
    let short = joined(&cut.0, &cut.1);
    if short.width() <= room { Sides::One(short) } else { Sides::Two(cut.0, cut.1) }
}

/// Leaves out what both sides begin with, up to the last separator, so that the difference is what is seen.
fn cut_common(old: &str, new: &str, after: Option<&Json>, symbols: Symbols) -> (String, String) {
    let mark = ellipsis(symbols);
    // A reference stands for the whole value: its beginning is told by the text before the reference.
    let wanted =
        after.and_then(Json::as_str).and_then(|text| text.split_once('\u{1}')).map(|(start, _)| start);
    if let Some(start) = wanted.filter(|start| start.len() > 8) {
        return match old.strip_prefix(start) {
            Some(rest) => (format!("{mark}{rest}"), new.to_owned()),
            None => (old.to_owned(), new.to_owned()),
        };
    }
    let same = old.char_indices().zip(new.chars()).take_while(|((_, one), other)| one == other).last();
    let end = same.map_or(0, |((at, character), _)| at + character.len_utf8());
    let common = old.get(..end).unwrap_or_default();
    let Some(at) = common.rfind(['/', '@', ':', ' ', ',', '=']).filter(|at| *at > 8) else {
        return (old.to_owned(), new.to_owned());
    };
    let rest = |text: &str| format!("{mark}{}", text.get(at + 1..).unwrap_or_default());
    (rest(old), rest(new))
}

/// One side on its own line.
pub(super) fn side(text: &str, sign: &str, ink: Ink, style: Style) -> Line {
    let line = Line::indented(8).with(sign, ink).with(" ", ink);
    let room = style.width.saturating_sub(line.width());
    let shown = match style.detail {
        Detail::Full => text.to_owned(),
        Detail::Summary | Detail::Changes => clip(text, room, style.symbols),
    };
    line.with(&shown, ink)
}
