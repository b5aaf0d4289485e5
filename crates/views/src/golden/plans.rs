//! The table of plans: what reviews meet, what hurts, and what is too large to be read.

use model::{
    Action, Cause, Change, Danger, Effect, EnvironmentName, Exposure, FieldChange, Goal, Grant, Hazard, Json,
    Others, Plan, Reason, Refusal, Step, Unknown,
};
use serde_json::json;

use crate::document;
use crate::document::Invocation;
use crate::document::operator_policy::{Breach, Judgement, Level};
use crate::document::preflight::Preflight;
use crate::samples::{self, at, change, field, fields, id, touched};
use crate::{hostile, samples as of};

/// One plan of the table.
pub(super) struct Sample {
    /// The name of its folder.
    pub(super) name: &'static str,
    /// The plan.
    pub(super) plan: document::Plan,
    /// An earlier plan that it is compared with.
    pub(super) earlier: Option<document::Plan>,
}

fn sample(name: &'static str, plan: &Plan) -> Sample {
    Sample { name, plan: samples::shown(plan), earlier: None }
}

fn present(name: &'static str, changes: Vec<Change>) -> Sample {
    sample(name, &samples::plan(Goal::Present, changes))
}

/// Plans whose every surface is committed.
pub(super) fn small() -> Vec<Sample> {
    let mut all = vec![
        sample("create-all", &of::create_all()),
        present("one-field", one_field()),
        sample("fields-and-access", &of::edited()),
        sample("image-rebuild", &of::with_calls(of::rebuilt())),
        sample("drift", &of::drifted()),
        present("edit-and-drift", edit_and_drift()),
        sample("access-gained", &access_gained_beside_others()),
        present(
            "access-lost",
            vec![of::invoker("user:ana@acme.example", Action::Delete, Reason::RemovedFromSpec, 70)],
        ),
        sample("access-conditional", &conditional()),
        sample("access-broad", &broad()),
        present("public", public()),
        sample("public-live", &public_live()),
        sample("access-unread", &unread_access()),
        sample("public-many", &public_many()),
        present("delete", vec![removed("service/ollama-gemma"), removed("image/ollama-gemma")]),
        present("replace", replace()),
        sample("losses", &of::deleted()),
        present("adopt", adopt()),
        present(
            "detach",
            vec![with(change("account/ollama-run", Action::Detach, Reason::RemovedFromSpec, 1), None)],
        ),
        present("forget", vec![with(change("image/old", Action::Forget, Reason::Gone, 1), None)]),
        present("unhealthy", unhealthy()),
        sample("unknown", &unknown()),
        sample("refused", &refused()),
        sample("blocked", &of::blocked()),
        present(
            "no-change",
            of::unchanged(&["repository/ollama", "image/ollama-gemma", "service/ollama-gemma"]),
        ),
        sample("destroy", &of::destroyed()),
        sample("destroy-nothing", &samples::plan(Goal::Absent, vec![])),
        present("wide-characters", wide()),
        present("long-values", long_values()),
        present("many-files", many_files()),
        present("nested-values", nested()),
        present("two-regions", two_regions()),
    ];
    let ignored = samples::shown_with(&samples::plan(Goal::Present, one_field()), samples::ignored());
    all.push(Sample { name: "ignored", plan: ignored, earlier: None });
    let prod = EnvironmentName::parse("prod").unwrap();
    let plan = document::Plan { environment: Some(prod), ..samples::shown(&of::edited()) };
    all.push(Sample { name: "environment", plan, earlier: None });
    let asked = Invocation::default()
        .option("file", "stacks/prod.yaml")
        .variable("var", "project=demo-project")
        .variable("var", "hf_token=hf_abcdef")
        .flag("allow-replace");
    let plan = samples::shown(&of::edited()).asked_for(asked);
    all.push(Sample { name: "arguments", plan, earlier: None });
    all.push(Sample { name: "hostile", plan: of::hostile_shown(), earlier: None });
    let found = of::with_findings(samples::shown(&samples::plan(Goal::Present, one_field())));
    all.push(Sample { name: "findings", plan: found, earlier: None });
    let found = of::with_findings(samples::shown(&samples::plan(Goal::Present, of::unchanged(&[]))));
    all.push(Sample { name: "no-change-findings", plan: found, earlier: None });
    let one = samples::shown(&samples::plan(Goal::Present, one_field()));
    all.push(Sample { name: "preflight", plan: of::with_preflight(one.clone()), earlier: None });
    let left_out = one.relying_on(Some(Preflight::LeftOut));
    all.push(Sample { name: "preflight-left-out", plan: left_out, earlier: None });
    all.push(pushed_again());
    all.push(policy());
    all.extend(super::costs::samples());
    all.extend(super::rollouts::samples());
    all
}

