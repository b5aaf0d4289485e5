//! Plans for the tests of the views, as the engine would make them for the tutorial.
#![expect(
    clippy::unnecessary_wraps,
    reason = "what the fields of the model take is shorter to read where it is used"
)]

mod hostile;

use std::sync::Arc;

use model::{
    Action, Api, ApiRequest, Cause, Change, Effect, FieldChange, Finding, Goal, Grant, IgnoreRule, Ignored,
    IgnoredField, Inventory, Json, Outputs, Place, Plan, PolicyEdit, PolicyRef, ProjectId, Reason, Refusal,
    ResourceId, Severity, StackName, Step, Touched, Unknown, Wait, reference,
};
use serde_json::json;

use super::{Colour, Detail, Style, Symbols};
use crate::document;
use crate::document::preflight::Preflight;
use crate::finding::check::{Check, CheckId, Level};
pub(super) use hostile::{hostile, hostile_shown};

pub(super) const OLD: &str = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b";
pub(super) const NEW: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0";

pub(super) fn style() -> Style {
    Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 80, detail: Detail::Changes }
}

pub(super) fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).unwrap()
}

pub(super) fn at(line: u32) -> Option<Place> {
    Some(Place { file: Arc::from("gemmactl.yaml"), line, column: 5 })
}

pub(super) fn touched() -> Option<Touched> {
    Some(Touched { by: Some("ana@acme.example".to_owned()), at: Some("2026-11-03T14:05:11.523Z".to_owned()) })
}

pub(super) fn plan(goal: Goal, changes: Vec<Change>) -> Plan {
    let project = ProjectId::parse("demo-project").unwrap();
    Plan {
        record: Inventory::new(project.clone()),
        project,
        stack: StackName::parse("ollama-gemma").unwrap(),
        goal,
        changes,
        refusals: vec![],
        unknowns: vec![],
        hazards: vec![],
        exposures: vec![],
        others: vec![],
        unread: vec![],
        outputs: Outputs::new(),
    }
}

/// What is shown of a plan that ignored nothing.
pub(super) fn shown(plan: &Plan) -> document::Plan {
    shown_with(plan, Ignored::default())
}

/// What is shown of a plan that ignored something.
pub(super) fn shown_with(plan: &Plan, ignored: Ignored) -> document::Plan {
    // Plans of tests differ in ways that no snapshot shows.
    document::Plan { fingerprint: "0123456789abcdef".repeat(4), ..document::Plan::of(plan, ignored) }
}

/// The same with what checks found in the spec.
pub(super) fn with_findings(plan: document::Plan) -> document::Plan {
    let finding = |check: &str, severity, message: &str, sum: &[&str], line| Finding {
        check: check.to_owned(),
        severity,
        message: message.to_owned(),
        sum: sum.iter().map(|line| (*line).to_owned()).collect(),
        fix: Some("set it as it should be".to_owned()),
        place: at(line),
    };
    let findings = vec![
        finding(
            "context-unset",
            Severity::Warning,
            "OLLAMA_CONTEXT_LENGTH is not set",
            &["4 slots × 4096 tokens"],
            12,
        ),
        finding("timeout-short", Severity::Info, "a request ends after 300 s", &[], 14),
    ];
    document::Plan { findings, ..plan }
}

/// The same with what its calls rely on.
pub(super) fn with_preflight(plan: document::Plan) -> document::Plan {
    let checks = vec![
        Check::new(CheckId::Project, Level::Ok, "demo-project is ACTIVE; its number is 123456789012"),
        Check::new(CheckId::Billing, Level::Failed, "no billing account pays for it")
            .say("link one:")
            .open("https://console.cloud.google.com/billing/linkedaccount?project=demo-project"),
        Check::new(CheckId::Permissions, Level::Failed, "13 of 14 held on the project, 1 missing")
            .seeing("missing run.services.update, to apply service/ollama-gemma")
            .run(&[
                "gcloud",
                "projects",
                "add-iam-policy-binding",
                "demo-project",
                "--member=user:ana@acme.example",
                "--role=roles/run.developer",
            ]),
        Check::new(
            CheckId::Quota,
            Level::Unknown,
            "nvidia-l4 in europe-west1: ollama-gemma 1 × 1 = 1 wanted",
        )
        .seeing("Cloud Quotas: cloudquotas.googleapis.com is off"),
    ];
    plan.relying_on(Some(Preflight::of(checks)))
}

