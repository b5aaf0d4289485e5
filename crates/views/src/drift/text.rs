//! Drift on a terminal.

use crate::Style;
use crate::causes;
use crate::document::{Change, Plan};
use crate::line::{Ink, Line, Page};
use crate::value::{self, Length};

use super::{GO_ON, sign, verdict, who};

/// The text, which ends with a line break.
pub fn render(plan: &Plan, style: &Style) -> String {
    let mut page = Page::new(*style);
    let head = format!("Stack {} in project {}: {}.", plan.stack, plan.project, verdict(plan));
    page.sentence(&head, Ink::Strong);
    for refusal in &plan.refusals {
        page.gap();
        page.prose(0, "NOT COMPARED  ", &format!("{}: {}", refusal.id, refusal.problem), Ink::Danger);
    }
    for unknown in &plan.unknowns {
        page.gap();
        page.prose(0, "NOT READ  ", &format!("{}: {}", unknown.id, unknown.problem), Ink::Danger);
    }
    if !plan.exposures.is_empty() {
        page.gap();
    }
    for exposure in &plan.exposures {
        let (label, ink) =
            if exposure.is_unread() { ("NOT READ  ", Ink::Changed) } else { ("PUBLIC  ", Ink::Danger) };
        page.prose(0, label, &exposure.what, ink);
    }
    for change in &plan.changes {
        page.gap();
        written(change, &mut page);
    }
    if plan.has_drift() {
        page.gap();
        page.sentence(GO_ON, Ink::Plain);
    }
    page.finish()
}

fn written(change: &Change, page: &mut Page) {
    let ink = if change.fields.is_empty() { Ink::Removed } else { Ink::Changed };
    let line = Line::default().with(sign(change, page.style.symbols), ink).with(" ", Ink::Plain);
    page.line(
        &line.with(&change.id.to_string(), Ink::Strong).with(&format!("  {}", who(change)), Ink::Plain),
    );
    for field in &change.fields {
        let (found, said) =
            value::pair(&field.path, field.before.as_ref(), field.after.as_ref(), Length::Short);
        let place = field.place.as_ref().map(|at| format!(" ({})", causes::place(at, page.style.symbols)));
        let told = format!("found {found}, the spec says {said}{}", place.unwrap_or_default());
        page.prose(4, &format!("{}  ", field.path), &told, Ink::Plain);
    }
}
