//! Drift as the text of an issue or a comment. Values stand in code spans and fences only.

use std::fmt::Write;

use crate::Symbols;
use crate::document::{Change, Plan};
use crate::plan_markdown::{self, cell, cell_text, code, html, sentence};
use crate::value::{self, Length};
use crate::words::counted;

use super::{GO_ON, Marker, sign, verdict, who};

/// The Markdown, which ends with a line break.
pub fn render(plan: &Plan) -> String {
    let environment = plan.environment.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
    let mut text = format!("{}\n", Marker::of(plan));
    let _ = writeln!(text, "### gemmactl drift · {}{environment} · {}\n", plan.stack, verdict(plan));
    if !plan.exposures.is_empty() {
        text.push_str("> [!CAUTION]\n");
        for exposure in &plan.exposures {
            let _ = writeln!(text, "> - **Public access, live**: {}", sentence(&exposure.what));
        }
        text.push('\n');
    }
    let refused = plan.refusals.iter().map(|each| ("not compared", &each.id, &each.problem));
    let unread = plan.unknowns.iter().map(|each| ("not read", &each.id, &each.problem));
    for (word, id, problem) in refused.chain(unread) {
        let _ = writeln!(text, "- {word}: {}: {}\n", code(&id.to_string()), sentence(problem));
    }
    if !plan.changes.is_empty() {
        text.push_str("| | Resource | What | Who and when |\n|---|---|---|---|\n");
    }
    for change in &plan.changes {
        let what = match change.fields.len() {
            0 => "gone".to_owned(),
            number => counted(number, "field", "fields"),
        };
        let (sign, id) = (sign(change, Symbols::Unicode), cell(&change.id.to_string()));
        let _ = writeln!(text, "| {sign} | {id} | {what} | {} |", cell_text(&who(change)));
    }
    text.push('\n');
    for change in plan.changes.iter().filter(|change| !change.fields.is_empty()) {
        let number = counted(change.fields.len(), "field", "fields");
        let _ = writeln!(text, "<details><summary>{}: {number}</summary>\n", html(&change.id.to_string()));
        text.push_str(&plan_markdown::fence(&lines(change)));
        text.push_str("\n</details>\n");
    }
    if plan.has_drift() {
        let _ = writeln!(text, "\n{GO_ON}");
    }
    let _ = writeln!(
        text,
        "\nStack {} in project {} · gemmactl {}",
        code(plan.stack.as_str()),
        code(plan.project.as_str()),
        env!("CARGO_PKG_VERSION"),
    );
    text
}

/// What the spec says goes out, what was found came in.
fn lines(change: &Change) -> Vec<String> {
    let line = plan_markdown::fence_line;
    let mut lines = vec![line("# ", &format!("{}: - the spec says, + found", change.id))];
    for field in &change.fields {
        let path = &field.path;
        let (found, said) = value::pair(path, field.before.as_ref(), field.after.as_ref(), Length::Short);
        if let Some(place) = &field.place {
            lines.push(line("# ", &format!("{}:{}", place.file, place.line)));
        }
        lines.push(line("- ", &format!("{path}: {said}")));
        lines.push(line("+ ", &format!("{path}: {found}")));
    }
    lines
}
