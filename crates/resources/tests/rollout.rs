//! Rollouts of services: which calls move the requests, from wherever they stand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::server::answered;
use common::{body, live, resource, visible};
use model::{Action, Body, Json, Resource, Step};
use serde_json::{Value, json};

const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

fn spec(rollout: &str) -> String {
    format!(
        "
services:
  gemma:
    image: us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b
    concurrency: 4
    rollout: {{strategy: canary, {rollout}}}
"
    )
}

/// The service, and the answer of a server that has it as the spec asks with other traffic and another concurrency.
fn found(text: &str, traffic: &Value, concurrency: u32) -> (Box<dyn Resource>, Json) {
    let service = resource(text, "service/gemma");
    let mut answer = answered(&body(&service.steps(&Action::Create, None)));
    answer["traffic"] = traffic.clone();
    answer["template"]["maxInstanceRequestConcurrency"] = json!(concurrency);
    let path = "projects/demo-project/locations/europe-west1/services/gemma/revisions";
    answer["latestReadyRevision"] = json!(format!("{path}/gemma-2"));
    answer["latestCreatedRevision"] = json!(format!("{path}/gemma-2"));
    (service, answer)
}

fn target(target: &Value) -> String {
    let percent = target["percent"].as_u64().unwrap_or(0);
    let name = match target["type"].as_str() {
        Some(REVISION) => target["revision"].as_str().unwrap(),
        _ => "latest",
    };
    let tag = target["tag"].as_str().map(|tag| format!(" {tag}")).unwrap_or_default();
    format!("{percent} {}{tag}", visible(name))
}

fn traffic(body: &Body) -> String {
    let Body::Json(body) = body else { panic!("no body") };
    let targets: Vec<String> = body["traffic"].as_array().unwrap().iter().map(target).collect();
    let etag = visible(body["etag"].as_str().unwrap());
    format!("{} if {etag}", targets.join(", "))
}

/// Each step in a line: what it writes of the traffic, and whether of nothing else.
fn steps(text: &str, now: &Value, concurrency: u32) -> Vec<String> {
    let (service, answer) = found(text, now, concurrency);
    let found = live(&*service, &answer);
    let shown = |step: &Step| match step {
        Step::Call { request, .. } => {
            let alone = request.query.contains(&("updateMask".to_owned(), "traffic".to_owned()));
            format!("{}: {}", if alone { "traffic" } else { "all" }, traffic(&request.body))
        }
        Step::Check(check) => format!("check {}, else {}", check.tag, traffic(&check.otherwise.body)),
        Step::Gathered(_)
        | Step::EditPolicy(_)
        | Step::Upload(_)
        | Step::Build { .. }
        | Step::EmptyBucket { .. } => panic!("{step:?}"),
    };
    service.steps(&Action::Update, Some(&found)).iter().map(shown).collect()
}

