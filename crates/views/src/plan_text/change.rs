//! One change on the terminal: sign, resource, verb, its place in the order, why, and its fields.

use crate::document::{Change, Plan};
use model::Action;
use unicode_width::UnicodeWidthStr;

use super::super::line::{Ink, Line, Page};
use super::super::{Detail, causes, words};
use super::order::Order;
use super::values::arrow_back;
use super::{created, fields};

/// The order stands at the right margin, but not further out than this.
const FAR_RIGHT: usize = 100;

/// Writes every change that neither the access table nor the destructive block says in full.
pub(super) fn all(plan: &Plan, order: &Order<'_>, page: &mut Page) {
    page.gap();
    for change in plan.edits().filter(|change| change.action != Action::Forget) {
        heading(change, order, page);
        why(change, page);
        sends(change, page);
        match (change.action, page.style.detail) {
            (Action::Create, _) if !is_rebuild(change) => created::fields(change, page),
            (_, Detail::Summary) => fields::names(change, page),
            (_, Detail::Changes | Detail::Full) => fields::changed(change, page),
        }
    }
}

/// Writes a change that deletes something and makes it again, with what forces it.
pub(super) fn replaced(change: &Change, order: &Order<'_>, page: &mut Page) {
    heading(change, order, page);
    let label = format!("{} ", arrow_back(page.style.symbols));
    let forced = causes::forced(change).map(|forced| format!(": {forced}")).unwrap_or_default();
    page.prose(6, &label, &format!("deleted and made again{forced}"), Ink::Danger);
    why(change, page);
    match page.style.detail {
        Detail::Summary => fields::names(change, page),
        Detail::Changes | Detail::Full => fields::changed(change, page),
    }
}

fn is_rebuild(change: &Change) -> bool {
    change.fields.iter().any(|field| field.before.is_some())
}

/// The sign, the resource and what happens to it.
fn start(change: &Change, page: &Page) -> Line {
    let ink = words::ink(change);
    let line = Line::indented(2).with(words::symbol(change, page.style.symbols), ink);
    line.with(" ", ink)
        .with(&change.id.to_string(), Ink::Strong)
        .with("  ", ink)
        .with(words::verb(change), ink)
}

/// Adds the place in the running order at the right margin, in the longest form that fits. In full detail nothing is left out: what does
/// not fit stands below.
fn with_order(line: Line, change: &Change, order: &Order<'_>, page: &mut Page) {
    let forms = order.shown(change, page.style.detail);
    let fits = |text: &&String| line.width() + 2 + text.width() <= page.style.width;
    match (page.style.detail, forms.iter().find(fits), forms.first()) {
        (Detail::Full, shown, Some(whole)) if shown != Some(whole) => {
            page.line(&line);
            page.prose(6, "", whole, Ink::Faint);
        }
        (Detail::Full | Detail::Changes | Detail::Summary, Some(text), _) => {
            let margin = page.style.width.min(FAR_RIGHT);
            let column = margin.saturating_sub(text.width()).max(line.width() + 2);
            page.line(&line.pad_to(column).with(text, Ink::Faint));
        }
        (Detail::Full | Detail::Changes | Detail::Summary, None, _) => page.line(&line),
    }
}

/// Writes the first line of a change.
fn heading(change: &Change, order: &Order<'_>, page: &mut Page) {
    with_order(start(change, page), change, order, page);
}

/// Writes a change that takes something away: its reason stands beside it where there is room.
pub(super) fn removal(change: &Change, order: &Order<'_>, page: &mut Page) {
    let line = start(change, page);
    let reason = causes::reason(change).unwrap_or_default();
    if line.width() + 2 + reason.width() + ORDER <= page.style.width && !reason.is_empty() {
        let line = line.with("  ", Ink::Plain).with(&reason, Ink::Faint);
        with_order(line, change, order, page);
        meaning(change, page);
    } else {
        with_order(line, change, order, page);
        why(change, page);
    }
}

/// Columns that the shortest form of the order takes: `  (10th of 12)`.
const ORDER: usize = 14;

/// Writes why the change is made, where its fields do not say it, and what the action means.
fn why(change: &Change, page: &mut Page) {
    if let Some(reason) = causes::reason(change) {
        let label = format!("{} ", arrow_back(page.style.symbols));
        page.prose(6, &label, &reason, Ink::Faint);
    }
    meaning(change, page);
}

/// Writes what is sent to a build: how many files, how long, and the first of them.
fn sends(change: &Change, page: &mut Page) {
    let Some(sent) = &change.sends else { return };
    match page.style.detail {
        Detail::Summary => {}
        Detail::Changes | Detail::Full => page.prose(6, "sends ", &words::sent(sent), Ink::Plain),
    }
}

fn meaning(change: &Change, page: &mut Page) {
    if let Some(meaning) = words::meaning(change.action) {
        page.prose(6, "", meaning, words::ink(change));
    }
}
