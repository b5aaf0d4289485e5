//! Access on the terminal: what is opened to everybody as a headline, then every grant that comes or goes.

use std::collections::BTreeMap;

use crate::document::{Access, Change, Plan, Public, Way};
use unicode_width::UnicodeWidthStr;

use super::super::Symbols;
use super::super::escape::escape;
use super::super::line::{Ink, Line, Page};
use super::super::{causes, words};
use super::blocks::title;
use super::values::{arrow_back, with_cause};

/// Writes the headline for everything that is open to everybody, or will be.
pub(super) fn public(plan: &Plan, page: &mut Page) {
    let mut found = plan.public_access();
    found.extend(plan.exposed());
    headlines("PUBLIC ACCESS  ", &found, Ink::Danger, page);
    headlines("NOT READ  ", &plan.unread_access(), Ink::Changed, page);
}

fn headlines(label: &'static str, found: &[Public<'_>], ink: Ink, page: &mut Page) {
    if !found.is_empty() {
        page.gap();
    }
    for public in found {
        let place = public.place.map(|place| causes::place(place, page.style.symbols));
        let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
        page.prose(2, label, &format!("{}{place}", public.what), ink);
    }
}

/// Writes every grant, by the policy it is in.
pub(super) fn table(plan: &Plan, page: &mut Page) {
    for (policy, rows) in by_policy(plan) {
        title(page, "ACCESS", &format!("on {policy}"), Ink::Strong);
        let roles = column(rows.iter().map(|(_, access)| access.grant.role.as_str()));
        let members = column(rows.iter().map(|(_, access)| access.grant.member.as_str()));
        for row in rows {
            write(row, roles, members, page);
        }
        if let Some(others) = plan.others.iter().find(|others| others.on == policy) {
            page.line(&Line::indented(4).with(&format!("= {}", words::others(others.grants)), Ink::Faint));
        }
    }
}

/// Grants by the policy they are in, policies in the order in which they are first met.
type Row<'plan> = (&'plan Change, &'plan Access);

fn by_policy(plan: &Plan) -> Vec<(&str, Vec<Row<'_>>)> {
    let mut groups: Vec<(&str, Vec<Row<'_>>)> = vec![];
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for row in plan.access() {
        let on = row.1.on.as_str();
        let place = *places.entry(on).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((on, vec![row])),
        }
    }
    groups
}

/// The widest text, unless it is so wide that aligning would push everything else out.
fn column<'text>(texts: impl Iterator<Item = &'text str>) -> usize {
    texts.map(UnicodeWidthStr::width).filter(|width| *width <= 40).max().unwrap_or(0)
}

fn write(row: Row<'_>, roles: usize, members: usize, page: &mut Page) {
    let (change, access) = row;
    let style = page.style;
    let (sign, ink) = match (access.way, style.symbols) {
        (Way::Given, _) => ("+", Ink::Added),
        (Way::Taken, Symbols::Unicode) => ("−", Ink::Removed),
        (Way::Taken, Symbols::Ascii) => ("-", Ink::Removed),
    };
    let Access { grant, .. } = access;
    let condition = grant.condition.as_ref().map(|condition| {
        let title = condition.get("title").and_then(model::Json::as_str).unwrap_or("without title");
        format!("if \"{}\"", escape(title))
    });
    let cause = match &access.broad {
        Some(_) => format!("{} broad role", causes::access(change, style.symbols)).trim_start().to_owned(),
        None => causes::access(change, style.symbols),
    };
    let arrow = arrow_back(style.symbols);
    let line = Line::indented(4).with(sign, ink).with(" ", ink).with(&grant.role, Ink::Plain);
    let line = line.pad_to(6 + roles).with("  ", Ink::Plain).with(&grant.member, Ink::Plain);
    // Names and titles may be long: then what does not fit stands below.
    let is_wide = line.width() > style.width;
    let fits = |condition: &String| !is_wide && line.width() + 1 + condition.width() <= style.width;
    let (beside, below) = match condition {
        Some(condition) if fits(&condition) => (Some(condition), None),
        condition => (None, condition),
    };
    if !is_wide && below.is_none() {
        let line = match beside {
            Some(condition) => line.with(&format!(" {condition}"), Ink::Changed),
            None => line,
        };
        return with_cause(page, line, 8 + roles + members, &cause, arrow);
    }
    if is_wide {
        page.prose(4, &format!("{sign} "), &grant.role, ink);
        page.prose(8, "", &grant.member, Ink::Plain);
    } else {
        page.line(&line);
    }
    if let Some(condition) = below {
        page.prose(8, "", &condition, Ink::Changed);
    }
    if !cause.is_empty() {
        page.prose(8, &format!("{arrow} "), &cause, Ink::Faint);
    }
}
