//! What the plan costs.

use super::page::Page;
use crate::cost::{Extent, rows, summary};
use crate::document::Plan;

/// Writes the section; nothing where nothing costs anything.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    let Some(cost) = plan.cost.as_ref().filter(|cost| !cost.is_empty()) else { return };
    page.raw("<section>\n<h2>Cost <small>US dollars at list prices</small></h2>\n<p>");
    page.text(&summary(cost, "→")).raw("</p>\n");
    for row in rows(cost, Extent::All, "→") {
        page.raw("<article class=\"item card\">\n<h3>").code(&row.id).raw("<small>").text(&row.what);
        page.raw("</small></h3>\n<table class=\"fields\"><tbody>\n");
        for (label, amount) in row.amounts.iter().chain(&row.unknown) {
            page.raw("<tr><td>").text(label).raw("</td><td>").text(amount).raw("</td></tr>\n");
        }
        page.raw("</tbody></table>\n</article>\n");
    }
    for source in &cost.sources {
        page.raw("<p class=\"faint\">price: ").text(source).raw("</p>\n");
    }
    page.raw("</section>\n");
}
