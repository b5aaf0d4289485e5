//! The fields of a new resource: a short list on a few lines, or every field with its line of the spec.

use crate::document::Change;

use super::super::causes::field_cause;
use super::super::line::{Ink, Line, Page, bar};
use super::super::value::{self, Side};
use super::super::words::counted;
use super::super::{Detail, inputs};
use super::fields::{INDENT, column, packed};
use super::header::dot;
use super::values::{arrow_back, length, with_cause};

/// Writes the fields of a new resource: a short list, or every field with its line of the spec.
pub(super) fn fields(change: &Change, page: &mut Page) {
    match page.style.detail {
        Detail::Summary => {}
        Detail::Changes => short_list(change, page),
        Detail::Full => full_list(change, page),
    }
}

fn short_list(change: &Change, page: &mut Page) {
    let files: Vec<String> =
        change.fields.iter().filter_map(|field| inputs::file(field).map(str::to_owned)).collect();
    let mut items: Vec<String> = vec![];
    for field in change.fields.iter().filter(|field| inputs::file(field).is_none()) {
        let text = value::show(&field.path, field.after.as_ref(), Side::After, length(page.style));
        items.push(format!("{} {text}", field.path));
    }
    if !files.is_empty() && change.sends.is_none() {
        items.insert(0, format!("context {}", counted(files.len(), "file", "files")));
    }
    packed(items, dot(page.style), page);
}

fn full_list(change: &Change, page: &mut Page) {
    let style = page.style;
    let paths = column(change.fields.iter().map(|field| field.path.as_str()));
    for field in &change.fields {
        let line = Line::indented(INDENT).with(&field.path, Ink::Plain).pad_to(INDENT + paths);
        let cause = field_cause(field, style.symbols);
        if let Some(body) = value::body(field.after.as_ref()) {
            with_cause(page, line, INDENT + paths, &cause, arrow_back(style.symbols));
            for text in body.lines() {
                let line = Line::indented(INDENT + 2).with(bar(style.symbols), Ink::Faint);
                page.whole(&line.with(" +", Ink::Added).with(text, Ink::Added));
            }
        } else {
            let text = value::show(&field.path, field.after.as_ref(), Side::After, length(style));
            let line = line.with("  ", Ink::Plain).with(&text, Ink::Added);
            with_cause(page, line, INDENT + paths, &cause, arrow_back(style.symbols));
        }
    }
}
