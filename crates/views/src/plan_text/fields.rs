//! The fields of a change: rows of `path  before → after  cause`, files of a context, and texts as diffs.

use crate::document::Change;
use model::{FieldChange, Json};
use unicode_width::UnicodeWidthStr;

use super::super::body::{self, Mark};
use super::super::causes::field_cause;
use super::super::escape::escape;
use super::super::line::{Ink, Line, Page, bar, clip};
use super::super::value;
use super::super::words::counted;
use super::super::{Detail, inputs};
use super::values::{Sides, arrow_back, side, sides, with_cause};

pub(super) const INDENT: usize = 6;
/// Lines of a diff, or of the short list of a new resource, before the rest is only counted.
const DIFF_LINES: usize = 40;
const LIST_LINES: usize = 4;
const FILES: usize = 12;
/// Paths wider than this do not push the values of their neighbours to the right.
const WIDE_PATH: usize = 30;

/// Writes the fields that change, one a line.
pub(super) fn changed(change: &Change, page: &mut Page) {
    let (files, rest): (Vec<_>, Vec<_>) =
        change.fields.iter().partition(|field| inputs::file(field).is_some());
    let (bodies, rows): (Vec<_>, Vec<_>) = rest.into_iter().partition(|field| is_body(field));
    let shown = match page.style.detail {
        Detail::Full => files.len(),
        Detail::Summary | Detail::Changes => files.len().min(FILES),
    };
    let paths = column(rows.iter().chain(files.iter().take(shown)).map(|field| field.path.as_str()));
    for field in files.iter().take(shown) {
        let line = Line::indented(INDENT).with(&field.path, Ink::Plain).pad_to(INDENT + paths);
        page.line(&line.with("  ", Ink::Plain).with(inputs::fate(field), Ink::Changed));
    }
    if shown < files.len() {
        more(page, files.len() - shown, "file", "files");
    }
    rows_of(&rows, paths, page);
    for field in bodies {
        diff(field, page);
    }
}

fn is_body(field: &FieldChange) -> bool {
    value::is_diff(field.before.as_ref(), field.after.as_ref())
}

pub(super) fn column<'text>(texts: impl Iterator<Item = &'text str>) -> usize {
    texts.map(UnicodeWidthStr::width).filter(|width| *width <= WIDE_PATH).max().unwrap_or(0)
}

fn rows_of(rows: &[&FieldChange], paths: usize, page: &mut Page) {
    let style = page.style;
    let start = INDENT + paths + 2;
    let room = style.width.saturating_sub(start);
    let sides: Vec<(&FieldChange, Sides)> =
        rows.iter().map(|field| (*field, sides(field, room, style))).collect();
    let values = sides.iter().filter_map(|(_, sides)| match sides {
        Sides::One(text) => Some(text.width()).filter(|width| *width <= style.width / 3),
        Sides::Two(..) => None,
    });
    let causes = start + values.max().unwrap_or(0);
    for (field, sides) in sides {
        let path = match style.detail {
            Detail::Full => field.path.clone(),
            Detail::Summary | Detail::Changes => {
                clip(&escape(&field.path), style.width.saturating_sub(INDENT), style.symbols)
            }
        };
        let line = Line::indented(INDENT).with(&path, Ink::Plain).pad_to(INDENT + paths);
        let cause = field_cause(field, style.symbols);
        let arrow = arrow_back(style.symbols);
        match sides {
            Sides::One(text) if line.width() + 2 + text.width() <= style.width => {
                with_cause(
                    page,
                    line.with("  ", Ink::Plain).with(&text, Ink::Changed),
                    causes,
                    &cause,
                    arrow,
                );
            }
            Sides::One(text) => {
                with_cause(page, line, causes, &cause, arrow);
                page.line(&side(&text, bar(style.symbols), Ink::Changed, style));
            }
            Sides::Two(old, new) => {
                with_cause(page, line, causes, &cause, arrow);
                page.line(&side(&old, "-", Ink::Removed, style));
                page.line(&side(&new, "+", Ink::Added, style));
            }
        }
    }
}

/// A text of several lines as a unified diff. Every line begins with a bar, for its text is not ours.
fn diff(field: &FieldChange, page: &mut Page) {
    let style = page.style;
    let line = Line::indented(INDENT).with(&field.path, Ink::Plain);
    let column = line.width();
    with_cause(page, line, column, &field_cause(field, style.symbols), arrow_back(style.symbols));
    let text = |value: &Option<Json>| value.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
    let lines = body::unified(&text(&field.before), &text(&field.after), body::CONTEXT);
    let shown = match style.detail {
        Detail::Full => lines.len(),
        Detail::Summary | Detail::Changes => lines.len().min(DIFF_LINES),
    };
    for (mark, text) in lines.iter().take(shown) {
        let ink = match mark {
            Mark::Position => Ink::Faint,
            Mark::Kept => Ink::Plain,
            Mark::Removed => Ink::Removed,
            Mark::Added => Ink::Added,
        };
        let line = Line::indented(INDENT + 2).with(bar(style.symbols), Ink::Faint).with(" ", Ink::Plain);
        let line = line.with(mark.sign(), ink);
        let room = style.width.saturating_sub(line.width());
        let text = escape(text);
        let text = match style.detail {
            Detail::Full => text.into_owned(),
            Detail::Summary | Detail::Changes => clip(&text, room, style.symbols),
        };
        page.whole(&line.with(&text, ink));
    }
    if shown < lines.len() {
        more(page, lines.len() - shown, "line", "lines");
    }
}

fn more(page: &mut Page, number: usize, one: &str, many: &str) {
    let text = format!("and {} more (--detail full)", counted(number, one, many));
    page.line(&Line::indented(INDENT + 2).with(&text, Ink::Faint));
}

/// The names of the fields that change, for the summary.
pub(super) fn names(change: &Change, page: &mut Page) {
    packed(change.fields.iter().map(|field| field.path.clone()), ", ", page);
}

/// Fields on a few lines, as many of them as fit; the rest is counted.
pub(super) fn packed(items: impl IntoIterator<Item = String>, separator: &str, page: &mut Page) {
    let room = page.style.width.saturating_sub(INDENT);
    let mut lines: Vec<String> = vec![];
    let mut left = 0;
    for item in items {
        let item = clip(&escape(&item), room, page.style.symbols);
        let number = lines.len();
        match lines.last_mut() {
            _ if left > 0 => left += 1,
            Some(line) if line.width() + separator.width() + item.width() <= room => {
                line.push_str(separator);
                line.push_str(&item);
            }
            Some(_) if number == LIST_LINES => left += 1,
            Some(_) | None => lines.push(item),
        }
    }
    for line in lines {
        page.line(&Line::indented(INDENT).with(&line, Ink::Plain));
    }
    if left > 0 {
        more(page, left, "field", "fields");
    }
}
