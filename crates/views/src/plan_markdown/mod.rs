//! The plan as Markdown for pull requests: verdict first, a warning where something is lost or opened to everybody,
//! a table, and the details folded. Values stand in code spans and fences only, where they are inert.

mod details;
mod span;
mod table;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use crate::document::{Plan, Way};
use crate::marker::{Extent, Marker};
use model::{Action, Goal};

use super::words::{self, counted};
use span::code;
pub(super) use span::{fence, line as fence_line};

/// The plan as Markdown that ends with a line break.
pub fn render(plan: &Plan) -> String {
    let (command, name) = match plan.goal {
        Goal::Present => ("plan", "apply"),
        Goal::Absent => ("destroy", "destroy"),
    };
    let environment = plan.environment.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
    let mut text = format!("{}\n", Marker::of(plan, Extent::Whole));
    let _ = writeln!(text, "### gemmactl {command} · {}{environment} · {}\n", plan.stack, verdict(plan));
    caution(plan, &mut text);
    in_the_way(plan, &mut text);
    table::write(plan, &mut text);
    details::write(plan, &mut text);
    details::ignored(&plan.ignored, &mut text);
    if !plan.is_empty() && !plan.is_blocked() {
        let shown = plan.fingerprint_shown();
        let _ = write!(
            text,
            "Plan `{shown}` · `gemmactl {name}{} --expect {shown}` does only this · ",
            plan.environment_argument()
        );
    }
    let _ = writeln!(
        text,
        "Stack {} in project {} · gemmactl {}",
        code(plan.stack.as_str()),
        code(plan.project.as_str()),
        env!("CARGO_PKG_VERSION"),
    );
    text
}

fn verdict(plan: &Plan) -> String {
    let blocked = [(plan.refusals.len(), "refused"), (plan.unknowns.len(), "unknown")];
    let blocked = blocked.into_iter().filter(|(number, _)| *number > 0);
    let tally = words::tally(&plan.changes);
    if plan.is_empty() && !plan.is_blocked() {
        return match plan.goal {
            Goal::Present => format!("no changes ({})", counted(plan.changes.len(), "resource", "resources")),
            Goal::Absent => "nothing to destroy".to_owned(),
        };
    }
    let all = blocked.map(|(number, word)| (word, number)).chain(tally);
    all.map(|(word, number)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}

/// What a reviewer must not overlook.
fn caution(plan: &Plan, text: &mut String) {
    let mut warnings: Vec<String> = vec![];
    for public in plan.public_access() {
        warnings.push(format!("**Public access**: {}", span::text(&public.what)));
    }
    for exposed in plan.exposed() {
        warnings.push(format!("**Public access, live**: {}", span::text(&exposed.what)));
    }
    let broad = plan.access().filter_map(|(_, access)| access.broad.as_deref());
    warnings.extend(broad.map(|what| format!("**Broad role**: {}", span::text(what))));
    for (action, word) in [(Action::Delete, "Deletes"), (Action::Replace, "Deletes and makes again")] {
        let ids: Vec<String> = plan
            .changes
            .iter()
            .filter(|change| change.action == action && !change.is_only_access)
            .map(|change| code(&change.id.to_string()))
            .collect();
        if !ids.is_empty() {
            warnings.push(format!("**{word}** {}", words::listed(&ids, SHOWN)));
        }
    }
    let taken = plan.access().map(|(_, access)| access).filter(|access| access.way == Way::Taken);
    let taken: Vec<String> = taken
        .map(|access| format!("{} loses {}", code(&access.grant.member), code(&access.grant.role)))
        .collect();
    if !taken.is_empty() {
        warnings.push(format!("**Takes access away**: {}", words::listed(&taken, SHOWN)));
    }
    if warnings.is_empty() {
        return;
    }
    text.push_str("> [!CAUTION]\n");
    for warning in warnings {
        let _ = writeln!(text, "> - {warning}");
    }
    text.push('\n');
}

/// Names in one warning before the rest is counted; the table has them all.
const SHOWN: usize = 20;

/// What is refused and what could not be read.
fn in_the_way(plan: &Plan, text: &mut String) {
    if !plan.is_blocked() {
        return;
    }
    text.push_str("**Nothing is applied while this stands:**\n\n");
    let refusals = plan.refusals.iter().map(|each| {
        let ways: Vec<&str> = each.ways_out.iter().map(String::as_str).collect();
        ("refused", &each.id, &each.place, &each.problem, ways)
    });
    let unknowns = plan.unknowns.iter().map(|each| {
        let ways: Vec<&str> = each.help.as_deref().into_iter().collect();
        ("unknown", &each.id, &each.place, &each.problem, ways)
    });
    for (word, id, place, problem, ways) in refusals.chain(unknowns) {
        let place =
            place.as_ref().map(|place| format!(" at {}", code(&span::place(place)))).unwrap_or_default();
        let _ = writeln!(text, "- {word}: {}{place}: {}", code(&id.to_string()), span::text(problem));
        for way in ways {
            let _ = writeln!(text, "  - way out: {}", span::text(way));
        }
    }
    text.push('\n');
}
