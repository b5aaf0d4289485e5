//! The plan as one page of HTML that needs nothing else: no network, no other file, and no script to be read. Every section is
//! there when it opens; the script only adds the search. Dark or light as the reader's system is, printable, and as wide as the
//! screen. Text becomes part of it through [`page::Page`] alone.

mod access;
mod change;
mod cost;
mod graph;
mod head;
mod layers;
pub(crate) mod page;
mod preflight;
mod tail;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeMap;

use model::ResourceId;

use crate::document::Plan;
use crate::document::since::Difference;
use crate::section::Section;
use crate::{Symbols, since, words};
use page::Page;

/// Where each change stands in the running order, counted from 1; of those at which something happens.
type Positions<'plan> = BTreeMap<&'plan ResourceId, usize>;

/// The plan as a page, with what is different from an earlier plan, if there was one.
pub fn render(plan: &Plan, differences: Option<&[Difference]>) -> String {
    let mut page = Page::default();
    let acting = plan.changes.iter().filter(|change| words::acts(change.action));
    let positions: Positions<'_> = acting.enumerate().map(|(at, change)| (&change.id, at + 1)).collect();
    head::write(plan, &mut page);
    for section in Section::ORDER {
        match section {
            Section::Verdict => verdict::write(plan, &mut page),
            Section::Access => access::write(plan, &positions, &mut page),
            Section::Destructive => {
                change::section(words::losses(plan), plan.destructive(), &positions, &mut page);
            }
            Section::Changes => {
                change::section("Changes", plan.edits(), &positions, &mut page);
                graph::write(plan, &mut page);
                tail::kept(plan, &mut page);
                tail::unchanged(plan, &mut page);
            }
            Section::Since => {
                if let Some(found) = differences {
                    earlier(found, &mut page);
                }
            }
            Section::Checks => tail::checks(plan, &mut page),
            Section::Preflight => preflight::write(plan, &mut page),
            Section::Cost => cost::write(plan, &mut page),
            Section::Ignored => tail::ignored(&plan.ignored, &mut page),
            Section::Footer => tail::footer(plan, &mut page),
        }
    }
    head::end(&mut page);
    page.finish()
}

fn earlier(differences: &[Difference], page: &mut Page) {
    page.raw("<section>\n<h2>Since the earlier plan</h2>\n");
    if differences.is_empty() {
        page.raw("<p>Nothing; both do the same.</p>\n");
    } else {
        page.raw("<pre>");
        for told in since::lines(differences, Symbols::Unicode) {
            page.raw("<span>").text(&told.to_string()).raw("</span>");
        }
        page.raw("</pre>\n");
    }
    page.raw("</section>\n");
}
