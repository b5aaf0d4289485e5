//! Drift as the text of an issue or a comment. Values stand in code spans and fences only. Never longer than its budget: like a
//! plan, it is written shorter by whole levels, and what is left out in the end is counted.

use std::fmt::Write;

use crate::Symbols;
use crate::document::{Change, Plan};
use crate::plan_markdown::{
    self, LEAST_BYTES, Level, List, Options, cell, cell_text, code, cut, html, sentence,
};
use crate::value::{self, Length};
use crate::words::counted;

use super::{GO_ON, Marker, sign, verdict, who};

/// The Markdown, which ends with a line break, at the first level that fits.
pub fn render(plan: &Plan, options: &Options<'_>) -> String {
    let options = Options { max_bytes: options.max_bytes.max(LEAST_BYTES), ..*options };
    let levels = [Level::Full, Level::Resources, Level::Counts, Level::Least];
    Level::first_that_fits(&levels, options.max_bytes, |level| write(plan, &options, level))
}

/// The text at a level, and how many rows were left out of it.
fn write(plan: &Plan, options: &Options<'_>, level: Level) -> (String, usize) {
    let environment = plan.environment.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
    let mut head = format!("{}\n", Marker::of(plan));
    let _ = writeln!(head, "### gemmactl drift · {}{environment} · {}\n", plan.stack, verdict(plan));
    if let Some(shortened) = shortened(level) {
        head.push_str(&options.not_all("Not all of it", shortened, "`gemmactl plan --drift-only`"));
    }
    let foot = foot(plan, level);
    let details: String = match level {
        Level::Full | Level::Changes => plan.changes.iter().map(details).collect(),
        Level::Fields | Level::Resources | Level::Counts | Level::Least => String::new(),
    };
    let room = options.max_bytes.saturating_sub(head.len() + details.len() + foot.len());
    let (lists, omitted) = plan_markdown::share(&lists(plan, level).each_ref(), room);
    (head + &lists.concat() + &details + &foot, omitted)
}

fn shortened(level: Level) -> Option<&'static str> {
    match level {
        Level::Full | Level::Changes => None,
        Level::Fields | Level::Resources => Some("one line a resource"),
        Level::Counts | Level::Least => Some("one line a resource, with short names"),
    }
}

/// What could not be told, what is open, and what was changed.
fn lists(plan: &Plan, level: Level) -> [List; 3] {
    let name = |name: &str| code(&cut::name(name, level.name()));
    let said = |text: &str| sentence(&cut::text(text, level.sentence()));
    let refused = plan.refusals.iter().map(|each| ("not compared", &each.id, &each.problem));
    let unread = plan.unknowns.iter().map(|each| ("not read", &each.id, &each.problem));
    let in_the_way = refused.chain(unread);
    let in_the_way = in_the_way
        .map(|(word, id, problem)| format!("- {word}: {}: {}\n", name(&id.to_string()), said(problem)));
    let access = plan.exposures.iter().map(|exposure| {
        let word = if exposure.is_unread() { "Access not read" } else { "Public access, live" };
        format!("> - **{word}**: {}\n", said(&exposure.what))
    });
    let changes = plan.changes.iter().map(|change| {
        let what = match change.fields.len() {
            0 => "gone".to_owned(),
            number => counted(number, "field", "fields"),
        };
        let id = cell(&cut::name(&change.id.to_string(), level.name()));
        let who = cell_text(&cut::text(&who(change), level.sentence()));
        format!("| {} | {id} | {what} | {who} |\n", sign(change, Symbols::Unicode))
    });
    let list = |head: &str, rows: Vec<String>, what| List { head: head.to_owned(), rows, what };
    [
        list("", in_the_way.collect(), "problem"),
        list("> [!CAUTION]\n", access.collect(), "exposure"),
        list("| | Resource | What | Who and when |\n|---|---|---|---|\n", changes.collect(), "resource"),
    ]
}

fn foot(plan: &Plan, level: Level) -> String {
    let mut text = String::new();
    if plan.has_drift() {
        let _ = writeln!(text, "{GO_ON}\n");
    }
    let _ = writeln!(
        text,
        "Stack {} in project {} · gemmactl {}",
        code(plan.stack.as_str()),
        code(&cut::text(plan.project.as_str(), level.name())),
        env!("CARGO_PKG_VERSION"),
    );
    text
}

fn details(change: &Change) -> String {
    if change.fields.is_empty() {
        return String::new();
    }
    let number = counted(change.fields.len(), "field", "fields");
    let id = html(&change.id.to_string());
    let fence = plan_markdown::fence(&lines(change));
    format!("<details><summary>{id}: {number}</summary>\n\n{fence}\n</details>\n\n")
}

/// What the spec says goes out, what was found came in.
fn lines(change: &Change) -> Vec<String> {
    let line = plan_markdown::fence_line;
    let mut lines = vec![line("# ", &format!("{}: - the spec says, + found", change.id))];
    for field in &change.fields {
        let path = &field.path;
        let (found, said) = value::pair(path, field.before.as_ref(), field.after.as_ref(), Length::Short);
        if let Some(place) = &field.place {
            lines.push(line("# ", &plan_markdown::place(place)));
        }
        lines.push(line("- ", &format!("{path}: {said}")));
        lines.push(line("+ ", &format!("{path}: {found}")));
    }
    lines
}
