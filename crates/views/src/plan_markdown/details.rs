//! The details of each change, folded, as a diff whose signs stand in column 0, where GitHub colours them.

use std::fmt::Write;

use crate::document::{Change, Ignored, Plan};
use model::{Effect, FieldChange, Json};

use super::span::{fence, html, line};
use crate::value::{self, Length, Side};
use crate::words::{self, counted};
use crate::{body, ignored, inputs};

/// Writes a fold for every change that has fields.
pub(super) fn write(plan: &Plan, text: &mut String) {
    let shown = plan.changes.iter().filter(|change| words::acts(change.action) && !change.is_only_access);
    for change in shown.filter(|change| !change.fields.is_empty()) {
        let number = counted(change.fields.len(), "field", "fields");
        let id = html(&change.id.to_string());
        let _ = writeln!(text, "<details><summary>{id}: {}, {number}</summary>\n", words::verb(change));
        text.push_str(&fence(&lines(change)));
        text.push_str("\n</details>\n");
    }
    text.push('\n');
}

/// Writes how many fields were ignored, in a fold with each of them if they were asked for.
pub(super) fn ignored(found: &Ignored, text: &mut String) {
    let Some(summary) = ignored::summary(found) else { return };
    let Some(listed) = &found.listed else {
        let _ = writeln!(text, "{summary} ignored (`plan --show-ignored`)\n");
        return;
    };
    let _ = writeln!(text, "<details><summary>{summary} ignored</summary>\n");
    let mut lines = Vec::new();
    for (id, fields) in listed {
        lines.push(line("# ", &id.to_string()));
        for field in fields {
            let value = ignored::shown(&field.path, &field.value, Length::Short);
            let rule = ignored::rule(field.rule);
            lines.push(line("  ", &format!("{}: {value} ({rule}: {})", field.path, field.reason)));
        }
    }
    text.push_str(&fence(&lines));
    text.push_str("\n</details>\n\n");
}

fn lines(change: &Change) -> Vec<String> {
    let mut lines = vec![line("# ", &change.id.to_string())];
    let (bodies, rows): (Vec<&FieldChange>, Vec<&FieldChange>) =
        change.fields.iter().partition(|field| value::is_diff(field.before.as_ref(), field.after.as_ref()));
    for field in rows {
        match (inputs::file(field), field.effect) {
            (Some(_), _) => {
                lines.push(line(file_sign(field), &format!("{} {}", field.path, inputs::fate(field))));
            }
            (None, Effect::Replace) => {
                lines.push(line("! ", &format!("{} cannot change in place", field.path)));
                sides(field, &mut lines);
            }
            (None, Effect::InPlace) => sides(field, &mut lines),
        }
    }
    for field in bodies {
        lines.push(line("# ", &field.path));
        let text =
            |value: &Option<Json>| value.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
        for (mark, text) in body::unified(&text(&field.before), &text(&field.after)) {
            lines.push(line(mark.sign(), &text));
        }
    }
    lines
}

fn file_sign(field: &FieldChange) -> &'static str {
    match (&field.before, &field.after) {
        (None, _) => "+ ",
        (_, None) => "- ",
        (Some(_), Some(_)) => "! ",
    }
}

fn sides(field: &FieldChange, lines: &mut Vec<String>) {
    let path = &field.path;
    let (old, new) = value::pair(path, field.before.as_ref(), field.after.as_ref(), Length::Short);
    if field.before.is_some() {
        lines.push(line("- ", &format!("{path}: {old}")));
    }
    if field.after.is_some() {
        let new = match field.before {
            Some(_) => new,
            None => value::show(path, field.after.as_ref(), Side::After, Length::Short),
        };
        lines.push(line("+ ", &format!("{path}: {new}")));
    }
}
