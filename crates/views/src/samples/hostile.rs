//! Plans whose values try to be something else than values.

use model::{Action, Cause, Exposure, Finding, Goal, Plan, Reason, Refusal, Severity, Touched};
use serde_json::json;

use super::{at, field, id, invoker, on_condition, plan, service, shown};
use crate::document;
use crate::document::operator_policy::{Breach, Judgement, Level};
use crate::document::preflight::Preflight;
use crate::finding::check::{Check, CheckId, Level as CheckLevel};

/// Values that try to be something else.
pub(crate) fn hostile() -> Plan {
    let evil = "x\u{1b}[2J\r\n::add-mask::secret\n```\n</details><!-- @octocat | `code`";
    let cause = Cause::Drifted(Some(Touched {
        by: Some("eve\u{202e}nimda@acme.example".to_owned()),
        at: Some("2026-11-03\u{9b}31m".to_owned()),
    }));
    let update = service(
        Reason::Drifted(Some(Touched { by: Some("eve\n::error::x".to_owned()), at: None })),
        vec![
            field(
                "env.EVIL\n::warning::",
                Some(json!(evil)),
                Some(json!("4 → 8  spec edited")),
                cause.clone(),
                at(9),
            ),
            field(
                "labels.x",
                Some(json!("(decided after image/x)")),
                Some(json!("a\u{200b}b")),
                cause,
                at(9),
            ),
        ],
    );
    let mut changes = vec![update];
    changes.push(invoker("allUsers", Action::Create, Reason::NotFound, 70));
    let mut conditional = invoker("user:eve\u{200b}@acme.example", Action::Create, Reason::NotFound, 71);
    on_condition(&mut conditional, &json!({ "title": evil, "expression": "`x` | <b>" }));
    changes.push(conditional);
    let mut plan = plan(Goal::Present, changes);
    for (member, what) in [("allUsers", evil), ("", "who gets in could not be read: <!-- ::error::")] {
        plan.exposures.push(Exposure {
            id: id("service/x\u{1b}]0;title\u{7}"),
            place: at(55),
            member: member.to_owned(),
            on: "service x".to_owned(),
            what: what.to_owned(),
        });
    }
    plan.refusals.push(Refusal {
        id: id("service/x\u{1b}]0;title\u{7}"),
        place: None,
        problem: format!("the API said: {evil}"),
        ways_out: vec![evil.to_owned()],
    });
    plan
}

/// The same in what checks find and in what an operator's policy says.
pub(crate) fn hostile_shown() -> document::Plan {
    let evil = "x\u{1b}[2J\n::add-mask::secret `</details>` <!-- @octocat | $x";
    let finding = Finding {
        check: "context-unset\n".to_owned(),
        severity: Severity::Warning,
        message: evil.to_owned(),
        sum: vec![evil.to_owned()],
        fix: Some(evil.to_owned()),
        place: at(12),
    };
    let breach = |level| Breach {
        rule: "rule\u{202e}".to_owned(),
        level,
        subject: evil.to_owned(),
        problem: evil.to_owned(),
        message: evil.to_owned(),
        place: at(65),
    };
    let policy = Judgement { rules: 2, breaches: vec![breach(Level::Deny), breach(Level::Warn)] };
    let check =
        Check::new(CheckId::Quota, CheckLevel::Failed, evil).say(evil).open(evil).run(&["gcloud", evil]);
    let preflight = Some(Preflight::of(vec![check]));
    document::Plan { findings: vec![finding], policy: Some(policy), preflight, ..shown(&hostile()) }
}
