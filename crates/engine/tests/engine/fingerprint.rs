//! What tells one plan from another, and what does not: each part of a plan in a row of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::fingerprint;
use model::{
    Action, Api, ApiRequest, Archive, Body, Cause, Change, Check, Content, Effect, Entry, FieldChange,
    Gathered, Goal, Grant, Inventory, Json, Origin, Outputs, Place, Plan, PolicyEdit, PolicyRef, Prior,
    Reason, Refusal, Run, State, Step, Unknown, Upload, Wait,
};
use serde_json::json;

use crate::toy::{id, project, stack};

/// Its name tells its digest, so nobody reads it.
#[derive(Debug)]
struct Unopened;

impl Content for Unopened {
    fn digest(&self) -> &'static str {
        "d"
    }

    fn paths(&self) -> Vec<&str> {
        Vec::new()
    }

    fn size(&self) -> u64 {
        0
    }

    fn archive(&self) -> std::io::Result<Archive> {
        Err(std::io::Error::other("nobody reads it"))
    }
}

fn entry(origin: Origin, prior: Prior) -> Entry {
    Entry {
        full_name: "things/here/a".to_owned(),
        state: State::Intent,
        origin,
        prior,
        uid: None,
        applied: [].into(),
        before: [].into(),
        after: Vec::new(),
        remembered: Json::Null,
        stamps: BTreeSet::new(),
        served: Vec::new(),
        rolled_back: None,
        other: [].into(),
    }
}

fn grant(role: &str, member: &str) -> Grant {
    Grant { role: role.to_owned(), member: member.to_owned(), condition: None }
}

fn gathered(parent: &str, key: &str) -> Gathered {
    Gathered {
        family: "switches".to_owned(),
        parent: parent.to_owned(),
        key: key.to_owned(),
        at_most: 3,
        gather: |parent, keys| ApiRequest::post(Api::ServiceUsage, parent, json!(keys)),
        wait: Wait::Operation,
    }
}

fn edit() -> PolicyEdit {
    PolicyEdit {
        policy: PolicyRef {
            read: ApiRequest::get(Api::Run, "policy"),
            write: ApiRequest::post(Api::Run, "policy", json!({})),
            shown: "project".to_owned(),
        },
        add: vec![grant("roles/user", "user:me")],
        remove: Vec::new(),
    }
}

fn upload() -> Upload {
    Upload {
        bucket: "sources".to_owned(),
        object: "d.tar.gz".to_owned(),
        content_type: "application/gzip".to_owned(),
        content: Arc::new(Unopened),
    }
}

fn check() -> Check {
    let otherwise = ApiRequest::patch(Api::Run, "services/a", json!({"back": 1}));
    Check { service: id("thing/a"), tag: "next".to_owned(), otherwise }
}

fn request() -> ApiRequest {
    ApiRequest::patch(Api::Run, "things/here/a", json!({"size": 2, "env": [{"name": "TOKEN", "value": "t"}]}))
        .with_query("mask", "size")
}

/// A plan that acts in every way in which a plan can act.
fn plan() -> Plan {
    let field = FieldChange {
        path: "size".to_owned(),
        before: Some(json!(1)),
        after: Some(json!(2)),
        cause: Cause::SpecEdited,
        place: None,
        effect: Effect::InPlace,
    };
    let change = Change {
        id: id("thing/a"),
        full_name: "things/here/a".to_owned(),
        place: None,
        action: Action::Update,
        reason: Reason::SpecEdited,
        fields: vec![field],
        after: vec![id("thing/b")],
        steps: vec![
            Step::call(request()),
            Step::Gathered(gathered("p", "k")),
            Step::EditPolicy(edit()),
            Step::Upload(upload()),
            Step::Build {
                create: ApiRequest::post(Api::CloudBuild, "builds", json!({})),
                builds: "b".to_owned(),
            },
            Step::EmptyBucket { bucket: "sources".to_owned() },
            Step::Check(check()),
        ],
        commands: Vec::new(),
        applied: [].into(),
    };
    let mut record = Inventory::new(project());
    let entry = entry(Origin::Created, Prior::Absent);
    record.stacks.entry(stack("one")).or_default().entries.insert(id("thing/a"), entry);
    Plan {
        project: project(),
        stack: stack("one"),
        goal: Goal::Present,
        changes: vec![change],
        refusals: Vec::new(),
        unknowns: Vec::new(),
        hazards: Vec::new(),
        exposures: Vec::new(),
        others: Vec::new(),
        unread: Vec::new(),
        outputs: Outputs::default(),
        record,
    }
}