/// What is shown of a change.
pub(super) fn shown_change(change: Change) -> document::Change {
    let plan = shown(&plan(Goal::Present, vec![change]));
    plan.changes.into_iter().next().unwrap()
}

/// What a plan may leave alone on a live service.
pub(super) fn ignored() -> Ignored {
    let field =
        |path: &str, value: Json, rule, reason| IgnoredField { path: path.to_owned(), value, rule, reason };
    let fields = vec![
        field(
            "uid",
            json!("0f3c9a12-5d1e-4a51-9a0c-d0b6f3b1a7e2"),
            IgnoreRule::ServerManaged,
            "given by the server",
        ),
        field("conditions", json!([{"type": "Ready"}]), IgnoreRule::ServerManaged, "what the server reports"),
        field("timeout", json!("300s"), IgnoreRule::Default, "the server's default"),
        field("labels.team", json!("models"), IgnoreRule::Foreign, "left as it is"),
    ];
    Ignored { server_managed: 3, unmanaged: 1, listed: Some(vec![(id("service/ollama-gemma"), fields)]) }
}

pub(super) fn change(name: &str, action: Action, reason: Reason, line: u32) -> Change {
    let id = id(name);
    let full_name = match id.kind() {
        "service" => format!(
            "//run.googleapis.com/projects/demo-project/locations/europe-west1/services/{}",
            id.name()
        ),
        "repository" => format!("projects/demo-project/locations/europe-west1/repositories/{}", id.name()),
        _other => format!("projects/demo-project/{}", id.name()),
    };
    Change {
        id,
        full_name,
        place: at(line),
        action,
        reason,
        fields: vec![],
        after: vec![],
        applied: std::collections::BTreeMap::default(),
        steps: vec![],
        commands: vec![],
    }
}

pub(super) fn after(mut change: Change, names: &[&str]) -> Change {
    change.after = names.iter().map(|name| id(name)).collect();
    change
}

pub(super) fn fields(mut change: Change, fields: Vec<FieldChange>) -> Change {
    change.fields = fields;
    change
}

pub(super) fn field(
    path: &str,
    before: Option<Json>,
    after: Option<Json>,
    cause: Cause,
    place: Option<Place>,
) -> FieldChange {
    FieldChange { path: path.to_owned(), before, after, cause, place, effect: Effect::InPlace }
}

fn grant(change: Change, on: &str, role: &str, member: &str) -> Change {
    let given = Grant { role: role.to_owned(), member: member.to_owned(), condition: None };
    let (add, remove) = match change.action {
        Action::Delete => (vec![], vec![given]),
        Action::NoOp | Action::Keep => (vec![], vec![]),
        Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Replace
        | Action::Repair
        | Action::Detach
        | Action::Forget => (vec![given], vec![]),
    };
    let request =
        |verb: &str| ApiRequest::post(Api::ResourceManager, format!("v3/projects/p:{verb}"), json!({}));
    let policy =
        PolicyRef { read: request("getIamPolicy"), write: request("setIamPolicy"), shown: on.to_owned() };
    Change { steps: vec![Step::EditPolicy(PolicyEdit { policy, add, remove })], ..change }
}

/// The grants of a change on a condition.
pub(super) fn on_condition(change: &mut Change, condition: &Json) {
    for step in &mut change.steps {
        if let Step::EditPolicy(edit) = step {
            edit.add.iter_mut().for_each(|grant| grant.condition = Some(condition.clone()));
        }
    }
}

