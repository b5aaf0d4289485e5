//! The details of each change as a diff whose signs stand in column 0, where GitHub colours them: `-` and `+` for the two
//! sides of a value, `!` for what is made again, `#` for the cause.

use std::fmt::Write;

use model::{Effect, FieldChange, Json};

use super::level::Level;
use super::span::{self, fence, html, line};
use super::{Body, Form, cut};
use crate::document::{Change, Ignored};
use crate::value::{self, Length, Side};
use crate::words::{self, counted};
use crate::{Symbols, body, causes, ignored, inputs};

/// Writes the fields of every change that has any: folded in a comment, open in a summary.
pub(super) fn write(of: &Body<'_>, text: &mut String) {
    let context = match of.level {
        Level::Full => body::CONTEXT,
        Level::Changes | Level::Fields => 0,
        Level::Resources | Level::Counts | Level::Least => return,
    };
    let shown = of.plan.changes.iter().filter(|change| words::acts(change.action) && !change.is_only_access);
    for change in shown.filter(|change| !change.fields.is_empty()) {
        let number = counted(change.fields.len(), "field", "fields");
        let id = cut::name(&change.id.to_string(), of.level.sentence());
        let verb = words::verb(change);
        let lines = match of.level {
            Level::Fields => short_lines(change, of.level),
            Level::Full | Level::Changes | Level::Resources | Level::Counts | Level::Least => {
                lines(change, of.level, context)
            }
        };
        match of.options.form {
            Form::Comment => {
                let _ = writeln!(text, "<details><summary>{}: {verb}, {number}</summary>\n", html(&id));
                text.push_str(&fence(&lines));
                text.push_str("\n</details>\n");
            }
            Form::Summary => {
                let _ = writeln!(text, "##### {}: {verb}, {number}\n", span::code(&id));
                text.push_str(&fence(&lines));
                text.push('\n');
            }
        }
    }
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
}

/// Writes how many fields were ignored, in a fold with each of them if they were asked for.
pub(super) fn ignored(found: &Ignored, level: Level, text: &mut String) {
    let Some(summary) = ignored::summary(found) else { return };
    let listed = match level {
        Level::Full => &found.listed,
        Level::Changes | Level::Fields | Level::Resources | Level::Counts | Level::Least => &None,
    };
    let Some(listed) = listed else {
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

fn lines(change: &Change, level: Level, context: usize) -> Vec<String> {
    let mut lines = vec![line("# ", &change.id.to_string())];
    lines.extend(change.sends.as_ref().map(|sends| line("# sends ", &words::sent(sends))));
    let (bodies, rows): (Vec<&FieldChange>, Vec<&FieldChange>) =
        change.fields.iter().partition(|field| value::is_diff(field.before.as_ref(), field.after.as_ref()));
    for field in rows {
        if inputs::file(field).is_some() {
            lines.push(line(sign(field), &format!("{} {}", field.path, inputs::fate(field))));
            continue;
        }
        because(field, level, &mut lines);
        match field.effect {
            Effect::Replace => lines.push(line("! ", &format!("{} cannot change in place", field.path))),
            Effect::InPlace => {}
        }
        sides(field, &mut lines);
    }
    for field in bodies {
        because(field, level, &mut lines);
        lines.push(line("# ", &field.path));
        let text =
            |value: &Option<Json>| value.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
        for (mark, text) in body::unified(&text(&field.before), &text(&field.after), context) {
            lines.push(line(mark.sign(), &text));
        }
    }
    lines
}

/// The cause of a field, where the change as a whole does not say it.
fn because(field: &FieldChange, level: Level, lines: &mut Vec<String>) {
    let is_told = match level {
        Level::Full => field.before.is_some() || field.after.is_none(),
        Level::Changes | Level::Fields | Level::Resources | Level::Counts | Level::Least => false,
    };
    let cause = causes::field_cause(field, Symbols::Unicode);
    if is_told && !cause.is_empty() {
        lines.push(line("# ", &cause));
    }
}

/// One line for each field.
fn short_lines(change: &Change, level: Level) -> Vec<String> {
    let line_of = |field| line(sign(field), &cut::text(&short_line(field), level.sentence()));
    change.fields.iter().map(line_of).collect()
}

fn short_line(field: &FieldChange) -> String {
    let path = &field.path;
    if inputs::file(field).is_some() {
        return format!("{path} {}", inputs::fate(field));
    }
    let (old, new) = value::pair(path, field.before.as_ref(), field.after.as_ref(), Length::Short);
    match (&field.before, &field.after) {
        (None, _) => format!("{path}: {new}"),
        (_, None) => format!("{path}: {old}"),
        (Some(_), Some(_)) => format!("{path}: {old} → {new}"),
    }
}

fn sign(field: &FieldChange) -> &'static str {
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
