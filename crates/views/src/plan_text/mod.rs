//! The plan on a terminal: what is at risk first, then what changes in running order, one flat path a line, with
//! the cause beside it, and the totals last. A pure function of the plan and the style.

mod access;
mod blocks;
mod change;
mod cost;
mod created;
mod fields;
mod findings;
mod header;
mod ignored;
mod operator_policy;
mod order;
mod preflight;
#[cfg(test)]
mod tests;
mod values;

use crate::document::since::Difference;
use crate::document::{Approval, Plan};
use crate::section::Section;
use model::Goal;

use super::line::{Ink, Line, Page};
use super::words::{self, counted};
use super::{Detail, Style};

/// The plan as text that ends with a line break, with what is different from an earlier plan, if there was one.
pub fn render(plan: &Plan, differences: Option<&[Difference]>, style: &Style) -> String {
    let mut page = Page::folded(Style { width: style.width.max(MIN_WIDTH), ..*style });
    let extent = if plan.is_empty() && !plan.is_blocked() { Extent::Line } else { Extent::Blocks };
    let order = order::Order::of(plan);
    for section in Section::ORDER {
        match (section, extent) {
            (Section::Verdict, Extent::Line) => {
                page.sentence(&nothing_to_do(plan), Ink::Plain);
                operator_policy::write(plan, &mut page);
            }
            (Section::Verdict, Extent::Blocks) => {
                header::write(plan, &mut page);
                preflight::verdict(plan, &mut page);
                blocks::refused(plan, &mut page);
                blocks::unknown(plan, &mut page);
                operator_policy::write(plan, &mut page);
            }
            (Section::Access, _) => {
                access::public(plan, &mut page);
                access::table(plan, &mut page);
            }
            (Section::Destructive, _) => blocks::destructive(plan, &order, &mut page),
            (Section::Changes, Extent::Line) => match (plan.goal, style.detail) {
                (Goal::Present, Detail::Full) => blocks::unchanged(plan, &mut page),
                (Goal::Present, Detail::Summary | Detail::Changes) => {}
                (Goal::Absent, _) => blocks::kept(plan, &mut page),
            },
            (Section::Changes, Extent::Blocks) => {
                change::all(plan, &order, &mut page);
                blocks::forgotten(plan, &mut page);
                blocks::kept(plan, &mut page);
                match style.detail {
                    Detail::Full => blocks::unchanged(plan, &mut page),
                    Detail::Summary | Detail::Changes => {}
                }
            }
            (Section::Since, _) => since(differences, &mut page),
            (Section::Checks, Extent::Line) => findings::counted(plan, &mut page),
            (Section::Checks, Extent::Blocks) => findings::write(plan, &mut page),
            (Section::Preflight, _) => preflight::write(plan, &mut page),
            // What costs the same as before is not told.
            (Section::Cost, Extent::Line) if plan.goal == Goal::Present && style.detail != Detail::Full => {}
            (Section::Cost, _) => cost::write(plan, &mut page),
            (Section::Ignored, Extent::Line) => ignored::listed(&plan.ignored, &mut page),
            (Section::Ignored, Extent::Blocks) => {
                ignored::counted(&plan.ignored, &mut page);
                ignored::listed(&plan.ignored, &mut page);
            }
            (Section::Footer, Extent::Line) => {}
            (Section::Footer, Extent::Blocks) => {
                totals(plan, &mut page);
                approval(plan, &mut page);
            }
        }
    }
    page.finish()
}

/// How much room a plan takes.
#[derive(Clone, Copy)]
enum Extent {
    /// There is nothing to do: one line says it, and what follows is the exception.
    Line,
    /// A block for each section.
    Blocks,
}

/// Writes what is different from an earlier plan.
fn since(differences: Option<&[Difference]>, page: &mut Page) {
    let Some(differences) = differences else { return };
    blocks::title(page, "SINCE", "the earlier plan", Ink::Strong);
    if differences.is_empty() {
        page.line(&Line::indented(4).with("nothing; both do the same", Ink::Plain));
    }
    for told in crate::since::lines(differences, page.style.symbols) {
        page.prose(4, &format!("{} ", told.sign), &told.text, Ink::Plain);
    }
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
            let ignored = match plan.ignored.count() {
                0 => String::new(),
                count => format!("; {} ignored", counted(count, "field", "fields")),
            };
            format!(
                "No changes. Stack {stack}{environment} in {project} matches the spec ({resources}{ignored})."
            )
        }
        Goal::Absent => {
            format!("Nothing to destroy. Stack {stack}{environment} owns nothing in project {project}.")
        }
    }
}

/// By what the plan is approved, in one piece, so that it can be copied. What is blocked cannot be.
fn approval(plan: &Plan, page: &mut Page) {
    match plan.approval() {
        Approval::Blocked | Approval::Nothing => {}
        Approval::Arguments(arguments) => {
            let command = format!("gemmactl {arguments}");
            let head = Line::default().with("To do only this:", Ink::Faint);
            let line = head.clone().with(" ", Ink::Plain).with(&command, Ink::Plain);
            if line.width() <= page.style.width {
                page.line(&line);
            } else {
                page.line(&head);
                page.whole(&Line::indented(2).with(&command, Ink::Plain));
            }
        }
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
    let blocked: Vec<String> = words::in_the_way(plan).map(words::numbered).collect();
    if !blocked.is_empty() {
        let text = format!("Nothing is applied until this is settled: {}.", blocked.join(", "));
        page.sentence(&text, Ink::Danger);
    }
}
