//! What the plan costs: the whole in one line, then what changes.

use model::Goal;

use super::super::cost::{Extent, rows, summary};
use super::super::line::{Ink, Line, Page, arrow};
use super::blocks::title;
use crate::Detail;
use crate::document::Plan;

/// Where amounts begin.
const AMOUNTS: usize = 42;

/// Writes the block; nothing where nothing costs anything.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    let Some(cost) = plan.cost.as_ref().filter(|cost| !cost.is_empty()) else { return };
    let arrow = arrow(page.style.symbols);
    let ink = if cost.over_budget().is_some() { Ink::Danger } else { Ink::Strong };
    let what = match plan.goal {
        Goal::Present => "US dollars at list prices",
        Goal::Absent => "what stays goes on costing; US dollars at list prices",
    };
    title(page, "COST", what, ink);
    page.prose(4, "", &summary(cost, arrow), Ink::Plain);
    let extent = match page.style.detail {
        Detail::Summary => return,
        Detail::Changes => Extent::of(plan.goal),
        Detail::Full => Extent::All,
    };
    for row in rows(cost, extent, arrow) {
        page.line(&Line::indented(4).with(&row.id, Ink::Strong));
        page.prose(6, "", &row.what, Ink::Faint);
        for (label, amount) in &row.amounts {
            let line = Line::indented(6).with(label, Ink::Plain);
            let column = (line.width() + 2).max(AMOUNTS);
            if column + amount.chars().count() <= page.style.width {
                page.line(&line.pad_to(column).with(amount, Ink::Plain));
            } else {
                page.line(&line);
                page.prose(8, "", amount, Ink::Plain);
            }
        }
        for (label, why) in &row.unknown {
            page.prose(6, &format!("{label}: "), why, Ink::Plain);
        }
    }
    for source in &cost.sources {
        page.prose(4, "price  ", source, Ink::Faint);
    }
}
