//! Lists of v1: services, revisions, locations.

use serde_json::{Value, json};

use super::selector::Selector;
use super::view::{self, API_VERSION};
use super::{Place, naming};
use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::run::{no_resource, regions};
use crate::world::{Project, World};

/// Items of a page when the caller does not say.
const PAGE: usize = 1000;

/// Services of a region, or of all.
pub(super) fn services(call: &Call, world: &World, place: &Place) -> Result<Answer, ApiError> {
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let here = in_place(project, place).filter(|service| service.delete_time.is_none());
    page(call, "ServiceList", here.map(|service| view::service(project, service)).collect())
}

/// Revisions of all services of a region, newest first within a service.
pub(super) fn revisions(call: &Call, world: &World, place: &Place) -> Result<Answer, ApiError> {
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let here = in_place(project, place).flat_map(|service| {
        service.revisions.iter().rev().map(move |revision| view::revision(project, service, revision))
    });
    page(call, "RevisionList", here.collect())
}

/// One revision, by its short name.
pub(super) fn revision(world: &World, place: &Place, name: &str) -> Result<Answer, ApiError> {
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let found = in_place(project, place).find_map(|service| {
        let revision = service.revisions.iter().find(|revision| revision.name == name)?;
        Some(view::revision(project, service, revision))
    });
    found.map(Answer::json).ok_or_else(|| no_resource(project, "REVISION", name, &place.location))
}

/// Where Cloud Run is.
pub(super) fn locations(world: &World, place: &Place) -> Result<Answer, ApiError> {
    let project = world.project(&place.project).ok_or_else(no_such_project)?;
    let all: Vec<Value> = regions::names()
        .map(|region| {
            json!({
                "name": format!("projects/{}/locations/{region}", project.id),
                "locationId": region,
                "labels": { "cloud.googleapis.com/region": region },
            })
        })
        .collect();
    Ok(Answer::json(json!({ "locations": all })))
}

fn in_place<'project>(
    project: &'project Project,
    place: &'project Place,
) -> impl Iterator<Item = &'project crate::run::Service> {
    let all = project.run.services.values().map(|service| &**service);
    all.filter(|service| place.location == "-" || naming::parts(&service.name).location == place.location)
}

/// One page: `limit` items after the `continue` mark, which is the number of items before.
fn page(call: &Call, kind: &str, all: Vec<Value>) -> Result<Answer, ApiError> {
    let selector = Selector::parse(call.query.get("labelSelector").unwrap_or(""))?;
    let start = match call.query.get("continue") {
        None | Some("") => 0,
        Some(mark) => mark.parse().map_err(|_| ApiError::invalid("The continue mark is not valid."))?,
    };
    let limit = match call.query.integer("limit")? {
        None | Some(0) => PAGE,
        Some(limit) => {
            usize::try_from(limit).map_err(|_| ApiError::invalid("The limit must not be negative."))?
        }
    };
    let mut rest = all.into_iter().filter(|item| selector.takes(item)).skip(start);
    let items: Vec<Value> = rest.by_ref().take(limit).collect();
    let mut metadata = json!({ "selfLink": call.path, "resourceVersion": "" });
    if let (Some(_), Some(metadata)) = (rest.next(), metadata.as_object_mut()) {
        metadata.insert("continue".into(), json!((start + limit).to_string()));
    }
    Ok(Answer::json(json!({
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": metadata,
        "items": items,
    })))
}
