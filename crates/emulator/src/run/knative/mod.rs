//! Cloud Run Admin v1: the Knative view of services and revisions, over the same store as v2. gcloud drives services by it.
//! Shapes: run v1 discovery document, and what gcloud sends. Knows how to say v2's fields in v1's words, and nothing of rollouts.
//!
//! A namespace is a project. Namespaced paths carry no region: the host does (`REGION-run.googleapis.com`).

mod annotation;
mod container;
mod json;
mod labels;
mod list;
mod secret;
mod selector;
mod service;
mod template;
mod view;
mod volume;
mod write;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{naming, rules};
use crate::call::{Answer, Call, Handled};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::world::{Project, World};

/// The type of a service inside an operation of v1.
const SERVICE_TYPE: &str = "type.googleapis.com/google.cloud.run.v1.Service";

/// Where a call of v1 is about.
#[derive(Debug, Clone)]
struct Place {
    /// Project id.
    project: String,
    /// Region; `-` for all.
    location: String,
}

impl Place {
    fn service(&self, id: &str) -> String {
        naming::full_name(&self.project, &self.location, id)
    }
}

/// Answers calls of v1.
pub(super) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let (project, location, rest) = match parts.as_slice() {
        ["apis", "serving.knative.dev", "v1", "namespaces", namespace, rest @ ..] => {
            (*namespace, region_of(&call.host), rest)
        }
        ["v1", "projects", project, "locations"] => (*project, Some("-"), &[][..]),
        ["v1", "projects", project, "locations", location, rest @ ..] => (*project, Some(*location), rest),
        _ => return None,
    };
    let Some(project) = world.project(project).map(|project| project.id.clone()) else {
        return Some(Err(no_such_project()));
    };
    let Some(location) = location else {
        return Some(Err(ApiError::invalid(
            "The request must be sent to a regional host such as europe-west1-run.googleapis.com.",
        )));
    };
    if location != "-"
        && let Err(refused) = rules::region(location)
    {
        return Some(Err(refused));
    }
    let place = Place { project, location: location.to_owned() };
    Some(match (call.method.as_str(), rest, call.verb.as_deref()) {
        ("GET", [], None) => list::locations(world, &place),
        ("GET", ["services"], None) => list::services(call, world, &place),
        ("GET", ["revisions"], None) => list::revisions(call, world, &place),
        ("POST", ["services"], None) => write::create(call, world, &place),
        ("GET", ["services", id], None) => with_service(world, &place, id, view::service),
        ("PUT", ["services", id], None) => write::replace(call, world, &place, id),
        ("DELETE", ["services", id], None) => write::delete(call, world, &place, id),
        (_, ["services", id], Some(_)) => {
            return super::policy(call, world, &place.project, &place.service(id));
        }
        ("GET", ["revisions", name], None) => list::revision(world, &place, name),
        _ => return None,
    })
}

/// An operation's answer in the words of v1: the services in it as v1 shows them now.
pub(crate) fn translate(operation: &mut Value, project: &Project) {
    for part in ["metadata", "response"] {
        let Some(at) = operation.get_mut(part) else { continue };
        let service = at.get("name").and_then(Value::as_str).and_then(|name| project.run.services.get(name));
        if let Some(service) = service {
            let mut shown = view::service(project, service);
            if let Some(shown) = shown.as_object_mut() {
                shown.insert("@type".into(), SERVICE_TYPE.into());
            }
            *at = shown;
        }
    }
}

fn with_service(
    world: &World,
    place: &Place,
    id: &str,
    show: impl FnOnce(&Project, &super::Service) -> Value,
) -> Result<Answer, ApiError> {
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let name = place.service(id);
    let service = project.run.services.get(&name).ok_or_else(|| super::missing(project, &name))?;
    Ok(Answer::json(show(project, service)))
}

/// The region in a host such as `europe-west1-run.googleapis.com`.
fn region_of(host: &str) -> Option<&str> {
    host.split('.').next()?.strip_suffix("-run")
}
