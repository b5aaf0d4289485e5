//! The end of the page: what stays, what is as it should be, what was ignored, and by what the plan is approved.

use model::Severity;

use super::page::Page;
use crate::document::{Approval, Ignored, Plan};
use crate::findings::tally;
use crate::value::Length;
use crate::words::counted;
use crate::{causes, ignored};

/// Writes what stays although the stack lets go of it.
pub(super) fn kept(plan: &Plan, page: &mut Page) {
    if plan.kept().next().is_none() {
        return;
    }
    page.raw("<section>\n<h2>Stays</h2>\n<table><tbody>\n");
    for change in plan.kept() {
        page.raw("<tr class=\"item\"><td><span class=\"sign left\">=</span></td><td>")
            .code(&change.id.to_string());
        page.raw("</td><td class=\"faint\">")
            .text(&causes::reason(change).unwrap_or_default())
            .raw("</td></tr>\n");
    }
    page.raw("</tbody></table>\n</section>\n");
}

/// Writes what is as it should be, folded.
pub(super) fn unchanged(plan: &Plan, page: &mut Page) {
    let number = plan.unchanged().count();
    if number == 0 {
        return;
    }
    page.raw("<section>\n<h2>Unchanged</h2>\n<details><summary>");
    page.text(&counted(number, "resource", "resources")).raw("</summary>\n<ul class=\"names\">\n");
    for change in plan.unchanged() {
        page.raw("<li class=\"item\">").code(&change.id.to_string()).raw("</li>\n");
    }
    page.raw("</ul>\n</details>\n</section>\n");
}

/// Writes what the checks found in the spec, each with its sum and what to do.
pub(super) fn checks(plan: &Plan, page: &mut Page) {
    if plan.findings.is_empty() {
        return;
    }
    page.raw("<section>\n<h2>Checks <small>").text(&tally(&plan.findings)).raw("</small></h2>\n");
    for finding in &plan.findings {
        page.raw("<article class=\"item card\">\n<h3><span class=\"sign ").raw(match finding.severity {
            Severity::Error => "lost",
            Severity::Warning => "changed",
            Severity::Info => "left",
        });
        page.raw("\">!</span> ")
            .code(&finding.check)
            .raw(" <span class=\"verb\">")
            .text(finding.severity.word());
        page.raw("</span>");
        if let Some(place) = &finding.place {
            page.raw("<small>").text(&causes::line(place)).raw("</small>");
        }
        page.raw("</h3>\n<p>").text(&finding.message).raw("</p>\n");
        for line in &finding.sum {
            page.raw("<p class=\"faint\">").text(line).raw("</p>\n");
        }
        if let Some(fix) = &finding.fix {
            page.raw("<p class=\"faint\">fix: ").text(fix).raw("</p>\n");
        }
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}

/// Writes what was left alone on live objects.
pub(super) fn ignored(found: &Ignored, page: &mut Page) {
    let Some(summary) = ignored::summary(found) else { return };
    page.raw("<section>\n<h2>Ignored</h2>\n");
    let Some(listed) = &found.listed else {
        page.raw("<p class=\"faint\">").text(&summary);
        page.raw("; <code>plan --show-ignored</code> lists them</p>\n</section>\n");
        return;
    };
    page.raw("<details><summary>")
        .text(&summary)
        .raw(", no difference</summary>\n<table class=\"fields\"><tbody>\n");
    for (id, fields) in listed {
        for field in fields {
            page.raw("<tr class=\"item\"><td>")
                .text(&id.to_string())
                .raw("<br>")
                .text(&field.path)
                .raw("</td><td>");
            page.text(&ignored::shown(&field.path, &field.value, Length::Short)).raw("</td><td>");
            page.raw(ignored::rule(field.rule)).raw(": ").text(&field.reason).raw("</td></tr>\n");
        }
    }
    page.raw("</tbody></table>\n</details>\n</section>\n");
}

/// Writes by what the plan is approved. What is blocked cannot be.
pub(super) fn footer(plan: &Plan, page: &mut Page) {
    page.raw("<footer>\n<p>Plan ").code(&plan.fingerprint);
    match plan.approval() {
        Approval::Blocked => {
            page.raw(" cannot be applied.");
        }
        Approval::Nothing => {}
        Approval::Arguments(arguments) => {
            page.raw("</p>\n<p><code>gemmactl ").text(&arguments).raw("</code> does only this.");
        }
    }
    page.raw("</p>\n<p>gemmactl ").raw(env!("CARGO_PKG_VERSION")).raw("</p>\n</footer>\n");
}