#[test]
fn a_new_revision_is_hidden_behind_its_tag_and_asked_before_each_share() {
    let all = json!([{"type": LATEST, "percent": 100}]);
    insta::assert_snapshot!(steps(&spec("steps: [10, 100]"), &all, 8).join("\n"), @r#"
    all: 100 gemma-2, 0 latest gemmactl if "CJ-g/abc"
    check gemmactl, else 100 gemma-2 if <service/gemma#etag>
    traffic: 90 gemma-2, 10 <service/gemma#revision> gemmactl if <service/gemma#etag>
    check gemmactl, else 100 gemma-2 if <service/gemma#etag>
    traffic: 100 latest if <service/gemma#etag>
    "#);
}

#[test]
fn without_a_check_only_the_shares_are_moved() {
    let all = json!([{"type": LATEST, "percent": 100}]);
    insta::assert_snapshot!(steps(&spec("steps: [50, 100], check: none"), &all, 8).join("\n"), @r#"
    all: 100 gemma-2, 0 latest gemmactl if "CJ-g/abc"
    traffic: 50 gemma-2, 50 <service/gemma#revision> gemmactl if <service/gemma#etag>
    traffic: 100 latest if <service/gemma#etag>
    "#);
}

#[test]
fn a_rollout_that_was_cut_off_goes_on_from_its_share() {
    let halfway = json!([
        {"type": REVISION, "revision": "gemma-1", "percent": 90},
        {"type": REVISION, "revision": "gemma-2", "percent": 10, "tag": "gemmactl"},
        {"type": REVISION, "revision": "gemma-1", "tag": "green"},
    ]);
    insta::assert_snapshot!(steps(&spec("steps: [10, 50, 100]"), &halfway, 4).join("\n"), @r#"
    check gemmactl, else 100 gemma-1, 0 gemma-1 green if "CJ-g/abc"
    traffic: 50 gemma-1, 50 gemma-2 gemmactl, 0 gemma-1 green if "CJ-g/abc"
    check gemmactl, else 100 gemma-1, 0 gemma-1 green if <service/gemma#etag>
    traffic: 100 latest, 0 gemma-1 green if <service/gemma#etag>
    "#);
}

#[test]
fn an_edit_during_a_rollout_starts_it_anew_from_what_served_before() {
    let halfway = json!([
        {"type": REVISION, "revision": "gemma-1", "percent": 90},
        {"type": REVISION, "revision": "gemma-2", "percent": 10, "tag": "gemmactl"},
    ]);
    insta::assert_snapshot!(steps(&spec("steps: [100]"), &halfway, 8).join("\n"), @r#"
    all: 100 gemma-1, 0 latest gemmactl if "CJ-g/abc"
    check gemmactl, else 100 gemma-1 if <service/gemma#etag>
    traffic: 100 latest if <service/gemma#etag>
    "#);
}

#[test]
fn a_service_that_was_rolled_back_is_rolled_out_again_without_a_new_revision() {
    let pinned = json!([{"type": REVISION, "revision": "gemma-1", "percent": 100}]);
    insta::assert_snapshot!(steps(&spec("steps: [10, 100]"), &pinned, 4).join("\n"), @r#"
    all: 100 gemma-1, 0 gemma-2 gemmactl if "CJ-g/abc"
    check gemmactl, else 100 gemma-1 if <service/gemma#etag>
    traffic: 90 gemma-1, 10 <service/gemma#revision> gemmactl if <service/gemma#etag>
    check gemmactl, else 100 gemma-1 if <service/gemma#etag>
    traffic: 100 latest if <service/gemma#etag>
    "#);
}

#[test]
fn shares_and_tags_of_others_stay_in_proportion() {
    let split = json!([
        {"type": REVISION, "revision": "gemma-1", "percent": 33, "tag": "green"},
        {"type": LATEST, "percent": 67},
        {"type": LATEST, "tag": "next"},
    ]);
    insta::assert_snapshot!(steps(&spec("steps: [25, 100], check: none"), &split, 8).join("\n"), @r#"
    all: 33 gemma-1, 67 gemma-2, 0 latest gemmactl, 0 gemma-1 green, 0 latest next if "CJ-g/abc"
    traffic: 25 gemma-1, 50 gemma-2, 25 <service/gemma#revision> gemmactl, 0 gemma-1 green, 0 latest next if <service/gemma#etag>
    traffic: 100 latest, 0 gemma-1 green, 0 latest next if <service/gemma#etag>
    "#);
}

#[test]
fn what_makes_no_new_revision_is_no_rollout() {
    let all = json!([{"type": LATEST, "percent": 100}]);
    let (service, mut answer) = found(&spec("steps: [10, 100]"), &all, 4);
    answer["description"] = json!("somebody's");
    let found = live(&*service, &answer);
    assert_eq!(service.steps(&Action::Update, Some(&found)).len(), 1);
    assert_eq!(service.consequences(Action::Update, Some(&found)), Vec::new());
    assert_eq!(service.steps(&Action::Create, None).len(), 1, "nothing serves yet");
}

#[test]
fn a_revision_that_is_still_on_its_way_is_waited_for_behind_its_tag() {
    let hidden = json!([
        {"type": REVISION, "revision": "gemma-1", "percent": 100},
        {"type": LATEST, "tag": "gemmactl"},
    ]);
    let (service, mut answer) = found(&spec("steps: [100]"), &hidden, 4);
    answer["reconciling"] = json!(true);
    answer["latestReadyRevision"] = json!("gemma-1");
    let found = live(&*service, &answer);
    let steps = service.steps(&Action::Update, Some(&found));
    assert_eq!(steps.len(), 3, "{steps:?}");
    let Step::Call { request, .. } = &steps[0] else { panic!("{steps:?}") };
    assert_eq!(traffic(&request.body), "100 gemma-1, 0 latest gemmactl if \"CJ-g/abc\"");
}

#[test]
fn the_plan_shows_where_the_requests_go() {
    let service = resource(&spec("steps: [10, 50, 100]"), "service/gemma");
    let created = service.consequences(Action::Create, None);
    assert_eq!(
        (&created[0].before, &created[0].after),
        (&None, &json!([{"revision": "latest", "percent": 100}]))
    );
    let halfway = json!([
        {"type": REVISION, "revision": "gemma-1", "percent": 90},
        {"type": REVISION, "revision": "gemma-2", "percent": 10, "tag": "gemmactl"},
    ]);
    let (service, answer) = found(&spec("steps: [10, 50, 100]"), &halfway, 4);
    let moved = service.consequences(Action::Update, Some(&live(&*service, &answer)));
    assert_eq!(
        moved[0].before,
        Some(json!([{"revision": "gemma-1", "percent": 90}, {"revision": "gemma-2", "percent": 10}]))
    );
    assert_eq!(
        moved[0].after,
        json!([{"revision": "latest", "percent": 100, "steps": [50, 100], "check": "smokeTest"}])
    );
}

/// A service that its third revision serves, and its revisions, newest first.
fn revisions(third: &Json) -> (Json, Json) {
    let name = |number: u32| format!("projects/p/locations/r/services/gemma/revisions/gemma-{number}");
    let ready = |state: &str| json!([{"type": "Ready", "state": state}, {"type": "Active", "state": "CONDITION_FAILED", "revisionReason": "RETIRED"}]);
    let service = json!({
        "latestReadyRevision": name(4),
        "traffic": [{"type": LATEST, "percent": 100}],
    });
    let all = json!({"revisions": [
        {"name": name(4), "conditions": ready("CONDITION_SUCCEEDED")},
        {"name": name(3), "conditions": third},
        {"name": name(2), "conditions": ready("CONDITION_SUCCEEDED")},
        {"name": name(1), "conditions": ready("CONDITION_SUCCEEDED")},
    ]});
    (service, all)
}

fn way_back(third: &Json, served: &[&str], asked: Option<&str>) -> String {
    let (service, all) = revisions(third);
    let served: Vec<String> = served.iter().map(|name| (*name).to_owned()).collect();
    match resources::rollback::choose(&service, &all, &served, asked) {
        Ok(revision) => revision,
        Err(none) => format!("{}; {}", none.problem, none.help),
    }
}

#[test]
fn the_way_back_leads_to_the_newest_revision_that_served_and_was_ready() {
    let failed = json!([{"type": "Ready", "state": "CONDITION_FAILED", "message": "it did not start"}]);
    let ready = json!([{"type": "Ready", "state": "CONDITION_SUCCEEDED"}]);
    for (third, served, asked, expected) in [
        (&ready, &[][..], None, "gemma-3"),
        (&failed, &[], None, "gemma-2"),
        (&ready, &["gemma-4", "gemma-1"], None, "gemma-1"),
        (&ready, &[], Some("gemma-1"), "gemma-1"),
        (
            &failed,
            &["gemma-4"],
            None,
            "there is no earlier revision that served: gemma-3 is not ready: it did not start; gemma-2 is not \
             known to have had all requests; gemma-1 is not known to have had all requests; mend the spec and apply it; --to REVISION takes any revision that \
             became ready",
        ),
        (
            &failed,
            &[],
            Some("gemma-3"),
            "revision gemma-3 is not ready: it did not start; its newest revisions: gemma-4, gemma-3, gemma-2, gemma-1",
        ),
        (
            &ready,
            &[],
            Some("gemma-4"),
            "revision gemma-4 has all requests already; its newest revisions: gemma-4, gemma-3, gemma-2, gemma-1",
        ),
        (
            &ready,
            &[],
            Some("other-1"),
            "there is no revision other-1; its newest revisions: gemma-4, gemma-3, gemma-2, gemma-1",
        ),
    ] {
        assert_eq!(way_back(third, served, asked), expected, "{served:?} {asked:?}");
    }
    let gone = json!([{"type": "Ready", "state": "CONDITION_SUCCEEDED"}]);
    let (service, mut all) = revisions(&gone);
    all["revisions"][1]["deleteTime"] = json!("2026-11-27T00:00:00Z");
    assert_eq!(resources::rollback::choose(&service, &all, &[], None).unwrap(), "gemma-2");
}

#[test]
fn who_gets_all_requests_is_seen_where_it_is_one_revision() {
    let tagged = |percent: u32| json!({"type": REVISION, "revision": "gemma-2", "percent": percent, "tag": "gemmactl"});
    for (traffic, serves) in [
        (json!([]), Some("gemma-2")),
        (json!([{"type": LATEST, "percent": 100}]), Some("gemma-2")),
        (json!([{"type": REVISION, "revision": "gemma-1", "percent": 100}, tagged(0)]), Some("gemma-1")),
        (json!([{"type": LATEST, "percent": 40}, tagged(60)]), Some("gemma-2")),
        (json!([{"type": REVISION, "revision": "gemma-1", "percent": 90}, tagged(10)]), None),
    ] {
        let (service, answer) = found(&spec("steps: [100]"), &traffic, 4);
        let found = live(&*service, &answer);
        assert_eq!(found.outputs.get("serves").map(String::as_str), serves, "{traffic}");
    }
}

#[test]
fn a_rollback_sends_the_traffic_alone_whatever_the_stamp_says() {
    let all = json!([{"type": LATEST, "percent": 100}]);
    let (_, answer) = found(&spec("steps: [100]"), &all, 4);
    let pinned =
        resources::rollback::pinned(&common::spec(&spec("steps: [100]")), "gemma", "gemma-1").unwrap();
    let found = live(&*pinned, &answer);
    for action in Action::ALL {
        let steps = pinned.steps(&action, Some(&found));
        let sent: Vec<String> = steps
            .iter()
            .map(|step| {
                let Step::Call { request, .. } = step else { panic!("{step:?}") };
                assert!(request.query.contains(&("updateMask".to_owned(), "traffic".to_owned())));
                traffic(&request.body)
            })
            .collect();
        let moves = [Action::Adopt, Action::Update].contains(&action);
        let expected = if moves { vec!["100 gemma-1 if \"CJ-g/abc\""] } else { vec![] };
        assert_eq!(sent, expected, "{action:?}");
        assert_eq!(pinned.consequences(action, Some(&found)).len(), expected.len(), "{action:?}");
    }
}

#[test]
fn a_script_says_of_a_rollout_that_it_is_none_and_of_other_updates_nothing() {
    let all = json!([{"type": LATEST, "percent": 100}]);
    let said = |text: &str, action: Action, concurrency: u32| {
        let (service, answer) = found(&spec(text), &all, concurrency);
        let commands = service.commands(&action, Some(&live(&*service, &answer)));
        commands.into_iter().find_map(|command| match command {
            model::Command::Missing(why) => Some(why),
            model::Command::Run(_) | model::Command::Write { .. } => None,
        })
    };
    let checked =
        "the rollout share by share, with a check before each: the newest revision gets all requests";
    let unchecked = "the rollout share by share: the newest revision gets all requests";
    for (text, action, concurrency, expected) in [
        ("steps: [100]", Action::Update, 8, Some(checked)),
        ("steps: [100]", Action::Repair, 4, Some(checked)),
        ("steps: [100], check: none", Action::Update, 8, Some(unchecked)),
        ("steps: [100]", Action::Update, 4, None),
        ("steps: [100]", Action::Adopt, 4, None),
    ] {
        assert_eq!(said(text, action, concurrency).as_deref(), expected, "{text} {action:?} {concurrency}");
    }
}

#[test]
fn an_image_that_waits_for_a_build_is_a_new_revision_only_if_the_plan_says_so() {
    let text = "
repositories: {ollama: {format: docker}}
images: {gemma: {repository: ollama, build: {context: ./backend}}}
services:
  gemma: {image: gemma, rollout: {strategy: canary, steps: [100]}}
";
    let service = resource(text, "service/gemma");
    let mut answer = answered(&body(&service.steps(&Action::Create, None)));
    let digest = format!("sha256:{}", "a".repeat(64));
    answer["template"]["containers"][0]["image"] =
        json!(format!("europe-west1-docker.pkg.dev/demo-project/ollama/gemma@{digest}"));
    answer["latestReadyRevision"] = json!("gemma-1");
    answer["latestCreatedRevision"] = json!("gemma-1");
    answer["labels"]["gemmactl-stack"] = json!("somebody");
    let found = live(&*service, &answer);
    assert_eq!(service.consequences(Action::Update, Some(&found)), Vec::new());
    assert_eq!(service.steps(&Action::Update, Some(&found)).len(), 1);
    let changed = ["image".to_owned()].into();
    let found = model::Live { changed, ..found };
    assert_eq!(service.consequences(Action::Update, Some(&found)).len(), 1);
    assert_eq!(service.steps(&Action::Update, Some(&found)).len(), 3);
}

/// What a server makes of a step: it keeps what is written, and gives a changed template a new revision.
fn carried_out(answer: &Json, step: &Step) -> Json {
    let Step::Call { request, .. } = step else { return answer.clone() };
    let newest =
        answer["latestReadyRevision"].as_str().unwrap().rsplit('-').next().unwrap().parse::<u32>().unwrap();
    let mut outputs = model::Outputs::new();
    let id = model::ResourceId::parse("service/gemma").unwrap();
    outputs.insert(&id, "revision", format!("gemma-{newest}"));
    outputs.insert(&id, "etag", answer["etag"].as_str().unwrap());
    let Body::Json(body) = &request.body else { panic!("no body") };
    let body = outputs.fill_json(body).unwrap();
    assert_eq!(body["etag"], answer["etag"], "each call names the etag of the one before");
    let mut next = answer.clone();
    if request.query.contains(&("updateMask".to_owned(), "traffic".to_owned())) {
        next["traffic"] = body["traffic"].clone();
    } else {
        let made = answered(&body);
        let is_new = made["template"] != answer["template"];
        next["template"] = made["template"].clone();
        next["traffic"] = made["traffic"].clone();
        let revision = format!("gemma-{}", if is_new { newest + 1 } else { newest });
        next["latestReadyRevision"] = json!(revision);
        next["latestCreatedRevision"] = json!(revision);
    }
    let sum: u64 =
        next["traffic"].as_array().unwrap().iter().filter_map(|target| target["percent"].as_u64()).sum();
    assert_eq!(sum, 100, "{next}");
    next["etag"] = json!(format!("{}+", answer["etag"].as_str().unwrap()));
    next
}

#[test]
fn from_wherever_a_rollout_is_cut_off_the_next_plan_leads_to_its_end() {
    let starts = [
        json!([{"type": LATEST, "percent": 100}]),
        json!([{"type": REVISION, "revision": "gemma-1", "percent": 100}]),
        json!([{"type": REVISION, "revision": "gemma-1", "percent": 40, "tag": "green"}, {"type": LATEST, "percent": 60}]),
        json!([
            {"type": REVISION, "revision": "gemma-1", "percent": 90},
            {"type": REVISION, "revision": "gemma-2", "percent": 10, "tag": "gemmactl"},
        ]),
        json!([{"type": REVISION, "revision": "gemma-1", "percent": 100}, {"type": LATEST, "tag": "gemmactl"}]),
    ];
    for rollout in ["steps: [100]", "steps: [10, 50, 100]", "steps: [1, 99, 100], check: none"] {
        for (start, concurrency) in starts.iter().flat_map(|start| [(start, 4), (start, 8)]) {
            let (service, answer) = found(&spec(rollout), start, concurrency);
            let first = service.steps(&Action::Update, Some(&live(&*service, &answer)));
            for cut in 0..=first.len() {
                let halfway =
                    first.iter().take(cut).fold(answer.clone(), |now, step| carried_out(&now, step));
                let then = service.steps(&Action::Update, Some(&live(&*service, &halfway)));
                let end = then.iter().fold(halfway, |now, step| carried_out(&now, step));
                let shown: Vec<String> = end["traffic"].as_array().unwrap().iter().map(target).collect();
                let green = start[0]["tag"] == "green";
                let expected = if green { vec!["100 latest", "0 gemma-1 green"] } else { vec!["100 latest"] };
                assert_eq!(shown, expected, "{rollout} from {start}, cut off after {cut}");
                assert_eq!(end["template"]["maxInstanceRequestConcurrency"], 4);
                let settled = live(&*service, &end);
                assert_eq!(
                    settled.fields.value("traffic"),
                    Some(&json!([{"revision": "latest", "percent": 100}]))
                );
            }
        }
    }
}