/// A project role of the deployer.
pub(super) fn role(role: &str, action: Action, reason: Reason, line: u32) -> Change {
    let name = format!("role/{role}/user:me@example.com");
    let change = change(&name, action, reason, line);
    grant(change, "project demo-project", &format!("roles/{role}"), "user:me@example.com")
}

/// Somebody who may call the service.
pub(super) fn invoker(member: &str, action: Action, reason: Reason, line: u32) -> Change {
    let change = change(&format!("invoker/ollama-gemma/{member}"), action, reason, line);
    let change = grant(change, "service ollama-gemma", "roles/run.invoker", member);
    after(change, &["service/ollama-gemma"])
}

fn new_fields(change: Change, values: &[(&str, Json, u32)]) -> Change {
    let new = |(path, value, line): &(&str, Json, u32)| {
        field(path, None, Some(value.clone()), Cause::New, at(*line))
    };
    fields(change, values.iter().map(new).collect())
}

/// Twelve changes that make the tutorial's stack from nothing.
pub(super) fn create_all() -> Plan {
    let mut changes = vec![];
    for (number, api) in ["artifactregistry", "cloudbuild", "run"].into_iter().enumerate() {
        let name = format!("api/{api}.googleapis.com");
        changes.push(change(&name, Action::Create, Reason::NotFound, 20 + u32::try_from(number).unwrap()));
    }
    for (number, name) in
        ["artifactregistry.admin", "cloudbuild.builds.editor", "run.admin"].into_iter().enumerate()
    {
        changes.push(role(name, Action::Create, Reason::NotFound, 27 + 2 * u32::try_from(number).unwrap()));
    }
    let repository = new_fields(
        change("repository/ollama", Action::Create, Reason::NotFound, 42),
        &[("description", json!("Model servers"), 43), ("format", json!("docker"), 42)],
    );
    changes.push(after(
        repository,
        &["api/artifactregistry.googleapis.com", "role/run.admin/user:me@example.com"],
    ));
    let image = new_fields(
        change("image/ollama-gemma", Action::Create, Reason::NotFound, 46),
        &[
            ("context.Dockerfile", json!(OLD), 48),
            ("context.prompt.txt", json!(NEW), 48),
            (
                "dockerfile",
                json!(
                    "FROM ollama/ollama:latest\nENV OLLAMA_HOST=0.0.0.0:8080\nENTRYPOINT [\"ollama\", \"serve\"]\n"
                ),
                48,
            ),
            ("tag", json!(&NEW[..32]), 46),
        ],
    );
    changes.push(after(image, &["repository/ollama", "api/cloudbuild.googleapis.com"]));
    let service = new_fields(
        change("service/ollama-gemma", Action::Create, Reason::NotFound, 55),
        &[
            ("concurrency", json!(4), 64),
            ("cpu", json!("8000m"), 61),
            ("cpuThrottling", json!(false), 63),
            ("env.OLLAMA_NUM_PARALLEL", json!("4"), 68),
            ("gpu.count", json!(1), 59),
            ("gpu.type", json!("nvidia-l4"), 58),
            ("gpu.zonalRedundancy", json!(false), 60),
            ("image", image_reference(), 56),
            ("maxInstances", json!(1), 65),
            ("memory", json!("34359738368"), 62),
            ("timeout", json!("600s"), 66),
        ],
    );
    changes.push(after(service, &["image/ollama-gemma", "api/run.googleapis.com"]));
    plan(Goal::Present, changes)
}

pub(super) const IMAGE: &str = "europe-west1-docker.pkg.dev/demo-project/ollama/ollama-gemma@";

pub(super) fn image_reference() -> Json {
    json!(format!("{IMAGE}{}", reference(&id("image/ollama-gemma"), "digest")))
}

