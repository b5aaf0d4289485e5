//! The plan on a terminal: what is at risk first, then what changes in running order, one flat path a line, with
//! the cause beside it, and the totals last. A pure function of the plan and the style.

mod access;
mod blocks;
mod change;
mod created;
mod fields;
mod findings;
mod header;
mod ignored;
mod operator_policy;
mod order;
#[cfg(test)]
mod tests;
mod values;

use crate::document::Plan;
use crate::section::Section;
use model::Goal;

use super::line::{Ink, Line, Page};
use super::words::{self, counted};
use super::{Detail, Style};

/// The plan as text that ends with a line break.
pub fn render(plan: &Plan, style: &Style) -> String {
    let mut page = Page::new(Style { width: style.width.max(MIN_WIDTH), ..*style });
    if plan.is_empty() && !plan.is_blocked() {
        page.line(&Line::default().with(&nothing_to_do(plan), Ink::Plain));
        access::public(plan, &mut page);
        operator_policy::write(plan, &mut page);
        findings::counted(plan, &mut page);
        match (plan.goal, style.detail) {
            (Goal::Present, Detail::Full) => blocks::unchanged(plan, &mut page),
            (Goal::Present, Detail::Summary | Detail::Changes) => {}
            (Goal::Absent, _) => blocks::kept(plan, &mut page),
        }
        ignored::listed(&plan.ignored, &mut page);
        return page.finish();
    }
    let order = order::Order::of(plan);
    for section in Section::ORDER {
        match section {
            Section::Verdict => {
                header::write(plan, &mut page);
                blocks::refused(plan, &mut page);
                blocks::unknown(plan, &mut page);
                operator_policy::write(plan, &mut page);
            }
            Section::Access => {
                access::public(plan, &mut page);
                access::table(plan, &mut page);
            }
            Section::Destructive => blocks::destructive(plan, &order, &mut page),
            Section::Changes => {
                change::all(plan, &order, &mut page);
                blocks::forgotten(plan, &mut page);
                blocks::kept(plan, &mut page);
                match style.detail {
                    Detail::Full => blocks::unchanged(plan, &mut page),
                    Detail::Summary | Detail::Changes => {}
                }
            }
            Section::Checks => findings::write(plan, &mut page),
            Section::Ignored => {
                ignored::counted(&plan.ignored, &mut page);
                ignored::listed(&plan.ignored, &mut page);
            }
            Section::Footer => {
                totals(plan, &mut page);
                fingerprint(plan, &mut page);
            }
        }
    }
    page.finish()
}

/// Narrower than this, lines become unreadable; the terminal breaks them instead.
const MIN_WIDTH: usize = 40;

/// One line, whatever there is to say.
fn nothing_to_do(plan: &Plan) -> String {
    let Plan { stack, project, .. } = plan;
    let environment = plan.environment.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    match plan.goal {
        Goal::Present => {
            let resources = counted(plan.changes.len(), "resource", "resources");
            let ignored = super::ignored::summary(&plan.ignored)
                .map(|summary| format!("; {summary} ignored"))
                .unwrap_or_default();
            format!(
                "No changes. Stack {stack}{environment} in project {project} is as the spec says ({resources}{ignored})."
            )
        }
        Goal::Absent => {
            format!("Nothing to destroy. Stack {stack}{environment} owns nothing in project {project}.")
        }
    }
}

/// By what the plan is approved. What is blocked cannot be.
fn fingerprint(plan: &Plan, page: &mut Page) {
    if !plan.is_blocked() {
        let shown = plan.fingerprint_shown();
        let command = match plan.goal {
            Goal::Present => "apply",
            Goal::Absent => "destroy",
        };
        let text = format!(
            "Plan {shown} ({command}{} --expect {shown} does only this)",
            plan.environment_argument()
        );
        page.sentence(&text, Ink::Faint);
    }
}

/// The last line: everything in one sentence, with what stands in the way first.
fn totals(plan: &Plan, page: &mut Page) {
    page.gap();
    let name = match plan.goal {
        Goal::Present => "Plan",
        Goal::Absent => "Destroy",
    };
    let (rest, todo): (Vec<_>, Vec<_>) =
        words::tally(&plan.changes).into_iter().partition(|(verb, _)| matches!(*verb, "keep" | "unchanged"));
    let todo: Vec<String> = todo.iter().map(|(verb, number)| format!("{number} to {verb}")).collect();
    let todo = if todo.is_empty() { "nothing to do".to_owned() } else { todo.join(", ") };
    let rest: Vec<String> = rest
        .iter()
        .map(|(verb, number)| format!("{number} {}", if *verb == "keep" { "kept" } else { verb }))
        .collect();
    let rest = if rest.is_empty() { String::new() } else { format!("; {}", rest.join(", ")) };
    let all = format!("{name}: {todo}{rest}.");
    page.sentence(&all, Ink::Strong);
    let blocked: Vec<String> =
        [(plan.denied(), "denied"), (plan.refusals.len(), "refused"), (plan.unknowns.len(), "unknown")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
    if !blocked.is_empty() {
        let text = format!("Nothing is applied until this is settled: {}.", blocked.join(", "));
        page.line(&Line::default().with(&text, Ink::Danger));
    }
}
