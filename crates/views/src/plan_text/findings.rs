//! What the checks found in the spec: each warning with its sum and what to do, notes in one line.

use model::{Finding, Severity};

use super::super::causes;
use super::super::findings::tally;
use super::super::line::{Ink, Line, Page, spelled};
use super::blocks::title;
use super::values::{arrow_back, with_cause};
use crate::Detail;
use crate::document::Plan;

/// Writes what was found.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    if plan.findings.is_empty() {
        return;
    }
    title(page, "CHECKS", &tally(&plan.findings), Ink::Changed);
    match page.style.detail {
        Detail::Summary => {}
        Detail::Changes | Detail::Full => plan.findings.iter().for_each(|finding| one(finding, page)),
    }
}

/// The same in one line, for a plan without changes.
pub(super) fn counted(plan: &Plan, page: &mut Page) {
    if !plan.findings.is_empty() {
        match page.style.detail {
            Detail::Full => page.gap(),
            Detail::Summary | Detail::Changes => {}
        }
        let text = format!("Checks: {}; gemmactl validate shows them.", tally(&plan.findings));
        page.sentence(&text, Ink::Changed);
    }
}

fn one(finding: &Finding, page: &mut Page) {
    let ink = match finding.severity {
        Severity::Error => Ink::Danger,
        Severity::Warning => Ink::Changed,
        Severity::Info => Ink::Faint,
    };
    let line = Line::indented(4).with(finding.severity.word(), ink).with(" ", Ink::Plain);
    let line = line.with(&finding.check, Ink::Strong);
    let place =
        finding.place.as_ref().map(|place| causes::place(place, page.style.symbols)).unwrap_or_default();
    let column = line.width();
    let arrow = arrow_back(page.style.symbols);
    with_cause(page, line, column, &place, arrow);
    page.prose(6, "", &finding.message, Ink::Plain);
    let is_long = page.style.detail == Detail::Full || finding.severity != Severity::Info;
    if is_long {
        for line in &finding.sum {
            page.line(&Line::indented(8).with(&spelled(line, page.style.symbols), Ink::Faint));
        }
        if let Some(fix) = &finding.fix {
            page.prose(6, "fix  ", &spelled(fix, page.style.symbols), Ink::Plain);
        }
    }
}
