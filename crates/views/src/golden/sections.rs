//! The order of what is shown: verdict, access, destructive, changes, what is different from an earlier plan, warnings, ignored,
//! footer. The same on every surface that people read, in any budget, and where nothing changes.

use model::{Exposure, Goal};

use crate::document::Plan;
use crate::document::operator_policy::{Breach, Judgement, Level};
use crate::plan_markdown::{Form, LEAST_BYTES, Options};
use crate::samples::{self, at, id};
use crate::{Detail, Style, plan_html, plan_markdown, plan_text};

/// A plan that has something to say in every section.
fn full() -> Plan {
    let mut plan = samples::deleted();
    exposed(&mut plan);
    samples::with_preflight(told(samples::shown_with(&plan, samples::ignored())))
}

/// One that does nothing, and has something to say all the same.
fn idle() -> Plan {
    let mut plan = samples::plan(Goal::Present, samples::unchanged(&["service/ollama-gemma"]));
    exposed(&mut plan);
    told(samples::shown_with(&plan, samples::ignored()))
}

fn exposed(plan: &mut model::Plan) {
    plan.exposures.push(Exposure {
        id: id("service/ollama-gemma"),
        place: at(55),
        member: "allUsers".to_owned(),
        on: "service ollama-gemma".to_owned(),
        what: "anyone may call it".to_owned(),
    });
}

fn told(plan: Plan) -> Plan {
    let breach = Breach {
        rule: "owner".to_owned(),
        level: Level::Warn,
        subject: "service/ollama-gemma".to_owned(),
        problem: "has no label".to_owned(),
        message: "bills are split".to_owned(),
        place: at(65),
    };
    samples::with_findings(plan).judged(Some(Judgement { rules: 1, breaches: vec![breach] }))
}

#[track_caller]
fn stand_in_order(shown: &str, words: &[&str]) {
    let mut from = 0;
    for word in words {
        let at = shown[from..].find(word);
        from += at.unwrap_or_else(|| panic!("`{word}` does not stand where it should:\n{shown}"));
    }
}

#[test]
fn sections_stand_in_the_same_order_on_every_surface() {
    let plan = full();
    let differences = plan.since(&Plan { fingerprint: "f".repeat(64), changes: vec![], ..plan.clone() });
    let since = Some(differences.as_slice());
    for detail in [Detail::Summary, Detail::Changes, Detail::Full] {
        let text = plan_text::render(&plan, since, &Style { detail, ..samples::style() });
        stand_in_order(
            &text,
            &[
                "gemmactl plan",
                "POLICY",
                "PUBLIC ACCESS",
                "ACCESS ",
                "DESTRUCTIVE",
                "service/gemma",
                "SINCE",
                "CHECKS",
                "PREFLIGHT",
                "IGNORED",
                "Plan: ",
                "--expect",
            ],
        );
    }
    for form in [Form::Comment, Form::Summary] {
        let markdown = plan_markdown::render(&plan, &Options { since, ..Options::of(form) });
        stand_in_order(
            &markdown,
            &[
                "### gemmactl plan",
                "**Public access, live**",
                "**Policy**",
                "#### Access",
                "#### Destructive",
                "#### Changes",
                "Since the earlier plan",
                "**Checks**",
                "**Preflight**: 2 failed",
                "ignored",
                "--expect",
            ],
        );
    }
    let page = plan_html::render(&plan, since);
    stand_in_order(
        &page,
        &[
            "gemmactl plan</small>",
            "<h2>Policy",
            "<h2>Access",
            "<h2>Destructive",
            "<h2>Changes",
            "<h2>Since",
            "<h2>Checks",
            "<h2>Preflight",
            "<h2>Ignored",
            "--expect",
        ],
    );
}

#[test]
fn the_shortest_body_keeps_the_order_too() {
    let mut plan = full();
    let deleted = plan.deletions().next().unwrap().clone();
    plan.changes.extend((0..200).map(|number| {
        let id = id(&format!("service/n{number}"));
        crate::document::Change { id, ..deleted.clone() }
    }));
    let differences = plan.since(&Plan { fingerprint: "f".repeat(64), changes: vec![], ..plan.clone() });
    let options = Options { since: Some(&differences), max_bytes: LEAST_BYTES, ..Options::of(Form::Comment) };
    stand_in_order(
        &plan_markdown::render(&plan, &options),
        &[
            "### gemmactl plan",
            "**Not the whole plan**",
            "**Public access, live**",
            "**Policy**",
            "#### Access",
            "#### Destructive",
            "more deletions",
            "Since the earlier plan",
            "**Checks**",
            "**Preflight**: 2 failed",
            "ignored",
            "--expect",
        ],
    );
}

#[test]
fn a_plan_that_does_nothing_says_the_rest_in_the_same_order() {
    let plan = idle();
    let since = Some(&[][..]);
    let text = plan_text::render(&plan, since, &Style { detail: Detail::Full, ..samples::style() });
    stand_in_order(
        &text,
        &[
            "No changes.",
            "POLICY",
            "PUBLIC ACCESS",
            "UNCHANGED",
            "SINCE",
            "nothing; both do the same",
            "Checks: ",
            "IGNORED",
        ],
    );
    let markdown = plan_markdown::render(&plan, &Options { since, ..Options::of(Form::Comment) });
    stand_in_order(
        &markdown,
        &[
            "no changes",
            "**Public access, live**",
            "**Policy**",
            "Since the earlier plan",
            "**Checks**",
            "ignored",
            "Plan `",
        ],
    );
    let page = plan_html::render(&plan, since);
    stand_in_order(
        &page,
        &[
            "no changes",
            "<h2>Policy",
            "<h2>Access",
            "<h2>Unchanged",
            "<h2>Since",
            "<h2>Checks",
            "<h2>Ignored",
        ],
    );
}
