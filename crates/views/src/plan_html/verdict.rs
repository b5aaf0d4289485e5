//! The top of the page: what for, where, how much, what stands in the way, and the search.

use model::{Goal, Place};

use super::page::Page;
use super::preflight;
use crate::document::Plan;
use crate::document::operator_policy::{Breach, Judgement, Level};
use crate::operator_policy::summary;
use crate::{causes, words};

/// Writes the top.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    page.raw("<header>\n<h1>").text(plan.stack.as_str());
    if let Some(environment) = &plan.environment {
        page.raw(" <small>").text(environment.as_str()).raw("</small>");
    }
    page.raw(match plan.goal {
        Goal::Present => " <small>gemmactl plan</small></h1>\n",
        Goal::Absent => " <small>gemmactl destroy</small></h1>\n",
    });
    tally(plan, page);
    page.raw("<dl class=\"facts\">\n");
    let mut facts = vec![("project", plan.project.to_string())];
    let regions = plan.regions();
    if !regions.is_empty() {
        facts.push((if regions.len() == 1 { "region" } else { "regions" }, regions.join(", ")));
    }
    facts.push(("plan", plan.fingerprint_shown().to_owned()));
    for (name, value) in facts {
        page.raw("<div><dt>").raw(name).raw("</dt><dd>").code(&value).raw("</dd></div>\n");
    }
    page.raw("</dl>\n</header>\n");
    page.raw(concat!(
        "<div id=\"find\" hidden><input id=\"search\" type=\"search\" placeholder=\"Find a resource, a field, a person\" ",
        "aria-label=\"Find\"><output id=\"found\"></output></div>\n",
    ));
    preflight::verdict(plan, page);
    in_the_way(plan, page);
    policy(plan, page);
}

fn tally(plan: &Plan, page: &mut Page) {
    page.raw("<ul class=\"tally\">\n");
    if plan.is_empty() && !plan.is_blocked() {
        page.raw("<li class=\"made\">").raw(match plan.goal {
            Goal::Present => "no changes",
            Goal::Absent => "nothing to destroy",
        });
        page.raw("</li>\n");
    }
    for (word, number) in words::in_all(plan) {
        page.raw("<li class=\"").raw(class(word)).raw("\">").number(number).raw(" ").raw(word).raw("</li>\n");
    }
    page.raw("</ul>\n");
}

/// The class of a verb, for its colour.
pub(super) fn class(verb: &str) -> &'static str {
    match verb {
        "create" | "adopt" => "made",
        "update" | "rebuild" | "repair" | "warn" => "changed",
        "replace" | "delete" | "detach" | "denied" | "deny" | "over budget" | "refused" | "unknown" => "lost",
        _kept => "left",
    }
}

fn in_the_way(plan: &Plan, page: &mut Page) {
    if !plan.is_blocked() {
        return;
    }
    page.raw("<section>\n<h2>Nothing is applied while this stands</h2>\n");
    for breach in plan.policy.iter().flat_map(Judgement::denied) {
        item(breach.level.word(), &about(breach), breach.place.as_ref(), &said(breach), &[], page);
    }
    if let Some(over) = plan.cost.as_ref().and_then(crate::cost::over_budget) {
        item("over budget", "budget", None, &over, &[], page);
    }
    for refusal in &plan.refusals {
        let ways: Vec<&str> = refusal.ways_out.iter().map(String::as_str).collect();
        item("refused", &refusal.id.to_string(), refusal.place.as_ref(), &refusal.problem, &ways, page);
    }
    for unknown in &plan.unknowns {
        let ways: Vec<&str> = unknown.help.as_deref().into_iter().collect();
        item("unknown", &unknown.id.to_string(), unknown.place.as_ref(), &unknown.problem, &ways, page);
    }
    page.raw("</section>\n");
}

/// How the spec stands against the operator's policy, and what that warns of; nothing where none was given.
fn policy(plan: &Plan, page: &mut Page) {
    let Some(judgement) = &plan.policy else { return };
    page.raw("<section>\n<h2>Policy <small>").text(&summary(judgement)).raw("</small></h2>\n");
    for breach in judgement.of(Level::Warn) {
        item(breach.level.word(), &about(breach), breach.place.as_ref(), &said(breach), &[], page);
    }
    page.raw("</section>\n");
}

fn about(breach: &Breach) -> String {
    format!("{}: {}", breach.rule, breach.subject)
}

fn said(breach: &Breach) -> String {
    format!("{}; {}", breach.problem, breach.message)
}

fn item(word: &'static str, id: &str, place: Option<&Place>, problem: &str, ways: &[&str], page: &mut Page) {
    page.raw("<article class=\"item card\">\n<h3><span class=\"sign ")
        .raw(class(word))
        .raw("\">!</span> ")
        .code(id);
    page.raw(" <span class=\"verb\">").raw(word).raw("</span>");
    if let Some(place) = place {
        page.raw("<small>").text(&causes::line(place)).raw("</small>");
    }
    page.raw("</h3>\n<p>").text(problem).raw("</p>\n");
    for way in ways {
        page.raw("<p class=\"faint\">way out: ").text(way).raw("</p>\n");
    }
    page.raw("</article>\n");
}
