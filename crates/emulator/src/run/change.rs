//! Create, patch and delete of services.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::naming::{etag, full_name, parts};
use super::rollout::{self, NewRevision};
use super::schema::{camel, has_field, normal_form};
use super::state::{Health, Service};
use super::view::{self, Occasion};
use super::{defaults, missing, rules};
use crate::call::{Answer, Call};
use crate::clock::after;
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::policy::Policy;
use crate::world::{Project, World};

/// `POST .../services?serviceId=S`.
pub(super) fn create(
    call: &Call,
    world: &mut World,
    project: &str,
    location: &str,
) -> Result<Answer, ApiError> {
    let id = call.query.get("serviceId").unwrap_or("").to_owned();
    rules::service_id(&id)?;
    let wanted = normal_form(&call.json()?, "Service", "service")?;
    create_as(call, world, project, location, &id, wanted)
}

/// A change that has been judged, before it is carried out.
#[derive(Debug)]
pub(super) struct Planned {
    /// The service as it will be.
    pub(super) service: Service,
    revision: Option<String>,
    occasion: Occasion,
}

/// Judges the creation of a service.
pub(super) fn creation(
    call: &Call,
    project: &Project,
    location: &str,
    id: &str,
    wanted: Map<String, Value>,
) -> Result<Planned, ApiError> {
    let name = full_name(&project.id, location, id);
    if project.run.services.contains_key(&name) {
        return Err(ApiError::already_exists(format!(
            "Resource '{id}' already exists in region '{location}' of project '{}'.",
            project.id
        )));
    }
    let wanted = completed(wanted, project);
    rules::service(&wanted, None, location, project)?;
    let now = call.now();
    let mut service = Service {
        name,
        uid: Uuid::new_v4().to_string(),
        wanted,
        generation: 1,
        observed_generation: 0,
        create_time: now,
        update_time: now,
        creator: call.caller_email().to_owned(),
        last_modifier: call.caller_email().to_owned(),
        delete_time: None,
        revisions: Vec::new(),
        rollouts: 0,
        revisions_made: 0,
        latest_created: None,
        latest_ready: None,
        health: Health::Pending,
        health_since: None,
        last_operation: None,
        policy: Policy::default(),
    };
    let revision = rollout::add_revision(&mut service, NewRevision::Always, project, &call.context)?;
    Ok(Planned { service, revision, occasion: Occasion::Created })
}

/// Judges a change of a service to what is wanted, defaults not yet filled in.
pub(super) fn update(
    call: &Call,
    project: &Project,
    before: &Service,
    wanted: Map<String, Value>,
    when: NewRevision,
) -> Result<Planned, ApiError> {
    if before.delete_time.is_some() {
        return Err(ApiError::failed_precondition(format!(
            "Resource '{}' is being deleted.",
            parts(&before.name).id
        )));
    }
    let wanted = completed(wanted, project);
    rules::service(&wanted, Some(before), parts(&before.name).location, project)?;
    let mut service = before.clone();
    let changed = service.wanted != wanted || when == NewRevision::Always;
    service.wanted = wanted;
    if changed {
        service.generation += 1;
        service.update_time = after(service.update_time, call.now());
        call.caller_email().clone_into(&mut service.last_modifier);
    }
    let revision = rollout::add_revision(&mut service, when, project, &call.context)?;
    if changed || revision.is_some() {
        service.health = Health::Pending;
    }
    Ok(Planned { service, revision, occasion: Occasion::Later })
}

/// Carries a change out; the answer is its operation.
pub(super) fn carry_out(call: &Call, world: &mut World, project: &str, planned: Planned) -> Answer {
    let Planned { mut service, revision, occasion } = planned;
    service.rollouts += 1;
    keep(world, project, &service);
    rollout::begin(call, world, project, &service, revision, occasion)
}

fn create_as(
    call: &Call,
    world: &mut World,
    project_id: &str,
    location: &str,
    id: &str,
    wanted: Map<String, Value>,
) -> Result<Answer, ApiError> {
    let project = world.project(project_id).ok_or_else(no_such_project)?;
    let planned = creation(call, project, location, id, wanted)?;
    if call.query.is_on("validateOnly") {
        return Ok(only_validated(project, &planned.service));
    }
    Ok(carry_out(call, world, project_id, planned))
}

