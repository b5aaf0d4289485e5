//! Service Usage v1: which APIs are on in the project, and what switching one brings along.
//! Shapes: serviceusage v1 discovery document, and recorded enable and disable operations.

mod catalogue;
mod switch;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::{Answer, Call, Handled};
use crate::error::ApiError;
use crate::world::{Project, World};

pub(crate) use catalogue::title;
pub(crate) use switch::{Effect, finish, turn_on};

/// Names per batchGet, as the method's reference says.
const BATCH_GET_LIMIT: usize = 30;
/// Largest and default page of a list.
const PAGE: (usize, usize) = (200, 50);

/// The APIs that are on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Names such as `run.googleapis.com`.
    pub(crate) enabled: BTreeSet<String>,
}

impl State {
    /// What a new project has on.
    pub(crate) fn fresh() -> Self {
        Self { enabled: catalogue::ON_FROM_THE_START.iter().map(ToString::to_string).collect() }
    }

    /// Whether an API is on.
    pub(crate) fn is_enabled(&self, service: &str) -> bool {
        self.enabled.contains(service)
    }
}

/// Answers Service Usage calls.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let method = call.method.as_str();
    let verb = call.verb.as_deref();
    Some(match (method, parts.as_slice(), verb) {
        ("GET", [_, "operations", name], None) => match world.operations.get(&format!("operations/{name}")) {
            Some(operation) => Ok(Answer::json(operation.render())),
            None => Err(ApiError::not_found(format!("Operation 'operations/{name}' does not exist."))),
        },
        ("GET", [_, "projects", project, "services"], None) => {
            with_project(world, project, |project| list(call, project))
        }
        ("GET", [_, "projects", project, "services"], Some("batchGet")) => {
            with_project(world, project, |project| batch_get(call, project))
        }
        ("GET", [_, "projects", project, "services", service], None) => {
            with_project(world, project, |project| {
                catalogue::known(service).map(|()| Answer::json(view(project, service)))
            })
        }
        ("GET", ["v1beta1", "projects", project, "services", service, "consumerQuotaMetrics"], None) => {
            with_project(world, project, |project| {
                catalogue::known(service)
                    .map(|()| Answer::json(crate::quotas::consumer_quota_metrics(project, service)))
            })
        }
        ("POST", [_, "projects", project, "services"], Some("batchEnable")) => {
            switch::batch_enable(call, world, project)
        }
        ("POST", [_, "projects", project, "services", service], Some("enable")) => {
            switch::enable(call, world, project, service)
        }
        ("POST", [_, "projects", project, "services", service], Some("disable")) => {
            switch::disable(call, world, project, service)
        }
        ("POST", ["v1beta1", "projects", project, "services", service], Some("generateServiceIdentity")) => {
            switch::generate_identity(call, world, project, service)
        }
        _ => return None,
    })
}

fn with_project(
    world: &World,
    project: &str,
    read: impl FnOnce(&Project) -> Result<Answer, ApiError>,
) -> Result<Answer, ApiError> {
    let project = world.project(project).ok_or_else(crate::gate::no_such_project)?;
    read(project)
}

/// One service as get, list and operations answer it; names carry the project number, as recorded.
fn view(project: &Project, service: &str) -> Value {
    let state = if project.has_enabled(service) { "ENABLED" } else { "DISABLED" };
    let parent = format!("projects/{}", project.number);
    json!({
        "name": format!("{parent}/services/{service}"),
        "config": catalogue::config(service),
        "state": state,
        "parent": parent,
    })
}

fn batch_get(call: &Call, project: &Project) -> Result<Answer, ApiError> {
    let names: Vec<&str> = call.query.all("names").collect();
    if names.is_empty() || names.len() > BATCH_GET_LIMIT {
        return Err(ApiError::invalid(format!(
            "A batch get takes 1 to {BATCH_GET_LIMIT} names, not {}.",
            names.len()
        )));
    }
    let mut services = Vec::new();
    for name in names {
        let parts: Vec<&str> = name.split('/').collect();
        match parts.as_slice() {
            ["projects", parent, "services", service]
                if *parent == project.id || *parent == project.number =>
            {
                catalogue::known(service)?;
                services.push(view(project, service));
            }
            _ => {
                return Err(ApiError::invalid(format!(
                    "The name \"{name}\" is not of the form projects/PROJECT/services/SERVICE with the parent of this call."
                )));
            }
        }
    }
    Ok(Answer::json(json!({ "services": services })))
}

fn list(call: &Call, project: &Project) -> Result<Answer, ApiError> {
    let wanted: Vec<&str> = match call.query.get("filter") {
        Some("state:ENABLED") => project.service_usage.enabled.iter().map(String::as_str).collect(),
        Some("state:DISABLED") => catalogue::names()
            .filter(|name| !project.has_enabled(name))
            .map(|name| -> &str { name })
            .collect(),
        None | Some("") => {
            let mut all: BTreeSet<&str> = project.service_usage.enabled.iter().map(String::as_str).collect();
            for name in catalogue::names() {
                all.insert(name);
            }
            all.into_iter().collect()
        }
        Some(other) => {
            return Err(ApiError::invalid(format!(
                "The filter \"{other}\" is not understood; allowed are state:ENABLED and state:DISABLED."
            )));
        }
    };
    let size = match call.query.integer("pageSize")? {
        None | Some(0) => PAGE.1,
        Some(asked) => usize::try_from(asked)
            .map_err(|_| ApiError::invalid("The page size must not be negative."))?
            .min(PAGE.0),
    };
    let start = match call.query.get("pageToken") {
        None | Some("") => 0,
        Some(token) => token.parse().map_err(|_| ApiError::invalid("The page token is not valid."))?,
    };
    let page: Vec<Value> =
        wanted.iter().skip(start).take(size).map(|service| view(project, service)).collect();
    let mut answer = json!({ "services": page });
    if start + size < wanted.len()
        && let Some(object) = answer.as_object_mut()
    {
        object.insert("nextPageToken".into(), json!((start + size).to_string()));
    }
    Ok(Answer::json(answer))
}
