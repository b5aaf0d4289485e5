//! What the plan left alone on live objects: a line with the number, or every field with the rule.

use crate::document::Ignored;
use unicode_width::UnicodeWidthStr;

use super::super::Detail;
use super::super::ignored::{rule, shown, summary};
use super::super::line::{Ink, Line, Page, clip};
use super::blocks::title;
use super::fields::column;
use super::values::{arrow_back, length, with_cause};

const INDENT: usize = 6;

/// Writes how many fields were ignored.
pub(super) fn counted(ignored: &Ignored, page: &mut Page) {
    if let (Some(summary), None) = (summary(ignored), &ignored.listed) {
        page.gap();
        page.sentence(&format!("{summary} ignored (plan --show-ignored)"), Ink::Faint);
    }
}

/// Writes which, if they were asked for.
pub(super) fn listed(ignored: &Ignored, page: &mut Page) {
    let (Some(summary), Some(listed)) = (summary(ignored), &ignored.listed) else { return };
    title(page, "IGNORED", &format!("{summary}, no difference"), Ink::Strong);
    for (id, fields) in listed {
        page.line(&Line::indented(4).with(&id.to_string(), Ink::Strong));
        let paths = column(fields.iter().map(|field| field.path.as_str()));
        let narrow = page.style.width / 4;
        let room = match page.style.detail {
            Detail::Full => usize::MAX,
            Detail::Summary | Detail::Changes => narrow,
        };
        let values: Vec<String> = fields
            .iter()
            .map(|field| {
                clip(&shown(&field.path, &field.value, length(page.style)), room, page.style.symbols)
            })
            .collect();
        let widest =
            values.iter().map(|value| value.width()).filter(|width| *width <= narrow).max().unwrap_or(0);
        for (field, value) in fields.iter().zip(values) {
            let line = Line::indented(INDENT).with(&field.path, Ink::Plain).pad_to(INDENT + paths);
            let line = line.with("  ", Ink::Plain).with(&value, Ink::Plain);
            let cause = format!("{}: {}", rule(field.rule), field.reason);
            let column = (INDENT + paths + 2 + widest).max(line.width());
            with_cause(page, line, column, &cause, arrow_back(page.style.symbols));
        }
    }
}