/// `PATCH .../services/S`: without a mask the body is the whole service, as recorded clients send it.
pub(super) fn patch(
    call: &Call,
    world: &mut World,
    project_id: &str,
    name: &str,
) -> Result<Answer, ApiError> {
    let project = world.project(project_id).ok_or_else(no_such_project)?;
    let body = normal_form(&call.json()?, "Service", "service")?;
    let Some(before) = project.run.services.get(name) else {
        if call.query.is_on("allowMissing") {
            let parts = parts(name);
            let (location, id) = (parts.location.to_owned(), parts.id.to_owned());
            rules::service_id(&id)?;
            return create_as(call, world, project_id, &location, &id, body);
        }
        return Err(missing(project, name));
    };
    require_etag(before, body.get("etag").and_then(Value::as_str))?;
    let mut wanted = masked(call, before, body)?;
    keep_build_name(before, &mut wanted);
    let force = call.query.is_on("forceNewRevision");
    let when = if force { NewRevision::Always } else { NewRevision::WhenChanged };
    let planned = update(call, project, before, wanted, when)?;
    if call.query.is_on("validateOnly") {
        return Ok(only_validated(project, &planned.service));
    }
    Ok(carry_out(call, world, project_id, planned))
}

/// `DELETE .../services/S?etag=`.
pub(super) fn delete(
    call: &Call,
    world: &mut World,
    project_id: &str,
    name: &str,
) -> Result<Answer, ApiError> {
    let project = world.project(project_id).ok_or_else(no_such_project)?;
    let Some(before) = project.run.services.get(name).filter(|service| service.delete_time.is_none()) else {
        return Err(missing(project, name));
    };
    require_etag(before, call.query.get("etag"))?;
    let mut service = before.clone();
    service.generation += 1;
    service.update_time = after(service.update_time, call.now());
    service.delete_time = Some(call.now());
    service.health = Health::Pending;
    if call.query.is_on("validateOnly") {
        return Ok(only_validated(project, &service));
    }
    keep(world, project_id, &service);
    Ok(rollout::begin_deletion(call, world, project_id, &service))
}

/// The writable fields with the defaults filled in.
fn completed(mut wanted: Map<String, Value>, project: &Project) -> Map<String, Value> {
    for key in ["name", "etag"] {
        wanted.shift_remove(key);
    }
    defaults::fill(&mut wanted, project);
    wanted
}

/// The service as the body and the update mask want it.
fn masked(call: &Call, before: &Service, body: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let mask = call.query.get("updateMask").unwrap_or("");
    if mask.is_empty() || mask == "*" {
        return Ok(body);
    }
    let body = Value::Object(body);
    let mut wanted = Value::Object(before.wanted.clone());
    for path in mask.split(',').map(str::trim) {
        let keys: Vec<String> = path.split('.').map(camel).collect();
        if !keys.first().is_some_and(|first| has_field("Service", first)) {
            return Err(ApiError::invalid(format!("Invalid field in update_mask: {path}"))
                .with_field_violation("update_mask", &format!("Unknown field {path}")));
        }
        let new = keys.iter().try_fold(&body, |at, key| at.get(key)).cloned();
        replace(&mut wanted, &keys, new);
    }
    match wanted {
        Value::Object(wanted) => Ok(wanted),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(ApiError::internal("The service is not an object."))
        }
    }
}

/// Which build made the image is the server's word, and stays while the rest of it does.
fn keep_build_name(before: &Service, wanted: &mut Map<String, Value>) {
    let name = before.wanted.get("buildConfig").and_then(|build| build.get("name"));
    if let (Some(build), Some(name)) = (wanted.get_mut("buildConfig").and_then(Value::as_object_mut), name) {
        build.insert("name".into(), name.clone());
    }
}

fn replace(at: &mut Value, keys: &[String], new: Option<Value>) {
    let (Some(object), Some((first, rest))) = (at.as_object_mut(), keys.split_first()) else {
        return;
    };
    if rest.is_empty() {
        match new {
            Some(new) => object.insert(first.clone(), new),
            None => object.shift_remove(first),
        };
        return;
    }
    replace(object.entry(first.clone()).or_insert_with(|| json!({})), rest, new);
}

fn require_etag(service: &Service, sent: Option<&str>) -> Result<(), ApiError> {
    match sent {
        Some(sent) if !sent.is_empty() && sent != etag(service.update_time, &service.name) => {
            Err(ApiError::aborted(format!(
                "Conflict for resource '{}': version '{sent}' was specified but current version is '{}'.",
                parts(&service.name).id,
                etag(service.update_time, &service.name)
            )))
        }
        Some(_) | None => Ok(()),
    }
}

fn only_validated(project: &Project, service: &Service) -> Answer {
    let shown = view::in_operation(service, &project.number, Occasion::Later);
    Answer::json(json!({
        "name": rollout::operation_name(&project.id, service),
        "metadata": shown,
        "done": true,
        "response": shown,
    }))
}

fn keep(world: &mut World, project: &str, service: &Service) {
    if let Some(project) = world.project_mut(project) {
        project.run.services.insert(service.name.clone(), service.clone().into());
    }
}
