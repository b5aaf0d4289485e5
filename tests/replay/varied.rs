//! No variation of an answer that means nothing shows as a difference, and an update writes back what it does not manage.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::imagined;
use crate::judge;
use crate::kinds::cases;
use crate::recording::runs;
use crate::say::spec_of;
use crate::thing::{Sort, Thing};
use crate::vary::{Variation, as_numbers, variation};

/// How many variations each recorded answer gets.
const VARIATIONS: u64 = 6;

/// The answer as it is and in each variation, as if it were somebody else's and as if it were ours.
#[track_caller]
fn assert_quiet(thing: &Thing, asked: &Value, answer: &Value, variations: &[Variation]) {
    let said = spec_of(thing, asked).unwrap();
    let varied = variations.iter().map(|variation| variation.of(answer));
    for found in [answer.clone(), as_numbers(answer)].into_iter().chain(varied) {
        for found in [judge::stamped(thing.sort, &found), found] {
            let lines = judge::differences(thing, &said, &found);
            let document = Value::Object(said.document.clone());
            assert!(
                lines.is_empty(),
                "{}\nanswer {found:#}\nspec {document:#}\nasked {asked:#}",
                lines.join("\n")
            );
        }
    }
}

proptest! {
    #![proptest_config(conformance::config(48))]

    #[test]
    fn an_imagined_service_shows_no_difference(asked in imagined::service(), variations in vec(variation(), 3)) {
        assert_quiet(&imagined::service_thing(), &asked, &imagined::answered(&asked), &variations);
    }

    #[test]
    fn an_imagined_repository_shows_no_difference(asked in imagined::repository(), variations in vec(variation(), 3)) {
        assert_quiet(&imagined::repository_thing(), &asked, &imagined::answered_repository(&asked), &variations);
    }

    #[test]
    fn a_gpu_service_shows_no_difference(variations in vec(variation(), 3)) {
        let asked = imagined::gpu_service();
        assert_quiet(&imagined::service_thing(), &asked, &imagined::answered(&asked), &variations);
    }
}

#[test]
fn no_variation_of_a_recorded_answer_shows_a_difference() {
    let Some(runs) = runs() else { return };
    let mut seen = std::collections::BTreeSet::new();
    let mut different = Vec::new();
    for case in runs.iter().flat_map(cases) {
        let asked = case.asked.as_ref().unwrap_or(&case.answer);
        let Ok(said) = spec_of(&case.thing, asked) else { continue };
        if !seen.insert(format!("{:?} {}", case.thing.sort, without_stamps(&case.answer))) {
            continue;
        }
        for number in 0..VARIATIONS {
            let found = judge::stamped(case.thing.sort, &Variation::number(number).of(&case.answer));
            let lines = judge::differences(&case.thing, &said, &found);
            if !lines.is_empty() {
                different.push(format!("{}\n  {}\n  {found}", case.at, lines.join("\n  ")));
            }
        }
    }
    eprintln!("{} different answers in {VARIATIONS} variations each", seen.len());
    assert!(different.is_empty(), "spurious differences:\n{}", different.join("\n"));
}

/// Answers that differ in times and ids alone are varied once.
fn without_stamps(answer: &Value) -> String {
    let mut answer = answer.clone();
    for key in [
        "etag",
        "createTime",
        "updateTime",
        "terminalCondition",
        "conditions",
        "uid",
        "uniqueId",
        "generation",
    ] {
        answer.as_object_mut().and_then(|answer| answer.remove(key));
    }
    answer.sort_all_objects();
    answer.to_string()
}

/// What an update may leave out of what was read: what only the server writes, and what it adds by itself.
/// Source: Cloud Run Admin v2, fields that are output only.
const LEFT_OUT: &[&str] = &[
    "conditions",
    "createTime",
    "creator",
    "deleteTime",
    "expireTime",
    "generation",
    "lastModifier",
    "latestCreatedRevision",
    "latestReadyRevision",
    "observedGeneration",
    "reconciling",
    "satisfiesPzs",
    "template.containers.buildInfo",
    "template.containers.startupProbe",
    "template.revision",
    "terminalCondition",
    "threatDetectionEnabled",
    "trafficStatuses",
    "uid",
    "updateTime",
    "uri",
    "urls",
];

/// Every leaf of `before` that `after` lacks or has another way; lists are compared element by element.
fn lost(before: &Value, after: &Value, path: &str, found: &mut Vec<String>) {
    if LEFT_OUT.contains(&path) {
        return;
    }
    match (before, after) {
        (Value::Object(before), after) => {
            for (key, value) in before {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                lost(value, after.get(key).unwrap_or(&Value::Null), &path, found);
            }
        }
        (Value::Array(before), after) => {
            for (index, value) in before.iter().enumerate() {
                lost(value, after.get(index).unwrap_or(&Value::Null), path, found);
            }
        }
        (before, after) if before == after => {}
        (before, after) => found.push(format!("{path}: {before} became {after}")),
    }
}

#[track_caller]
fn assert_kept(thing: &Thing, asked: &Value, answer: &Value) {
    let spec = judge::parse(&spec_of(thing, asked).unwrap()).unwrap();
    let service = judge::resources(Sort::Service, &spec).into_iter().next().unwrap();
    let live = service.observe(&judge::stamped(thing.sort, answer)).unwrap().unwrap();
    let steps = service.steps(&model::Action::Update, Some(&live));
    let [model::Step::Call { request, .. }] = steps.as_slice() else { panic!("not one call: {steps:?}") };
    let model::Body::Json(sent) = &request.body else { panic!("no body") };
    let mut gone = Vec::new();
    lost(answer, sent, "", &mut gone);
    // The server refuses its own systems' annotations, and fills in a probe's port by itself.
    gone.retain(|line| !line.contains(".googleapis.com/") && !line.contains("Probe.httpGet.port"));
    gone.retain(|line| !line.starts_with("client"));
    assert!(gone.is_empty(), "an update would lose:\n{}\nsent {sent:#}\nread {answer:#}", gone.join("\n"));
}

#[test]
fn an_update_of_a_recorded_service_writes_back_what_it_does_not_manage() {
    let Some(runs) = runs() else { return };
    for case in runs.iter().flat_map(cases).filter(|case| case.thing.sort == Sort::Service) {
        assert_kept(&case.thing, &case.answer, &case.answer);
    }
}

proptest! {
    #![proptest_config(conformance::config(32))]

    #[test]
    fn an_update_of_an_imagined_service_writes_back_what_it_does_not_manage(asked in imagined::service()) {
        let mut answer = imagined::answered(&asked);
        answer["iapEnabled"] = true.into();
        answer["template"]["newField"] = serde_json::json!({"a": [1, {"b": "c"}]});
        answer["template"]["containers"][0]["workingDir"] = "/srv".into();
        assert_kept(&imagined::service_thing(), &asked, &answer);
    }
}