fn refusal(of: &str) -> Refusal {
    Refusal { id: id(of), place: None, problem: "p".to_owned(), ways_out: Vec::new() }
}

fn unknown(of: &str) -> Unknown {
    Unknown { id: id(of), place: None, problem: "p".to_owned(), help: None }
}

/// The plan with its first step another one.
fn with_step(step: Step) -> Plan {
    let mut plan = plan();
    plan.changes[0].steps[0] = step;
    plan
}

fn with_request(edit: impl FnOnce(&mut ApiRequest)) -> Plan {
    let mut request = request();
    edit(&mut request);
    with_step(Step::call(request))
}

fn with_body(json: Json) -> Plan {
    with_request(|request| request.body = Body::Json(json))
}

fn with_edit(change: impl FnOnce(&mut PolicyEdit)) -> Plan {
    let mut edit = edit();
    change(&mut edit);
    with_step(Step::EditPolicy(edit))
}

fn with_upload(change: impl FnOnce(&mut Upload)) -> Plan {
    let mut upload = upload();
    change(&mut upload);
    with_step(Step::Upload(upload))
}

fn with_check(change: impl FnOnce(&mut Check)) -> Plan {
    let mut check = check();
    change(&mut check);
    with_step(Step::Check(check))
}

fn edited(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = plan();
    change(&mut plan);
    plan
}

fn of_change(change: impl FnOnce(&mut Change)) -> Plan {
    edited(|plan| change(&mut plan.changes[0]))
}

fn of_entry(origin: Origin, prior: Prior) -> Plan {
    edited(|plan| {
        let entries = &mut plan.record.stacks.get_mut(&stack("one")).unwrap().entries;
        entries.insert(id("thing/a"), entry(origin, prior));
    })
}

