//! The blocks around the changes: what is refused, what is unknown, what is lost, what stays.

use crate::document::{Change, Plan};
use model::{Action, Goal};
use unicode_width::UnicodeWidthStr;

use super::super::causes;
use super::super::line::{Ink, Line, Page};
use super::super::words::{self, counted};
use super::change;
use super::order::Order;
use super::values::{arrow_back, with_cause};

pub(super) fn title(page: &mut Page, name: &str, text: &str, ink: Ink) {
    page.gap();
    page.heading(name, text, ink);
}

/// Writes what the plan refuses, with the ways out.
pub(super) fn refused(plan: &Plan, page: &mut Page) {
    if plan.refusals.is_empty() {
        return;
    }
    title(page, "REFUSED", "apply does nothing while this stands", Ink::Danger);
    for refusal in &plan.refusals {
        item(page, &refusal.id.to_string(), refusal.place.as_ref(), Ink::Danger);
        page.prose(6, "problem  ", &refusal.problem, Ink::Plain);
        for way in &refusal.ways_out {
            page.prose(6, "way out  ", way, Ink::Plain);
        }
    }
}

/// Writes what could not be read.
pub(super) fn unknown(plan: &Plan, page: &mut Page) {
    if plan.unknowns.is_empty() {
        return;
    }
    title(page, "UNKNOWN", "could not be read, so it is not taken for absent", Ink::Danger);
    for unknown in &plan.unknowns {
        item(page, &unknown.id.to_string(), unknown.place.as_ref(), Ink::Danger);
        page.prose(6, "problem  ", &unknown.problem, Ink::Plain);
        if let Some(help) = &unknown.help {
            page.prose(6, "way out  ", help, Ink::Plain);
        }
    }
}

pub(super) fn item(page: &mut Page, id: &str, place: Option<&model::Place>, ink: Ink) {
    let line = Line::indented(4).with("! ", ink).with(id, Ink::Strong);
    let place = place.map(|place| causes::place(place, page.style.symbols)).unwrap_or_default();
    let column = line.width();
    let arrow = arrow_back(page.style.symbols);
    with_cause(page, line, column, &place, arrow);
}

/// Writes what this stack loses, in running order: deleted, given back, or deleted and made again.
pub(super) fn destructive(plan: &Plan, order: &Order<'_>, page: &mut Page) {
    if plan.destructive().next().is_none() {
        return;
    }
    let lost = |one, many| counted(plan.deletions().count(), one, many);
    match (plan.goal, plan.deletions().next()) {
        (_, None) => title(page, "DETACH", "nothing is deleted", Ink::Removed),
        (Goal::Present, Some(_)) => {
            let text = format!("{} deleted in the cloud", lost("thing is", "things are"));
            title(page, "DESTRUCTIVE", &text, Ink::Danger);
        }
        (Goal::Absent, Some(_)) => {
            let text = format!("{} that this stack made", lost("thing", "things"));
            title(page, "DELETE", &text, Ink::Danger);
        }
    }
    for change in plan.destructive() {
        match change.action {
            Action::Replace => change::replaced(change, order, page),
            Action::NoOp
            | Action::Create
            | Action::Adopt
            | Action::Update
            | Action::Repair
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => change::removal(change, order, page),
        }
    }
}

/// Writes what stays although the stack lets go of it, and why.
pub(super) fn kept(plan: &Plan, page: &mut Page) {
    let kept: Vec<&Change> = plan.kept().collect();
    if kept.is_empty() {
        return;
    }
    title(page, "KEEP", "these stay as they are", Ink::Strong);
    listed(&kept, page);
}

/// Writes what only the record still speaks of.
pub(super) fn forgotten(plan: &Plan, page: &mut Page) {
    let forgotten: Vec<&Change> =
        plan.changes.iter().filter(|change| change.action == Action::Forget).collect();
    if forgotten.is_empty() {
        return;
    }
    title(page, "FORGET", "only the record still speaks of these; nothing is deleted", Ink::Strong);
    listed(&forgotten, page);
}

fn listed(changes: &[&Change], page: &mut Page) {
    let widths = changes.iter().map(|change| 6 + change.id.to_string().width());
    let column = widths.filter(|width| *width <= 56).max().unwrap_or(0);
    for change in changes {
        let sign = words::symbol(change, page.style.symbols);
        let line = Line::indented(4).with(sign, Ink::Faint).with(" ", Ink::Faint);
        let line = line.with(&change.id.to_string(), Ink::Plain);
        let reason = causes::reason(change).unwrap_or_default();
        with_cause(page, line, column, &reason, arrow_back(page.style.symbols));
    }
}

/// Writes what is as it should be.
pub(super) fn unchanged(plan: &Plan, page: &mut Page) {
    let same: Vec<&Change> = plan.unchanged().collect();
    if same.is_empty() {
        return;
    }
    title(page, "UNCHANGED", &counted(same.len(), "resource", "resources"), Ink::Strong);
    for change in same {
        page.line(&Line::indented(4).with("= ", Ink::Faint).with(&change.id.to_string(), Ink::Plain));
    }
}
