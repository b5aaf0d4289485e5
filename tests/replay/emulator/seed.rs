//! The world that a run found: which projects there were, which APIs were on, who had which role, and what was there already.
//! All of it is read off the run's own exchanges. Knows addresses, and not how a world is made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::not_imitated;
use crate::recording::{Exchange, NUMBER, PROJECT, Run};
use crate::thing::{Deed, Sort, Thing, deed, shown};

/// The world before a run.
#[derive(Debug)]
pub(crate) struct Seed {
    /// The project that most of the run is about.
    pub(crate) main: String,
    /// Every project that was there, the main one among them.
    pub(crate) projects: BTreeMap<String, ProjectSeed>,
    /// Numbers that stand for a project in the recording.
    pub(crate) numbers: BTreeSet<String>,
}

/// One project before a run.
#[derive(Debug, Default)]
pub(crate) struct ProjectSeed {
    pub(crate) apis: BTreeSet<String>,
    /// E-mail addresses of service accounts that policies and services name.
    pub(crate) accounts: BTreeSet<String>,
    pub(crate) policy: Option<Value>,
    pub(crate) things: Vec<(Thing, Value)>,
    /// Accounts that had been there and were deleted, which IAM says of them.
    pub(crate) deleted_accounts: BTreeSet<String>,
}

/// Reads the seed of a run off its exchanges.
pub(crate) fn seed(run: &Run) -> Seed {
    let absent = absent_projects(run);
    let main = main_project(run, &absent);
    let mut projects = BTreeMap::from([(main.clone(), ProjectSeed::default())]);
    let mut known: BTreeSet<Thing> = BTreeSet::new();
    let mut is_switched = false;
    let mut numbers = BTreeSet::from([NUMBER.to_owned()]);
    for exchange in run.exchanges.iter().filter(|exchange| not_imitated::reason(exchange).is_none()) {
        let id = named_project(exchange).unwrap_or(&main);
        if absent.contains(id) {
            continue;
        }
        note_numbers("", &exchange.answer, &mut numbers);
        let project = projects.entry(id.to_owned()).or_default();
        project.apis.insert(exchange.host.clone());
        is_switched |= note_switches(exchange, is_switched, project);
        note_policy(exchange, project);
        note_accounts(&exchange.request, id, &mut project.accounts);
        note_things(exchange, &mut known, project);
        note_deleted_account(exchange, id, &known, project);
    }
    for project in projects.values_mut() {
        let policy = project.policy.as_ref().map(Value::to_string).unwrap_or_default();
        // The API brings that account along.
        if policy.contains("-compute@developer.gserviceaccount.com") {
            project.apis.insert("compute.googleapis.com".to_owned());
        }
        // What the run makes itself is not there before.
        project.accounts.retain(|email| {
            let is_made = |exchange: &Exchange| {
                let made = deed(exchange).filter(|_| exchange.method == "POST");
                matches!(made, Some((thing, Deed::Made(_))) if thing.sort == Sort::Account && thing.name == *email)
            };
            !run.exchanges.iter().any(is_made)
        });
    }
    Seed { main, projects, numbers }
}

/// Projects that are not there until the run makes them, or never.
fn absent_projects(run: &Run) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut absent = BTreeSet::new();
    for exchange in &run.exchanges {
        let made = is_creation_of_project(exchange).then(|| exchange.request["projectId"].as_str()).flatten();
        let Some(id) = made.or_else(|| named_project(exchange)) else { continue };
        if seen.insert(id.to_owned()) && (made.is_some() || is_of_absent_project(exchange)) {
            absent.insert(id.to_owned());
        }
    }
    absent
}

/// The project that most paths name.
fn main_project(run: &Run, absent: &BTreeSet<String>) -> String {
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for project in run.exchanges.iter().filter_map(named_project).filter(|project| !absent.contains(*project))
    {
        *named.entry(project).or_default() += 1;
    }
    let most = named.into_iter().max_by_key(|(_, times)| *times);
    most.map_or(PROJECT, |(project, _)| project).to_owned()
}