/// Plans of which size and digest are committed.
pub(super) fn large() -> Vec<Sample> {
    let parts: Vec<String> = hostile::PARTS.iter().map(|part| part.repeat(6)).collect();
    let texts = vec![String::new()];
    vec![present("five-hundred", many(&texts, 500)), present("five-hundred-hostile", many(&parts, 500))]
}

fn edit(path: &str, old: Json, new: Json, line: u32) -> FieldChange {
    field(path, Some(old), Some(new), Cause::SpecEdited, at(line))
}

fn with(mut change: Change, place: Option<model::Place>) -> Change {
    change.place = place;
    change
}

fn removed(name: &str) -> Change {
    with(change(name, Action::Delete, Reason::RemovedFromSpec, 1), None)
}

fn one_field() -> Vec<Change> {
    let mut changes = of::unchanged(&["repository/ollama", "image/ollama-gemma"]);
    changes.push(of::service(Reason::SpecEdited, vec![edit("concurrency", json!(4), json!(8), 64)]));
    changes
}

fn edit_and_drift() -> Vec<Change> {
    let drift = Cause::Drifted(touched());
    vec![of::service(
        Reason::SpecEditedAndDrifted,
        vec![
            edit("concurrency", json!(4), json!(8), 64),
            field("memory", Some(json!("17179869184")), Some(json!("34359738368")), drift, at(62)),
            field("env.DEBUG", Some(json!("1")), None, Cause::RemovedFromSpec, None),
        ],
    )]
}

fn access_gained() -> Vec<Change> {
    vec![
        of::role("run.admin", Action::Create, Reason::NotFound, 31),
        of::role("storage.objectViewer", Action::Create, Reason::SpecEdited, 33),
        of::invoker("group:models@acme.example", Action::Create, Reason::SpecEdited, 71),
        of::invoker(
            "serviceAccount:chat@demo-project.iam.gserviceaccount.com",
            Action::Create,
            Reason::NotFound,
            72,
        ),
    ]
}

fn access_gained_beside_others() -> Plan {
    let mut plan = samples::plan(Goal::Present, access_gained());
    let others = |on: &str, grants| Others { on: on.to_owned(), grants };
    plan.others = vec![others("project demo-project", 23), others("service ollama-gemma", 1)];
    plan
}

fn conditional() -> Plan {
    let mut change = of::role("run.developer", Action::Create, Reason::SpecEdited, 31);
    let condition = json!({
        "title": "office hours", "expression": "request.time.getHours('Europe/Berlin') >= 8 && resource.name != \"x|y\"",
    });
    for step in &mut change.steps {
        if let Step::EditPolicy(edit) = step {
            edit.add = vec![Grant {
                role: "roles/run.developer".to_owned(),
                member: "user:ana@acme.example".to_owned(),
                condition: Some(condition.clone()),
            }];
        }
    }
    samples::plan(Goal::Present, vec![change])
}

fn broad() -> Plan {
    let change = of::role("owner", Action::Create, Reason::NotFound, 31);
    let what =
        "roles/owner reaches everything in the project, other stacks and their data among it".to_owned();
    let mut plan = samples::plan(Goal::Present, vec![change.clone()]);
    plan.hazards.push((change.id, Hazard { danger: Danger::BasicRole, what }));
    plan
}

fn public() -> Vec<Change> {
    vec![
        of::service(Reason::SpecEdited, vec![edit("invokerIamCheck", json!(true), json!(false), 57)]),
        of::invoker("allUsers", Action::Create, Reason::SpecEdited, 70),
    ]
}

