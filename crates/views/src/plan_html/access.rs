//! Access on the page: what is open to everybody as a red line, then every grant that comes or goes.

use super::Positions;
use super::page::Page;
use crate::document::{Access, Change, Plan, Public, Way};
use crate::{Symbols, causes, words};

/// Writes the section, if there is anything to tell.
pub(super) fn write(plan: &Plan, positions: &Positions<'_>, page: &mut Page) {
    let open = plan.public_access();
    let exposed = plan.exposed();
    let unread = plan.unread_access();
    if open.is_empty() && exposed.is_empty() && unread.is_empty() && plan.access().next().is_none() {
        return;
    }
    page.raw("<section>\n<h2>Access</h2>\n");
    for public in &open {
        headline("<p class=\"item alarm\">Public access: ", public, page);
    }
    for public in &exposed {
        headline("<p class=\"item alarm\">Public access, live: ", public, page);
    }
    for public in &unread {
        headline("<p class=\"item\"><strong>Not read</strong>: ", public, page);
    }
    if plan.access().next().is_some() {
        page.raw("<table class=\"access\">\n<thead><tr><th></th><th>Who</th><th>Role</th><th>On</th><th>Why</th></tr></thead>\n<tbody>\n");
        let mut last = None;
        for (change, access) in plan.access() {
            page.raw("<tr class=\"item\"");
            // A change that is access alone is told here only: its box in the drawing leads to its first row.
            if change.is_only_access
                && last != Some(&change.id)
                && let Some(position) = positions.get(&change.id)
            {
                page.raw(" id=\"c").number(*position).raw("\"");
            }
            last = Some(&change.id);
            row(change, access, page);
        }
        for others in &plan.others {
            page.raw("<tr class=\"item\"><td><span class=\"sign left\">=</span></td><td class=\"faint\">");
            page.text(&words::others(others.grants)).raw("</td><td></td><td>").text(&others.on);
            page.raw("</td><td></td></tr>\n");
        }
        page.raw("</tbody>\n</table>\n");
    }
    page.raw("</section>\n");
}

fn headline(start: &'static str, public: &Public<'_>, page: &mut Page) {
    page.raw(start).text(&public.what);
    if let Some(place) = public.place {
        page.raw(" (").text(&causes::line(place)).raw(")");
    }
    page.raw("</p>\n");
}

fn row(change: &Change, access: &Access, page: &mut Page) {
    page.raw("><td>").raw(match access.way {
        Way::Given => "<span class=\"sign made\">+</span>",
        Way::Taken => "<span class=\"sign lost\">−</span>",
    });
    page.raw("</td><td>").code(&access.grant.member).raw("</td><td>").code(&access.grant.role);
    if let Some(condition) = &access.grant.condition {
        page.raw(" if ").code(&condition.to_string());
    }
    page.raw("</td><td>").text(&access.on).raw("</td><td class=\"faint\">");
    if let Some(broad) = &access.broad {
        page.raw("<strong>broad role</strong>: ").text(broad).raw("<br>");
    }
    page.text(&causes::access(change, Symbols::Unicode)).raw("</td></tr>\n");
}