fn named_project(exchange: &Exchange) -> Option<&str> {
    let named = match exchange.path.as_slice() {
        [_, projects, project, ..] if projects == "projects" => Some(project.as_str()),
        _ => exchange.parameter("project"),
    };
    named.filter(|name| *name != "-" && !name.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_of_absent_project(exchange: &Exchange) -> bool {
    exchange.method == "GET"
        && exchange.status == 403
        && exchange.path.len() == 3
        && exchange.path[1] == "projects"
}

pub(crate) fn is_creation_of_project(exchange: &Exchange) -> bool {
    exchange.method == "POST"
        && exchange.is_good()
        && matches!(exchange.parts().as_slice(), ["v1" | "v3", "projects"])
        && exchange.verb.is_none()
}

/// Which APIs were on before the run switched any: those of the first lists, and those that it switches off itself.
fn note_switches(exchange: &Exchange, is_switched: bool, project: &mut ProjectSeed) -> bool {
    let verb = exchange.verb.as_deref();
    match (exchange.parts().as_slice(), verb) {
        ([_, "projects", _, "services"], None) if !is_switched && exchange.is_good() => {
            let only_on = exchange.parameter("filter") == Some("state:ENABLED");
            for service in exchange.answer["services"].as_array().into_iter().flatten() {
                if only_on || service["state"] == "ENABLED" {
                    let name = service["name"].as_str().unwrap_or_default();
                    project.apis.insert(name.rsplit('/').next().unwrap_or(name).to_owned());
                }
            }
            false
        }
        ([_, "projects", _, "services", service], Some("disable")) if !is_switched && exchange.is_good() => {
            project.apis.insert((*service).to_owned());
            true
        }
        ([_, "projects", _, "services", ..], Some("enable" | "batchEnable" | "disable")) => {
            exchange.is_good()
        }
        _ => false,
    }
}

fn note_policy(exchange: &Exchange, project: &mut ProjectSeed) {
    let is_read = matches!(exchange.parts().as_slice(), [_, "projects", _])
        && exchange.verb.as_deref() == Some("getIamPolicy")
        && exchange.is_good();
    if is_read && project.policy.is_none() {
        project.policy = Some(exchange.answer.clone());
    }
}

/// Accounts of this project that a request names, which must be there for that.
fn note_accounts(value: &Value, project: &str, accounts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let email = text.strip_prefix("serviceAccount:").unwrap_or(text);
            let is_own = email.ends_with(&format!("@{project}.iam.gserviceaccount.com"));
            if is_own && !email.contains([':', '/']) {
                accounts.insert(email.to_owned());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| note_accounts(item, project, accounts)),
        Value::Object(fields) => fields.values().for_each(|field| note_accounts(field, project, accounts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A thing that an answer shows although no request made it was there before.
fn note_things(exchange: &Exchange, known: &mut BTreeSet<Thing>, project: &mut ProjectSeed) {
    match deed(exchange) {
        Some((thing, Deed::Made(_))) if exchange.method == "POST" => {
            known.insert(thing);
            return;
        }
        Some(_) | None => {}
    }
    for shown in shown(exchange) {
        match shown.thing.sort {
            Sort::Service | Sort::Repository | Sort::Bucket | Sort::Account => {
                if known.insert(shown.thing.clone()) {
                    project.things.push((shown.thing, shown.body));
                }
            }
            Sort::Api | Sort::ProjectPolicy | Sort::ServicePolicy => {}
        }
    }
}

/// Of an account that never was, IAM says that it is unknown; that one does not exist it says of one that was.
fn note_deleted_account(exchange: &Exchange, id: &str, known: &BTreeSet<Thing>, project: &mut ProjectSeed) {
    let message = exchange.answer["error"]["message"].as_str().unwrap_or_default();
    if let ("GET", 404, [_, "projects", _, "serviceAccounts", email]) =
        (exchange.method.as_str(), exchange.status, exchange.parts().as_slice())
        && message.ends_with("does not exist.")
        && email.ends_with(&format!("@{id}.iam.gserviceaccount.com"))
        && !known.iter().any(|thing| thing.sort == Sort::Account && thing.name == *email)
    {
        project.deleted_accounts.insert((*email).to_owned());
    }
}

/// Numbers of projects, where they stand for one for sure.
fn note_numbers(key: &str, value: &Value, numbers: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let candidates = [
                (key == "projectNumber").then_some(text.as_str()),
                text.strip_prefix("projects/").and_then(|rest| rest.split('/').next()),
                text.strip_prefix("operations/acat.p").and_then(|rest| rest.split('-').nth(1)),
            ];
            let is_number = |text: &&str| text.len() > 5 && text.bytes().all(|byte| byte.is_ascii_digit());
            numbers.extend(candidates.into_iter().flatten().filter(is_number).map(ToOwned::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| note_numbers(key, item, numbers)),
        Value::Object(fields) => fields.iter().for_each(|(key, field)| note_numbers(key, field, numbers)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
