//! Create, replace and delete of v1. Callers send the whole object; `resourceVersion` is the optimistic lock.

use serde_json::json;

use super::service::{self, Wanted};
use super::{Place, view};
use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::run::change::{self, Planned};
use crate::run::rollout::NewRevision;
use crate::run::{missing, rules};
use crate::world::World;

/// `POST .../services`.
pub(super) fn create(call: &Call, world: &mut World, place: &Place) -> Result<Answer, ApiError> {
    let wanted = read(call, world, place)?;
    rules::service_id(&wanted.name)?;
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let planned = change::creation(call, project, &place.location, &wanted.name, wanted.fields)?;
    carry_out(call, world, place, planned)
}

/// `PUT .../services/S`.
pub(super) fn replace(call: &Call, world: &mut World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    let wanted = read(call, world, place)?;
    if wanted.name != id {
        let text = format!("metadata.name: must be {id}, as in the request's path, not '{}'", wanted.name);
        return Err(ApiError::invalid(text.clone()).with_field_violation("metadata.name", &text));
    }
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let name = place.service(id);
    let before = project.run.services.get(&name).ok_or_else(|| missing(project, &name))?;
    let current = view::resource_version(before);
    if let Some(sent) = wanted.resource_version.filter(|sent| *sent != current) {
        return Err(ApiError::aborted(format!(
            "Conflict for resource '{id}': version '{sent}' was specified but current version is '{current}'."
        )));
    }
    let planned = change::update(call, project, before, wanted.fields, NewRevision::WhenChanged)?;
    carry_out(call, world, place, planned)
}

/// `DELETE .../services/S`, which answers a status and leaves the caller to ask until it is gone.
pub(super) fn delete(call: &Call, world: &mut World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    let name = place.service(id);
    if is_dry(call)? {
        let project = world.project(&place.project).ok_or_else(no_such_project)?;
        project.run.services.get(&name).ok_or_else(|| missing(project, &name))?;
    } else {
        change::delete(call, world, &place.project, &name)?;
    }
    Ok(Answer::json(json!({ "status": "Success" })))
}

fn read(call: &Call, world: &World, place: &Place) -> Result<Wanted, ApiError> {
    let mut wanted = service::to_v2(&call.json()?)?;
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    name_connector_in_full(&mut wanted, place);
    match &wanted.namespace {
        Some(namespace) if *namespace != project.id && *namespace != project.number => {
            let text = format!("metadata.namespace: must be {}, not '{namespace}'", project.id);
            Err(ApiError::invalid(text.clone()).with_field_violation("metadata.namespace", &text))
        }
        Some(_) | None => Ok(wanted),
    }
}

/// v1 takes a connector's short name; v2 knows it in full only.
fn name_connector_in_full(wanted: &mut Wanted, place: &Place) {
    let template = wanted.fields.get_mut("template");
    let connector = template.and_then(|template| template.pointer_mut("/vpcAccess/connector"));
    if let Some(connector) = connector
        && let Some(short) = connector.as_str().filter(|name| !name.contains('/'))
    {
        let Place { project, location } = place;
        *connector = json!(format!("projects/{project}/locations/{location}/connectors/{short}"));
    }
}

fn carry_out(call: &Call, world: &mut World, place: &Place, planned: Planned) -> Result<Answer, ApiError> {
    let name = planned.service.name.clone();
    if is_dry(call)? {
        let project = world.project(&place.project).ok_or_else(no_such_project)?;
        return Ok(Answer::json(view::service(project, &planned.service)));
    }
    change::carry_out(call, world, &place.project, planned);
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let service = project.run.services.get(&name).ok_or_else(|| missing(project, &name))?;
    Ok(Answer::json(view::service(project, service)))
}

/// `dryRun=all`; any other value is refused.
fn is_dry(call: &Call) -> Result<bool, ApiError> {
    match call.query.get("dryRun") {
        None | Some("") => Ok(false),
        Some("all") => Ok(true),
        Some(other) => {
            Err(ApiError::invalid(format!("Invalid value for dryRun: {other}; the only one is all.")))
        }
    }
}
