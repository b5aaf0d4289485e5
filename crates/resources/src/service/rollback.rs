//! The way back: all requests of a service to a revision that it has, and nothing else. Pure.
//! Source: Cloud Run Admin v2, `Revision.conditions` and `TrafficTarget`.
//!
//! A revision that serves nothing is retired by the server, and serves again as soon as it gets requests: so only whether it
//! became ready counts.

use model::{
    Action, ApiRequest, Command, Consequence, FieldRule, Fields, Health, Json, Live, Lookup, ObserveError,
    Place, Protection, Resource, ResourceId, Step, Wait, last_part,
};
use spec::Spec;

use super::standing::{Share, Standing};
use super::{Service, observe, rollout, traffic, wanted};
use crate::json;
use crate::scope::Scope;

/// How the traffic is compared; everything else of the service is not looked at.
const RULES: &[FieldRule] = &[super::rules::TRAFFIC];

/// Revisions that are named where one is not found.
const NAMED: usize = 5;

/// Why there is no way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoWayBack {
    /// What is wrong.
    pub problem: String,
    /// What to do next.
    pub help: String,
}

/// The read of a service's revisions, newest first.
pub fn revisions(service: &str) -> ApiRequest {
    ApiRequest::get(model::Api::Run, format!("v2/{service}/revisions"))
        .with_query("pageSize", "1000")
        .with_pages("revisions")
}

/// The revision that gets the requests: the one that is asked for, or the newest that served before those that serve now.
/// `served`: those that an apply gave all requests to; where nobody knows, every one that became ready may have.
///
/// Errors: there is none, or it did not become ready, or is being deleted, or has all requests.
pub fn choose(
    service: &Json,
    revisions: &Json,
    served: &[String],
    asked: Option<&str>,
) -> Result<String, NoWayBack> {
    let standing = Standing::of(service);
    let all = json::list(revisions, &["revisions"]);
    if let Some(asked) = asked {
        return named(asked, &standing, all);
    }
    let has_requests =
        |revision: &&Json| standing.serving.iter().any(|share| share.revision == name(revision));
    let now = all.iter().position(|revision| has_requests(&revision));
    let mut passed_over = Vec::new();
    for revision in now.map_or(&[][..], |now| all.get(now + 1..).unwrap_or_default()) {
        let name = name(revision);
        match unfit(revision) {
            Some(why) => passed_over.push(format!("{name} {why}")),
            None if !served.is_empty() && !served.iter().any(|known| known == name) => {
                passed_over.push(format!("{name} is not known to have had all requests"));
            }
            None => return Ok(name.to_owned()),
        }
    }
    let problem = "there is no earlier revision that served".to_owned();
    passed_over.truncate(NAMED);
    let help = "mend the spec and apply it; --to REVISION takes any revision that became ready".to_owned();
    Err(if passed_over.is_empty() {
        NoWayBack { problem, help }
    } else {
        NoWayBack { problem: format!("{problem}: {}", passed_over.join("; ")), help }
    })
}

fn named(asked: &str, standing: &Standing, all: &[Json]) -> Result<String, NoWayBack> {
    let known: Vec<&str> = all.iter().map(name).take(NAMED).collect();
    let help = format!("its newest revisions: {}", known.join(", "));
    let Some(revision) = all.iter().find(|revision| name(revision) == asked) else {
        return Err(NoWayBack { problem: format!("there is no revision {asked}"), help });
    };
    if let Some(why) = unfit(revision) {
        return Err(NoWayBack { problem: format!("revision {asked} {why}"), help });
    }
    if standing.alone() == Some(asked) {
        return Err(NoWayBack { problem: format!("revision {asked} has all requests already"), help });
    }
    Ok(asked.to_owned())
}

fn name(revision: &Json) -> &str {
    last_part(json::text(revision, &["name"]).unwrap_or_default())
}

