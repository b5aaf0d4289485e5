//! What the preflight found.

use super::page::Page;
use crate::document::Plan;
use crate::finding::check::Level;
use crate::preflight::{next, stops, tally};

/// Writes that apply would stop, for the top of the page.
pub(super) fn verdict(plan: &Plan, page: &mut Page) {
    if let Some(text) = plan.preflight.as_ref().and_then(stops) {
        page.raw("<p><span class=\"sign lost\">!</span> Preflight: ").text(&text).raw("</p>\n");
    }
}

/// Writes the section; nothing where there was nothing to look at.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    let Some(preflight) = &plan.preflight else { return };
    page.raw("<section>\n<h2>Preflight <small>").text(&tally(preflight)).raw("</small></h2>\n");
    for check in preflight.open() {
        page.raw("<article class=\"item card\">\n<h3><span class=\"sign ").raw(match check.level {
            Level::Failed => "lost",
            Level::Warning | Level::Unknown => "changed",
            Level::Ok => "left",
        });
        page.raw("\">!</span> ").code(check.id.name()).raw(" <span class=\"verb\">");
        page.raw(check.level.word()).raw("</span></h3>\n");
        for seen in &check.seen {
            page.raw("<p>").text(seen).raw("</p>\n");
        }
        for step in &check.next {
            page.raw("<p class=\"faint\">next: ").text(&next(step)).raw("</p>\n");
        }
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}