/// What is in step: three switches, three roles, the repository, and more as named.
pub(super) fn unchanged(more: &[&str]) -> Vec<Change> {
    let mut changes: Vec<Change> = ["artifactregistry", "cloudbuild", "run"]
        .into_iter()
        .map(|api| change(&format!("api/{api}.googleapis.com"), Action::NoOp, Reason::InSync, 20))
        .collect();
    for name in ["artifactregistry.admin", "cloudbuild.builds.editor", "run.admin"] {
        changes.push(role(name, Action::NoOp, Reason::InSync, 27));
    }
    changes.extend(more.iter().map(|name| change(name, Action::NoOp, Reason::InSync, 42)));
    changes
}

pub(super) fn service(reason: Reason, of: Vec<FieldChange>) -> Change {
    fields(change("service/ollama-gemma", Action::Update, reason, 55), of)
}

/// One field edited, and a line of the spec removed.
pub(super) fn edited() -> Plan {
    let mut changes = unchanged(&["repository/ollama", "image/ollama-gemma"]);
    let edit = |path, old, new, line| field(path, Some(old), Some(new), Cause::SpecEdited, at(line));
    changes.push(service(
        Reason::SpecEdited,
        vec![
            edit("concurrency", json!(4), json!(8), 64),
            edit("env.OLLAMA_NUM_PARALLEL", json!("4"), json!("8"), 68),
        ],
    ));
    changes.push(invoker("user:ana@acme.example", Action::Delete, Reason::RemovedFromSpec, 70));
    let gone = changes.last_mut().unwrap();
    (gone.place, gone.after) = (None, vec![]);
    plan(Goal::Present, changes)
}

/// Somebody else changed memory and took a role away.
pub(super) fn drifted() -> Plan {
    let mut changes = unchanged(&["repository/ollama", "image/ollama-gemma"]);
    let drift = |path, old, new, line| field(path, Some(old), new, Cause::Drifted(touched()), line);
    changes.push(role("storage.admin", Action::Create, Reason::Drifted(None), 39));
    changes.push(service(
        Reason::Drifted(touched()),
        vec![
            drift("env.DEBUG", json!("1"), None, None),
            drift("memory", json!("17179869184"), Some(json!("34359738368")), at(62)),
        ],
    ));
    plan(Goal::Present, changes)
}