/// Why a revision cannot serve.
fn unfit(revision: &Json) -> Option<String> {
    if json::text(revision, &["deleteTime"]).is_some() {
        return Some("is being deleted".to_owned());
    }
    let conditions = json::list(revision, &["conditions"]);
    let ready = conditions.iter().find(|condition| json::text(condition, &["type"]) == Some("Ready"))?;
    let state = json::word(ready, &["state"], observe::STATES);
    if state.as_deref() == Some("CONDITION_SUCCEEDED") {
        return None;
    }
    let why = json::text(ready, &["message"]).or_else(|| json::text(ready, &["revisionReason"]));
    Some(format!("is not ready: {}", why.unwrap_or("the API does not say why")))
}

/// A service of which only the traffic is wanted: all requests to one revision. None: the spec has no such service.
pub fn pinned(spec: &Spec, service: &str, revision: &str) -> Option<Box<dyn Resource>> {
    let scope = Scope::of(spec);
    let (name, asked) = spec.document.services.iter().find(|(name, _)| name.as_str() == service)?;
    let service = wanted(&scope, name.as_str(), asked);
    Some(Box::new(Pinned { service, revision: revision.to_owned() }))
}

/// A service with all requests to one revision.
#[derive(Debug)]
struct Pinned {
    service: Service,
    revision: String,
}

impl Resource for Pinned {
    fn id(&self) -> &ResourceId {
        self.service.id()
    }

    fn place(&self) -> Option<&Place> {
        self.service.place()
    }

    fn depends_on(&self) -> Vec<model::Dependency> {
        Vec::new()
    }

    fn lookup(&self) -> Lookup {
        self.service.lookup()
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        // Going back is for when the newest revision does not work.
        Ok(self.service.observe(found)?.map(|live| Live { health: Health::Ready, ..live }))
    }

    fn desired(&self) -> Fields {
        let mut fields = Fields::new();
        let all = vec![traffic::target(&self.revision, 100, None)];
        fields.set("traffic", traffic::ordered(all), self.place().cloned());
        fields
    }

    fn rules(&self) -> &'static [FieldRule] {
        RULES
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        match (action, live) {
            // Where the stamp is missing or bears an earlier name, the plan asks for the calls of an adoption; the stamp is
            // for the next apply.
            (Action::Adopt | Action::Update, Some(live)) => {
                let all = [Share { revision: self.revision.clone(), percent: 100 }];
                let targets = Standing::of(&live.raw).targets(&all, 100, None);
                let request = rollout::traffic_alone(&self.service.path(), &targets, live.etag.as_deref());
                // Whether the service as a whole is ready is another question: its newest revision may not be.
                vec![Step::Call { request, wait: Wait::Operation }]
            }
            (
                Action::Adopt
                | Action::Update
                | Action::NoOp
                | Action::Create
                | Action::Replace
                | Action::Repair
                | Action::Delete
                | Action::Detach
                | Action::Keep
                | Action::Forget,
                _,
            ) => Vec::new(),
        }
    }

    fn consequences(&self, action: Action, live: Option<&Live>) -> Vec<Consequence> {
        match (action, live) {
            // Who serves now, by name.
            (Action::Adopt | Action::Update, Some(live)) => vec![Consequence {
                path: "traffic".to_owned(),
                before: Some(rollout::shown_shares(&Standing::of(&live.raw).serving)),
                after: Json::Array(vec![traffic::target(&self.revision, 100, None)]),
            }],
            (
                Action::Adopt
                | Action::Update
                | Action::NoOp
                | Action::Create
                | Action::Replace
                | Action::Repair
                | Action::Delete
                | Action::Detach
                | Action::Keep
                | Action::Forget,
                _,
            ) => Vec::new(),
        }
    }

    fn commands(&self, _action: &Action, _live: Option<&Live>) -> Vec<Command> {
        // A rollback is shown as a plan only.
        Vec::new()
    }

    fn remember(&self) -> Json {
        self.service.remember()
    }

    fn full_name(&self) -> String {
        self.service.full_name()
    }

    fn protection(&self) -> Protection {
        self.service.protection()
    }

    fn needs_api(&self) -> Option<&str> {
        self.service.needs_api()
    }
}
