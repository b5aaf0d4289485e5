//! Whatever a spec or a cloud says, no view obeys it: arbitrary texts in every place of a plan that takes a text.

use model::{
    Action, Cause, Danger, Exposure, Finding, Goal, Hazard, IgnoreRule, Ignored, IgnoredField, Json, Others,
    Place, Plan, Reason, Refusal, Severity, Touched, Unknown,
};
use proptest::prelude::*;

use crate::document;
use crate::document::operator_policy::{Breach, Judgement, Level};

use super::plan_markdown::{Form, Options};
use super::{Colour, Detail, Style, Symbols, plan_json, plan_markdown, plan_text, samples};

/// What hurts.
pub(super) const PARTS: [&str; 36] = [
    "`",
    "```",
    "~~~",
    "\n",
    "\r\n",
    "\u{1b}[31m",
    "\u{9b}2J",
    "::error::",
    "##[group]",
    "##vso[",
    "@octocat",
    "<b>",
    "</details>",
    "<!--",
    "-->",
    "|",
    "\\",
    "[x](http://x)",
    "https://x.example",
    "\u{202e}",
    "\u{200b}",
    "\u{1}ref:image/x#digest\u{2}",
    "(not set)",
    "→",
    "日本語",
    "*",
    "_",
    "#1",
    " ",
    "\"",
    "GH-1",
    ":tada:",
    "\\|",
    "sha256:",
    "a",
    "0",
];

/// Texts that are made of what hurts, in any order.
pub(super) fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![proptest::sample::select(PARTS.to_vec()).prop_map(str::to_owned), any::<String>()];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

/// Everything that is shown of a plan, with such texts wherever it takes one.
pub(super) fn shown(texts: &[String]) -> document::Plan {
    let text = |at: usize| texts[at % texts.len()].clone();
    let finding = |severity, at: usize| Finding {
        check: text(at),
        severity,
        message: text(at + 1),
        sum: vec![text(at + 2), text(at + 3)],
        fix: Some(text(at + 4)),
        place: Some(Place { file: text(at + 5).into(), line: 3, column: 1 }),
    };
    let breach = |level, at: usize| Breach {
        rule: text(at),
        level,
        subject: text(at + 1),
        problem: text(at + 2),
        message: text(at + 3),
        place: samples::at(4),
    };
    let breaches = vec![breach(Level::Deny, 0), breach(Level::Warn, 4)];
    let findings = vec![finding(Severity::Warning, 0), finding(Severity::Info, 1)];
    let shown = document::Plan::of(&plan(texts), ignored(texts));
    document::Plan { findings, policy: Some(Judgement { rules: 2, breaches }), ..shown }
}

/// A plan with such texts wherever it takes one.
fn plan(texts: &[String]) -> Plan {
    let text = |at: usize| texts[at % texts.len()].clone();
    let name = |at: usize| format!("x{}", text(at));
    let value = |at: usize| Some(Json::from(text(at)));
    let touched = Touched { by: Some(text(0)), at: Some(text(1)) };
    let service = samples::service(
        Reason::Drifted(Some(touched.clone())),
        vec![
            samples::field(
                &format!("env.{}", text(2)),
                value(3),
                value(4),
                Cause::Drifted(Some(touched)),
                samples::at(1),
            ),
            samples::field("args", Some(Json::from(vec![text(5)])), value(6), Cause::SpecEdited, None),
            samples::field(&format!("context.{}", text(7)), value(8), None, Cause::InputChanged, None),
        ],
    );
    let mut created = samples::change(&format!("image/{}", name(3)), Action::Create, Reason::NotFound, 3);
    created.fields =
        vec![samples::field(&format!("labels.{}", text(1)), None, value(2), Cause::New, samples::at(4))];
    created.full_name = format!("projects/p/locations/{}/x", text(4));
    let gone = samples::change(&format!("service/{}", name(4)), Action::Delete, Reason::RemovedFromSpec, 3);
    let mut invoker = samples::invoker(&name(5), Action::Create, Reason::NotFound, 3);
    samples::on_condition(&mut invoker, &serde_json::json!({ "title": text(6), "expression": text(7) }));
    let broad = (invoker.id.clone(), Hazard { danger: Danger::BasicRole, what: text(2) });
    let sick = Reason::Unhealthy { message: text(6) };
    let sick = samples::change("service/sick", Action::Repair, sick, 3);
    let shared = Reason::SharedSwitch { holders: vec![text(7)] };
    let shared = samples::change("api/x", Action::Keep, shared, 3);
    let mut plan = samples::plan(Goal::Present, vec![service, created, gone, invoker, sick, shared]);
    let id = samples::id(&format!("account/{}", name(0)));
    let ways_out = vec![text(2)];
    plan.hazards.push(broad);
    plan.others.push(Others { on: text(5), grants: 3 });
    for member in [text(3), String::new()] {
        let (place, on, what) = (samples::at(2), text(4), text(5));
        plan.exposures.push(Exposure { id: id.clone(), place, member, on, what });
    }
    plan.refusals.push(Refusal { id: id.clone(), place: None, problem: text(1), ways_out });
    plan.unknowns.push(Unknown { id, place: samples::at(1), problem: text(3), help: Some(text(4)) });
    plan
}

/// What live objects hold that the plan leaves alone.
fn ignored(texts: &[String]) -> Ignored {
    let text = |at: usize| texts[at % texts.len()].clone();
    let field = |path: String, value: Json| IgnoredField {
        path,
        value,
        rule: IgnoreRule::Foreign,
        reason: "left as it is",
    };
    let fields = vec![
        field(format!("labels.{}", text(0)), text(1).into()),
        field(text(2), Json::from(vec![text(3), text(4)])),
    ];
    let id = samples::id(&format!("service/x{}", text(5)));
    Ignored { server_managed: 0, unmanaged: 2, listed: Some(vec![(id, fields)]) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_gets_out_of_its_place_on_a_terminal(texts in proptest::collection::vec(text(), 8)) {
        let plan = shown(&texts);
        for detail in [Detail::Summary, Detail::Changes, Detail::Full] {
            let style = Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail };
            let shown = plan_text::render(&plan, None, &style);
            prop_assert!(!shown.chars().any(|c| c != '\n' && c.is_control()), "{}", shown);
            for line in shown.lines() {
                prop_assert!(!line.trim_start().starts_with("::"), "{}", line);
                prop_assert!(!line.contains("##[") && !line.contains("##vso["), "{}", line);
            }
        }
    }

    #[test]
    fn json_is_the_same_data_whatever_the_texts(texts in proptest::collection::vec(text(), 8)) {
        let plan = shown(&texts);
        let text = plan_json::render(&plan);
        prop_assert!(!text.trim_end_matches('\n').chars().any(char::is_control));
        let read = serde_json::from_str::<document::PlanFile>(&text).unwrap();
        let again = document::Plan::try_from(read.clone()).unwrap();
        prop_assert_eq!(&document::PlanFile::from(&again), &read);
        let style = Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail: Detail::Full };
        prop_assert_eq!(plan_text::render(&again, None, &style), plan_text::render(&plan, None, &style));
        prop_assert_eq!(plan_markdown::render(&again, &Options::of(Form::Comment)), plan_markdown::render(&plan, &Options::of(Form::Comment)));
    }
}
