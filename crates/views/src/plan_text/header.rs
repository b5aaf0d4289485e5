//! The head of the plan: what for, where, and how much.

use crate::document::Plan;
use model::Goal;
use unicode_width::UnicodeWidthStr;

use super::super::line::{HEADED, Ink, Line, Page};
use super::super::{Style, Symbols};
use super::super::{causes, words};

/// Writes the head.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    title(plan, page);
    counts(plan, page);
    if let Some(file) = long_path(plan) {
        page.heading("SPEC", &file, Ink::Strong);
    }
}

fn title(plan: &Plan, page: &mut Page) {
    let command = match plan.goal {
        Goal::Present => "gemmactl plan",
        Goal::Absent => "gemmactl destroy",
    };
    let mut parts = vec![format!("stack={}", plan.stack), format!("project={}", plan.project)];
    parts.extend(plan.environment.as_ref().map(|name| format!("env={name}")));
    parts.extend(regions(plan));
    let mut line = Line::default().with(command, Ink::Strong);
    for part in parts {
        if line.width() + 2 + part.width() > page.style.width {
            page.line(&line);
            line = Line::indented(2);
        }
        line.push(&format!("  {part}"), Ink::Plain);
    }
    page.line(&line);
}

/// The locations of the plan.
fn regions(plan: &Plan) -> Option<String> {
    match plan.regions().as_slice() {
        [] => None,
        [one] => Some(format!("region={one}")),
        many => Some(format!("regions={}", many.join(","))),
    }
}

fn counts(plan: &Plan, page: &mut Page) {
    let separator = dot(page.style);
    let mut line = String::new();
    let mut name = "CHANGES";
    for count in words::in_all(plan).map(words::numbered) {
        if !line.is_empty() && HEADED + line.width() + separator.width() + count.width() > page.style.width {
            page.heading(std::mem::take(&mut name), &std::mem::take(&mut line), Ink::Strong);
        }
        if !line.is_empty() {
            line.push_str(separator);
        }
        line.push_str(&count);
    }
    page.heading(name, &line, Ink::Strong);
}

/// What stands between the items of a list on one line.
pub(super) fn dot(style: Style) -> &'static str {
    match style.symbols {
        Symbols::Unicode => " · ",
        Symbols::Ascii => ", ",
    }
}

/// The file of the spec, when its path is too long for the rows.
fn long_path(plan: &Plan) -> Option<String> {
    let places = plan
        .changes
        .iter()
        .flat_map(|change| {
            change.place.iter().chain(change.fields.iter().filter_map(|field| field.place.as_ref()))
        })
        .chain(plan.refusals.iter().filter_map(|refusal| refusal.place.as_ref()))
        .chain(plan.unknowns.iter().filter_map(|unknown| unknown.place.as_ref()));
    let file =
        places.map(|place| place.file.as_ref()).find(|file| file.chars().count() > causes::LONG_PATH)?;
    file.contains('/').then(|| file.to_owned())
}