fn public_live() -> Plan {
    let mut plan = samples::plan(Goal::Present, of::unchanged(&["service/ollama-gemma"]));
    plan.exposures.push(Exposure {
        id: id("service/ollama-gemma"),
        place: at(55),
        member: "allUsers".to_owned(),
        on: "service ollama-gemma".to_owned(),
        what: "anyone on the internet may call service/ollama-gemma, which the spec does not ask for"
            .to_owned(),
    });
    plan
}

fn unread_access() -> Plan {
    let mut plan = public_live();
    for exposure in &mut plan.exposures {
        exposure.member = String::new();
        exposure.on = String::new();
        exposure.what =
            "who gets into service/ollama-gemma could not be read: permission run.services.getIamPolicy denied (403)"
                .to_owned();
    }
    plan
}

/// More than a warning can name.
fn public_many() -> Plan {
    let mut plan = public_live();
    let exposure = plan.exposures.remove(0);
    plan.exposures = (1..=12)
        .map(|number| Exposure {
            id: id(&format!("service/s{number:02}")),
            on: format!("service s{number:02}"),
            what: format!(
                "anyone on the internet may call service/s{number:02}, which the spec does not ask for"
            ),
            ..exposure.clone()
        })
        .collect();
    plan
}

fn replace() -> Vec<Change> {
    let moved = |line| {
        let mut moved = edit("location", json!("europe-west1"), json!("europe-west4"), line);
        moved.effect = Effect::Replace;
        moved
    };
    let repository =
        fields(change("repository/ollama", Action::Replace, Reason::SpecEdited, 42), vec![moved(44)]);
    let parent = Reason::ParentReplaced { parent: id("repository/ollama") };
    let image = fields(
        change("image/ollama-gemma", Action::Create, parent, 46),
        vec![field("tag", None, Some(json!(&of::NEW[..32])), Cause::New, at(46))],
    );
    vec![repository, of::after(image, &["repository/ollama"])]
}

fn adopt() -> Vec<Change> {
    let service = change("service/ollama-gemma", Action::Adopt, Reason::FoundUnmarked, 55);
    vec![
        change("repository/ollama", Action::Adopt, Reason::FoundUnmarked, 42),
        fields(service, vec![edit("maxInstances", json!(3), json!(1), 65)]),
    ]
}

fn unhealthy() -> Vec<Change> {
    let message = "Revision 'ollama-gemma-00007-abc' is not ready and cannot serve traffic. The user-provided container \
                   failed to start and listen on the port defined provided by the PORT=8080 environment variable.";
    let mut changes = of::unchanged(&["image/ollama-gemma"]);
    let reason = Reason::Unhealthy { message: message.to_owned() };
    changes.push(change("service/ollama-gemma", Action::Repair, reason, 55));
    changes
}

fn unknown() -> Plan {
    let mut plan = samples::plan(Goal::Present, one_field());
    plan.unknowns.push(Unknown {
        id: id("bucket/weights"),
        place: at(51),
        problem: "GET storage/v1/b/weights: permission storage.buckets.get denied (403)".to_owned(),
        help: Some("grant roles/storage.bucketViewer to whoever plans".to_owned()),
    });
    plan
}

fn refused() -> Plan {
    let mut plan = samples::plan(Goal::Present, replace());
    plan.refusals.push(Refusal {
        id: id("repository/ollama"),
        place: at(42),
        problem: "location cannot change in place, so it would be deleted with all its images and made again"
            .to_owned(),
        ways_out: vec![
            "give --allow-replace if that is meant".to_owned(),
            "leave location as it is, and add a second repository".to_owned(),
        ],
    });
    plan
}

fn wide() -> Vec<Change> {
    vec![
        of::service(
            Reason::Drifted(Some(model::Touched { by: Some("田中@例.jp".to_owned()), at: None })),
            vec![
                edit("labels.所有者", json!("機械学習チーム"), json!("基盤チーム"), 64),
                edit("env.GREETING", json!("Grüße, 世界 👋🏽"), json!("héllo"), 68),
                edit("description", json!("日本語".repeat(30)), json!("한국어".repeat(30)), 69),
            ],
        ),
        of::invoker("user:田中@例.jp", Action::Create, Reason::SpecEdited, 70),
    ]
}

