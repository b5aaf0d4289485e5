//! Cloud Run Admin: services, revisions, rollouts, their policies; v2 here, the v1 view of the same in [`knative`].
//! Shapes: run v2 discovery document and recorded exchanges. Knows nothing of who answers at a service's address.

mod change;
mod defaults;
mod gpu_quota;
mod gpu_rules;
mod knative;
mod naming;
mod quantity;
mod regions;
mod rollout;
mod rules;
mod schema;
mod state;
mod submit_build;
mod unready;
mod view;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::call::{Answer, Call, Handled};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::policy::Anonymous;
use crate::world::{Project, World};

pub(crate) use gpu_quota::{GpuQuota, gpu_quotas};
pub(crate) use knative::translate;
pub(crate) use naming::{hashed_address, plain_address};
pub(crate) use rollout::finish;
pub(crate) use state::{Effect, Health, Service, State};

/// Largest and default page of a list.
const PAGE: (usize, usize) = (1000, 100);

/// Answers Cloud Run calls.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let ["v2", "projects", project, "locations", location, rest @ ..] = parts.as_slice() else {
        return knative::handle(call, world);
    };
    if let Err(refused) = rules::region(location) {
        return Some(Err(refused));
    }
    let Some(id) = world.project(project).map(|project| project.id.clone()) else {
        return Some(Err(no_such_project()));
    };
    let method = call.method.as_str();
    let verb = call.verb.as_deref();
    let name = match rest {
        ["services", service, ..] => naming::full_name(&id, location, service),
        _ => String::new(),
    };
    Some(match (method, rest, verb) {
        ("POST", ["builds"], Some("submit")) => submit_build::submit(call, world, &id, location),
        ("POST", ["services"], None) => change::create(call, world, &id, location),
        ("GET", ["services"], None) => list(call, world, &id, location),
        ("GET", ["services", _], None) => {
            with_service(world, &id, &name, |project, service| Ok(view::service(service, &project.number)))
        }
        ("PATCH", ["services", _], None) => change::patch(call, world, &id, &name),
        ("DELETE", ["services", _], None) => change::delete(call, world, &id, &name),
        (_, ["services", _], Some(_)) => return policy(call, world, &id, &name),
        ("GET", ["services", _, "revisions"], None) => {
            with_service(world, &id, &name, |project, service| revisions(call, project, service))
        }
        ("GET", ["services", _, "revisions", revision], None) => {
            with_service(world, &id, &name, |project, service| one_revision(project, service, revision))
        }
        _ => return None,
    })
}

/// The calls on a service's policy, which v1 and v2 share.
fn policy(call: &Call, world: &mut World, project: &str, name: &str) -> Handled {
    Some(match (call.method.as_str(), call.verb.as_deref()) {
        ("GET", Some("getIamPolicy")) => {
            with_service(world, project, name, |_, service| Ok(service.policy.to_json()))
        }
        ("POST", Some("setIamPolicy")) => set_policy(call, world, project, name),
        ("POST", Some("testIamPermissions")) => match world.project(project) {
            Some(project) => crate::resource_manager::granted(call, project),
            None => Err(no_such_project()),
        },
        _ => return None,
    })
}

/// 404 in the recorded text.
fn missing(project: &Project, name: &str) -> ApiError {
    let parts = naming::parts(name);
    no_resource(project, "SERVICE", parts.id, parts.location)
}

fn no_resource(project: &Project, kind: &str, id: &str, location: &str) -> ApiError {
    ApiError::not_found(format!(
        "Resource '{id}' of kind '{kind}' in region '{location}' in project '{}' does not exist.",
        project.id
    ))
}

fn with_service(
    world: &World,
    project: &str,
    name: &str,
    read: impl FnOnce(&Project, &Service) -> Result<Value, ApiError>,
) -> Result<Answer, ApiError> {
    let project = world.project(project).ok_or_else(no_such_project)?;
    let service = project.run.services.get(name).ok_or_else(|| missing(project, name))?;
    read(project, service).map(Answer::json)
}

fn set_policy(call: &Call, world: &mut World, project: &str, name: &str) -> Result<Answer, ApiError> {
    let body = call.json()?;
    let project = world.project_mut(project).ok_or_else(no_such_project)?;
    let service = project.run.services.get(name).ok_or_else(|| missing(project, name))?;
    let mut policy = service.policy.clone();
    let answer = policy.set(&body, project, Anonymous::Taken, call.now())?;
    if let Some(service) = project.run.services.get_mut(name) {
        service.policy = policy;
    }
    Ok(Answer::json(answer))
}

fn list(call: &Call, world: &World, project: &str, location: &str) -> Result<Answer, ApiError> {
    let project = world.project(project).ok_or_else(no_such_project)?;
    let prefix = naming::full_name(&project.id, location, "");
    let all = project
        .run
        .services
        .values()
        .filter(|service| service.name.starts_with(&prefix))
        .filter(|service| service.delete_time.is_none() || call.query.is_on("showDeleted"))
        .map(|service| (service.name.clone(), view::service(service, &project.number)));
    page(call, "services", all).map(Answer::json)
}

/// Revisions come newest first.
fn revisions(call: &Call, project: &Project, service: &Service) -> Result<Value, ApiError> {
    let all =
        service.revisions.iter().rev().enumerate().map(|(index, revision)| {
            (format!("{index:06}"), view::revision(service, revision, &project.number))
        });
    page(call, "revisions", all)
}

fn one_revision(project: &Project, service: &Service, asked: &str) -> Result<Value, ApiError> {
    match service.revisions.iter().find(|revision| revision.name == asked) {
        Some(revision) => Ok(view::revision(service, revision, &project.number)),
        None => Err(no_resource(project, "REVISION", asked, naming::parts(&service.name).location)),
    }
}

/// One page of a list whose items are in the order of their keys; the token is the last key of the page before.
fn page(call: &Call, field: &str, all: impl Iterator<Item = (String, Value)>) -> Result<Value, ApiError> {
    let size = match call.query.integer("pageSize")? {
        None | Some(0) => PAGE.1,
        Some(asked) => usize::try_from(asked)
            .map_err(|_| ApiError::invalid("The page size must not be negative."))?
            .min(PAGE.0),
    };
    let after = call.query.get("pageToken").unwrap_or("").to_owned();
    let mut rest = all.filter(|(key, _)| after.is_empty() || *key > after);
    let page: Vec<(String, Value)> = rest.by_ref().take(size).collect();
    let mut answer = json!({});
    if let Some(object) = answer.as_object_mut() {
        if rest.next().is_some()
            && let Some((last, _)) = page.last()
        {
            object.insert("nextPageToken".into(), json!(last));
        }
        if !page.is_empty() {
            let items: Vec<Value> = page.into_iter().map(|(_, item)| item).collect();
            object.insert(field.to_owned(), json!(items));
        }
    }
    Ok(answer)
}
