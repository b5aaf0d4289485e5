//! Resources whose every request is held against Google's documents as soon as it is described.

use conformance::{Content, Exchange, Requests, hold, hold_conditional};
use model::{
    Action, Api, ApiRequest, Body, Command, Dependency, FieldRule, Fields, Json, Live, Lookup, ObserveError,
    OnDestroy, Place, PolicyEdit, Resource, ResourceId, Step, Tenure,
};
use serde_json::json;

/// The same resources, checked.
pub fn all(resources: Vec<Box<dyn Resource>>) -> Vec<Box<dyn Resource>> {
    resources.into_iter().map(one).collect()
}

/// The same resource, checked.
pub fn one(resource: Box<dyn Resource>) -> Box<dyn Resource> {
    Box::new(Checked(resource))
}

#[derive(Debug)]
struct Checked(Box<dyn Resource>);

impl Resource for Checked {
    fn lookup(&self) -> Lookup {
        let lookup = self.0.lookup();
        let mut requests = vec![lookup.request().clone()];
        if let Lookup::Object { siblings: Some(siblings), .. } = &lookup {
            requests.push((siblings.gather)(&siblings.parent, &[&siblings.key, "other"]));
        }
        hold(requests.iter().map(exchange), Requests::All);
        lookup
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        self.0.commands(action, live)
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        let steps = self.0.steps(action, live);
        let exchanges: Vec<Exchange> =
            steps.iter().flat_map(requests).map(|request| exchange(&request)).collect();
        // Nothing is known to hold a change of what was not read against.
        if live.is_some() {
            hold_conditional(exchanges.clone());
        }
        hold(exchanges, Requests::All);
        steps
    }

    fn id(&self) -> &ResourceId {
        self.0.id()
    }
    fn place(&self) -> Option<&Place> {
        self.0.place()
    }
    fn depends_on(&self) -> Vec<Dependency> {
        self.0.depends_on()
    }
    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        self.0.observe(found)
    }
    fn desired(&self) -> Fields {
        self.0.desired()
    }
    fn rules(&self) -> &'static [FieldRule] {
        self.0.rules()
    }
    fn consequences(&self, action: Action, live: Option<&Live>) -> Vec<model::Consequence> {
        self.0.consequences(action, live)
    }
    fn remember(&self) -> Json {
        self.0.remember()
    }
    fn full_name(&self) -> String {
        self.0.full_name()
    }
    fn on_destroy(&self) -> OnDestroy {
        self.0.on_destroy()
    }
    fn tenure(&self) -> Tenure {
        self.0.tenure()
    }
    fn may_adopt(&self) -> bool {
        self.0.may_adopt()
    }
    fn needs_api(&self) -> Option<&str> {
        self.0.needs_api()
    }
}

/// The requests that a step spells out. Uploads and the emptying of buckets are made up by the client, whose own tests check them.
fn requests(step: &Step) -> Vec<ApiRequest> {
    match step {
        Step::Call { request, .. } => vec![request.clone()],
        Step::Gathered(gathered) => vec![
            (gathered.gather)(&gathered.parent, &[&gathered.key]),
            (gathered.gather)(&gathered.parent, &[&gathered.key, "other"]),
        ],
        Step::EditPolicy(edit) => vec![edit.policy.read.clone(), written(edit)],
        Step::Build { create, .. } => vec![create.clone()],
        Step::Check(check) => vec![check.otherwise.clone()],
        Step::Upload(_) | Step::EmptyBucket { .. } => Vec::new(),
    }
}

/// The write of an edit of an empty policy, as the client sends it.
fn written(edit: &PolicyEdit) -> ApiRequest {
    let write = edit.policy.write.clone();
    let empty = json!({"etag": "ACAB"});
    let policy = edit.applied_to(&empty).unwrap_or(empty);
    let body = if write.api == Api::Storage { policy } else { json!({ "policy": policy }) };
    write.with_body(body)
}

fn exchange(request: &ApiRequest) -> Exchange {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let pairs =
        request.query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(&known(value))));
    Exchange {
        method: request.method.as_str().to_owned(),
        host: request.api.host().to_owned(),
        path: format!("/{}", known(&request.path)),
        query: pairs.collect::<Vec<_>>().join("&"),
        request: match &request.body {
            Body::Empty => Content::Empty,
            Body::Json(body) => Content::Json(known_json(body)),
            Body::Bytes { .. } => Content::Opaque,
        },
        answer: None,
    }
}

/// A text with a value in the place of each reference.
fn known(text: &str) -> String {
    let mut parts = text.split('\u{1}');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        filled.push('1');
        filled.push_str(part.split_once('\u{2}').map_or("", |(_, rest)| rest));
    }
    filled
}

fn known_json(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(known(text)),
        Json::Array(items) => items.iter().map(known_json).collect(),
        Json::Object(map) => map.iter().map(|(key, item)| (key.clone(), known_json(item))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
    }
}