fn long_values() -> Vec<Change> {
    let words = |word: &str| json!(vec![word; 60].join(" "));
    vec![of::service(
        Reason::SpecEdited,
        vec![
            edit("args", json!(["serve", "--flag=one"]), json!(vec!["--a-rather-long-flag=value"; 12]), 60),
            edit("description", words("one"), words("other"), 64),
            edit(
                &format!("env.{}", "A_LONG_NAME_".repeat(8)),
                json!("x".repeat(300)),
                json!("y".repeat(300)),
                68,
            ),
        ],
    )]
}

fn many_files() -> Vec<Change> {
    let file = |number: usize| {
        let (before, after) = match number % 3 {
            0 => (Some(json!(of::OLD)), Some(json!(of::NEW))),
            1 => (None, Some(json!(of::NEW))),
            _ => (Some(json!(of::OLD)), None),
        };
        field(&format!("context.prompts/{number:02}.txt"), before, after, Cause::InputChanged, at(48))
    };
    let image = change("image/ollama-gemma", Action::Create, Reason::InputsChanged, 46);
    vec![fields(image, (0..20).map(file).collect())]
}

fn nested() -> Vec<Change> {
    let policy = |days: u32| json!({ "name": "old", "rules": [{ "days": days, "tags": ["a", "b c"] }] });
    vec![of::after(
        fields(
            change("repository/ollama", Action::Update, Reason::SpecEdited, 42),
            vec![
                edit("cleanupPolicies", policy(30), policy(7), 44),
                edit("immutableTags", json!(true), json!("true"), 45),
                edit("mode", Json::Null, json!("standard"), 46),
            ],
        ),
        &[],
    )]
}

fn two_regions() -> Vec<Change> {
    let mut second = change("service/far", Action::Create, Reason::NotFound, 80);
    second.full_name = second.full_name.replace("europe-west1", "us-central1");
    vec![change("service/near", Action::Create, Reason::NotFound, 70), of::after(second, &["service/near"])]
}

fn pushed_again() -> Sample {
    let mut later = of::edited();
    let service = later.changes.iter_mut().find(|change| change.id.kind() == "service").unwrap();
    service.fields[0].after = Some(json!(16));
    later.changes.push(of::role("storage.admin", Action::Create, Reason::NotFound, 39));
    let earlier = document::Plan { fingerprint: "f".repeat(64), ..samples::shown(&of::edited()) };
    Sample { name: "pushed-again", plan: samples::shown(&later), earlier: Some(earlier) }
}

fn policy() -> Sample {
    let breach = |level, rule: &str, problem: &str, message: &str| Breach {
        rule: rule.to_owned(),
        level,
        subject: "service/ollama-gemma".to_owned(),
        problem: problem.to_owned(),
        message: message.to_owned(),
        place: at(65),
    };
    let breaches = vec![
        breach(Level::Warn, "owner", "has no label `team`", "bills are split by team"),
        breach(
            Level::Deny,
            "few-instances",
            "maxInstances is 5, more than 2",
            "GPUs are shared: ask the platform team",
        ),
    ];
    let plan = samples::shown(&samples::plan(Goal::Present, one_field()));
    Sample { name: "policy", plan: plan.judged(Some(Judgement { rules: 3, breaches })), earlier: None }
}

/// Resources of every sort of action, in chains of five.
fn many(texts: &[String], count: usize) -> Vec<Change> {
    let mut changes: Vec<Change> = vec![];
    for number in 0..count {
        let text = &texts[number % texts.len()];
        let name = format!("n{number:03}{text}");
        let line = u32::try_from(number).unwrap() + 10;
        let mut next = match number % 5 {
            0 => removed(&format!("service/{name}")),
            1 => of::role(&format!("custom{name}"), Action::Create, Reason::NotFound, line),
            2 => change(&format!("image/{name}"), Action::NoOp, Reason::InSync, line),
            3 => fields(
                change(&format!("repository/{name}"), Action::Create, Reason::NotFound, line),
                vec![field("description", None, Some(json!(format!("text {text}"))), Cause::New, at(line))],
            ),
            _ => fields(
                change(&format!("bucket/{name}"), Action::Update, Reason::SpecEdited, line),
                vec![edit(&format!("labels.{text}"), json!(text), json!(name), line)],
            ),
        };
        if let Some(before) = changes.last().filter(|_| number % 5 > 0) {
            next.after = vec![before.id.clone()];
        }
        changes.push(next);
    }
    changes
}