const DOCKERFILE: &str = "FROM ollama/ollama:0.17.1
ENV OLLAMA_HOST=0.0.0.0:8080
ENV OLLAMA_MODELS=/models
ENV OLLAMA_DEBUG=false
ENV OLLAMA_KEEP_ALIVE=-1
ENV MODEL=gemma3:4b
RUN ollama serve & sleep 5 && ollama pull \"$MODEL\"
ENTRYPOINT [\"ollama\", \"serve\"]
";

/// Files of the context changed: rebuild and redeploy.
pub(super) fn rebuilt() -> Plan {
    let mut changes = unchanged(&["repository/ollama"]);
    let input =
        |path, old: Option<Json>, new: Option<Json>| field(path, old, new, Cause::InputChanged, at(48));
    let image = fields(
        change("image/ollama-gemma", Action::Create, Reason::InputsChanged, 46),
        vec![
            input("context.Dockerfile", Some(json!(OLD)), Some(json!(NEW))),
            input("context.prompts/system.txt", None, Some(json!(NEW))),
            input(
                "dockerfile",
                Some(json!(DOCKERFILE)),
                Some(json!(DOCKERFILE.replace("gemma3:4b", "gemma3:12b"))),
            ),
            input("tag", Some(json!(&OLD[..32])), Some(json!(&NEW[..32]))),
        ],
    );
    changes.push(image);
    let follows = Cause::Follows { from: id("image/ollama-gemma") };
    let old = json!(format!("{IMAGE}sha256:{OLD}"));
    let service = service(
        Reason::ParentReplaced { parent: id("image/ollama-gemma") },
        vec![field("image", Some(old), Some(image_reference()), follows, at(56))],
    );
    changes.push(after(service, &["image/ollama-gemma"]));
    plan(Goal::Present, changes)
}

/// A service and its image leave the spec; another is replaced; one does not work.
pub(super) fn deleted() -> Plan {
    let mut changes = unchanged(&[]);
    let mut location = field(
        "location",
        Some(json!("europe-west1")),
        Some(json!("europe-west4")),
        Cause::SpecEdited,
        at(44),
    );
    location.effect = Effect::Replace;
    changes
        .push(fields(change("repository/ollama", Action::Replace, Reason::SpecEdited, 42), vec![location]));
    let message = "Revision 'gemma-00002' is not ready: the container did not listen on port 8080 in time.";
    changes.push(change(
        "service/gemma",
        Action::Repair,
        Reason::Unhealthy { message: message.to_owned() },
        55,
    ));
    // What goes, goes the other way round: who may call a service before the service.
    let gone = invoker("user:ana@acme.example", Action::Delete, Reason::RemovedFromSpec, 1);
    changes.push(after(gone, &[]));
    changes.push(after(
        change("service/ollama-gemma", Action::Delete, Reason::RemovedFromSpec, 1),
        &["invoker/ollama-gemma/user:ana@acme.example"],
    ));
    changes.push(change("account/ollama-run", Action::Detach, Reason::RemovedFromSpec, 1));
    changes.push(change("image/old", Action::Forget, Reason::Gone, 1));
    for change in &mut changes {
        if matches!(change.reason, Reason::RemovedFromSpec | Reason::Gone) {
            change.place = None;
        }
    }
    plan(Goal::Present, changes)
}

/// The stack is destroyed; what was there before, is shared, or stays by rule is kept.
pub(super) fn destroyed() -> Plan {
    let mut changes = vec![
        change("service/ollama-gemma", Action::Delete, Reason::Destroying, 55),
        after(
            change("image/ollama-gemma", Action::Delete, Reason::Destroying, 46),
            &["service/ollama-gemma"],
        ),
        after(change("repository/ollama", Action::Delete, Reason::Destroying, 42), &["image/ollama-gemma"]),
        after(role("run.admin", Action::Delete, Reason::Destroying, 31), &["repository/ollama"]),
        role("storage.admin", Action::Keep, Reason::ThereBefore, 33),
        change("api/artifactregistry.googleapis.com", Action::Keep, Reason::KeptByRule, 20),
    ];
    let holders = vec!["chat".to_owned(), "search".to_owned()];
    changes.push(change("api/run.googleapis.com", Action::Keep, Reason::SharedSwitch { holders }, 22));
    plan(Goal::Absent, changes)
}

/// Things that the plan refuses or could not read.
pub(super) fn blocked() -> Plan {
    let mut plan = edited();
    plan.refusals.push(Refusal {
        id: id("repository/ollama"),
        place: at(42),
        problem:
            "it exists in europe-west1 and carries no mark of a stack, so somebody else may depend on it"
                .to_owned(),
        ways_out: vec![
            "rename the item in the spec".to_owned(),
            "set `adopt: true` on it, and the stack takes it over".to_owned(),
        ],
    });
    plan.unknowns.push(Unknown {
        id: id("account/ollama-run"),
        place: at(24),
        problem: "permission iam.serviceAccounts.get denied on projects/demo-project".to_owned(),
        help: Some("grant roles/iam.serviceAccountViewer to whoever plans".to_owned()),
    });
    plan
}

/// A build and a deploy, for lines that name calls.
pub(super) fn with_calls(mut plan: Plan) -> Plan {
    for change in &mut plan.changes {
        if change.id.kind() == "service" {
            let path =
                format!("v2/projects/demo-project/locations/europe-west1/services/{}", change.id.name());
            let request = ApiRequest::patch(Api::Run, path, json!({"image": image_reference()}));
            change.steps = vec![Step::Call { request, wait: Wait::Ready }];
        }
    }
    plan
}