/// Every two of these plans do something else, if only because the parts of one run together otherwise.
fn others() -> Vec<Plan> {
    let condition = |text: &str| Some(json!({"title": text}));
    let of_plan = vec![
        plan(),
        edited(|plan| plan.goal = Goal::Absent),
        edited(|plan| plan.project = model::ProjectId::parse("other-project").unwrap()),
        // No stack of this name is in the record.
        edited(|plan| plan.stack = stack("two")),
        edited(|plan| plan.changes.clear()),
        edited(|plan| plan.changes.push(plan.changes[0].clone())),
        edited(|plan| plan.record.stacks.clear()),
        edited(|plan| plan.refusals.push(refusal("thing/a"))),
        edited(|plan| plan.refusals.push(refusal("thing/b"))),
        edited(|plan| plan.unknowns.push(unknown("thing/a"))),
        edited(|plan| plan.unknowns.push(unknown("thing/b"))),
        of_entry(Origin::Created, Prior::Present),
        of_entry(Origin::Created, Prior::Unknown),
        of_entry(Origin::Adopted, Prior::Absent),
        of_entry(Origin::Adopted, Prior::Present),
        of_entry(Origin::Adopted, Prior::Unknown),
        of_entry(Origin::Recovered, Prior::Absent),
    ];
    let of_changes = vec![
        of_change(|change| change.id = id("thing/c")),
        of_change(|change| change.full_name.push('2')),
        of_change(|change| change.action = Action::Replace),
        of_change(|change| change.fields.clear()),
        of_change(|change| change.fields[0].path.push('s')),
        of_change(|change| change.fields[0].before = None),
        of_change(|change| change.fields[0].before = Some(Json::Null)),
        of_change(|change| change.fields[0].before = Some(json!("1"))),
        of_change(|change| change.fields[0].after = None),
        of_change(|change| change.after.clear()),
        of_change(|change| change.after = vec![id("thing/c")]),
        of_change(|change| change.steps.clear()),
        of_change(|change| change.steps.swap(0, 1)),
    ];
    let of_requests = vec![
        with_request(|request| request.api = Api::Storage),
        with_request(|request| request.method = model::Method::Put),
        with_request(|request| request.path.push('2')),
        with_request(|request| request.query.clear()),
        with_request(|request| request.query[0] = ("masks".to_owned(), "ize".to_owned())),
        with_request(|request| request.query[0] = ("mask".to_owned(), "shape".to_owned())),
        with_request(|request| request.body = Body::Empty),
        with_request(|request| request.body = Body::Bytes { content_type: "a".to_owned(), bytes: vec![1] }),
        with_request(|request| request.body = Body::Bytes { content_type: "b".to_owned(), bytes: vec![1] }),
        with_request(|request| request.body = Body::Bytes { content_type: "a".to_owned(), bytes: vec![2] }),
        with_body(Json::Null),
        with_body(json!(true)),
        with_body(json!(false)),
        with_body(json!(1)),
        with_body(json!("1")),
        with_body(json!(["1", "2"])),
        with_body(json!(["12"])),
        with_body(json!([["1"], "2"])),
        with_body(json!({"1": "2"})),
        with_body(json!({"1": "3"})),
        with_body(json!({"2": "2"})),
    ];
    let of_steps = vec![
        with_step(Step::Gathered(gathered("p", "k"))),
        with_step(Step::Gathered(gathered("q", "k"))),
        with_step(Step::Gathered(gathered("p", "l"))),
        with_step(Step::Build { create: request(), builds: "b".to_owned() }),
        with_step(Step::EmptyBucket { bucket: "sources".to_owned() }),
        with_step(Step::EmptyBucket { bucket: "others".to_owned() }),
        with_edit(|_| {}),
        with_edit(|edit| edit.policy.write.path.push('2')),
        with_edit(|edit| std::mem::swap(&mut edit.add, &mut edit.remove)),
        with_edit(|edit| edit.add[0].role.push('2')),
        with_edit(|edit| edit.add[0].member.push('2')),
        with_edit(|edit| edit.add[0].condition = condition("x")),
        with_edit(|edit| edit.add[0].condition = condition("y")),
        with_edit(|edit| edit.remove.push(grant("roles/user", "user:you"))),
        with_upload(|_| {}),
        with_upload(|upload| upload.bucket.push('2')),
        with_upload(|upload| upload.object.push('2')),
        with_check(|_| {}),
        with_check(|check| check.service = id("thing/b")),
        with_check(|check| check.tag.push('2')),
        with_check(|check| check.otherwise.path.push('2')),
    ];
    [of_plan, of_changes, of_requests, of_steps].concat()
}

#[test]
fn plans_that_do_something_else_have_other_fingerprints() {
    let plans = others();
    let fingerprints: Vec<String> = plans.iter().map(fingerprint).collect();
    for (at, one) in fingerprints.iter().enumerate() {
        let same = fingerprints.iter().position(|other| other == one).unwrap();
        assert_eq!(same, at, "{:#?}\nand\n{:#?}", plans[same], plans[at]);
        assert!(one.len() == 64 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    }
}

#[test]
fn what_is_only_said_of_a_plan_is_no_other_plan() {
    let place = Place { file: Arc::from("spec.yaml"), line: 7, column: 1 };
    let said = [
        of_change(|change| change.place = Some(place.clone())),
        of_change(|change| change.reason = Reason::Drifted(None)),
        of_change(|change| change.fields[0].cause = Cause::Drifted(None)),
        of_change(|change| change.fields[0].place = Some(place.clone())),
        of_change(|change| change.commands.push(Run::program(&["true"]).into())),
        edited(|plan| plan.record.serial = 7),
        with_step(Step::operation(request())),
        with_body(json!({"env": [{"value": "another", "name": "TOKEN"}], "size": 2})),
    ];
    for other in said {
        assert_eq!(fingerprint(&other), fingerprint(&plan()), "{other:#?}");
    }
    let refused = edited(|plan| plan.refusals.push(refusal("thing/a")));
    let in_other_words = Refusal { problem: "in other words".to_owned(), ..refusal("thing/a") };
    assert_eq!(fingerprint(&refused), fingerprint(&edited(|plan| plan.refusals.push(in_other_words))));
}
