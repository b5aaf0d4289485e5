//! Repositories: create (an operation), get, list, patch (at once), delete (an operation that takes all images along).

use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::effect::{Effect, begin};
use super::paging::page;
use super::state::Repository;
use super::{Place, location, not_found, repository_fields};

type Result<T = Answer> = std::result::Result<T, ApiError>;

/// Begins to make a repository.
pub(super) fn create(call: &Call, world: &mut World, place: &Place) -> Result {
    // The older client's `repository_id` is taken as well, as recorded.
    let id = call.query.get("repositoryId").or_else(|| call.query.get("repository_id")).unwrap_or_default();
    if !is_repository_id(id) {
        return Err(ApiError::invalid(format!(
            "invalid repository id {id:?}: must be 1 to 63 lower-case letters, digits and hyphens, begin with a letter \
             and end with a letter or digit"
        )));
    }
    if !location::is_known(&place.location) {
        return Err(ApiError::invalid(format!(
            "Location {} is not found or access is unauthorized.",
            place.location
        )));
    }
    let settings = repository_fields::fresh(&body(call)?)?;
    let project = world.project(&place.project).ok_or_else(not_found)?;
    if project.artifact_registry.repository(&place.location, id).is_some() {
        return Err(exists());
    }
    let effect = Effect::CreateRepository { location: place.location.clone(), id: id.to_owned(), settings };
    Ok(begin(call, world, place, effect))
}

/// One repository.
pub(super) fn get(world: &World, place: &Place, id: &str) -> Result {
    let repository = find(world, place, id)?;
    let mut shown = shown(&place.repository(id), repository);
    // Only this answer has the address to push to.
    shown.insert(
        "registryUri".into(),
        json!(format!("{}-docker.pkg.dev/{}/{id}", place.location, place.project)),
    );
    Ok(Answer::json(Json::Object(shown)))
}

/// The repositories of a location, in pages.
pub(super) fn list(call: &Call, world: &World, place: &Place) -> Result {
    let project = world.project(&place.project).ok_or_else(not_found)?;
    let lines = project.artifact_registry.repositories.iter().filter_map(|(key, repository)| {
        let id = key.strip_prefix(&place.location)?.strip_prefix('/')?;
        Some((id.to_owned(), Json::Object(shown(&place.repository(id), repository))))
    });
    page(&call.query, "repositories", lines)
}

/// Changes the fields that the mask names, at once; what else is sent is ignored, as recorded.
pub(super) fn patch(call: &Call, world: &mut World, place: &Place, id: &str) -> Result {
    let body = body(call)?;
    let mask = call.query.get("updateMask").unwrap_or_default();
    let repository = find_mut(world, place, id)?;
    repository.settings = repository_fields::patched(&repository.settings, &body, mask)?;
    repository.updated = call.now();
    Ok(Answer::json(Json::Object(shown(&place.repository(id), repository))))
}

/// Begins to remove a repository.
pub(super) fn delete(call: &Call, world: &mut World, place: &Place, id: &str) -> Result {
    find(world, place, id)?;
    let effect = Effect::DeleteRepository { location: place.location.clone(), id: id.to_owned() };
    Ok(begin(call, world, place, effect))
}

pub(super) fn find<'world>(world: &'world World, place: &Place, id: &str) -> Result<&'world Repository> {
    let project = world.project(&place.project).ok_or_else(not_found)?;
    project.artifact_registry.repository(&place.location, id).ok_or_else(not_found)
}

pub(super) fn find_mut<'world>(
    world: &'world mut World,
    place: &Place,
    id: &str,
) -> Result<&'world mut Repository> {
    let project = world.project_mut(&place.project).ok_or_else(not_found)?;
    project.artifact_registry.repository_mut(&place.location, id).ok_or_else(not_found)
}

pub(super) fn exists() -> ApiError {
    ApiError::new("ALREADY_EXISTS", "the repository already exists")
}

/// The Repository as the finished operation shows it: without times, as recorded.
pub(super) fn shown_by_operation(name: &str, repository: &Repository) -> Json {
    let mut shown = Map::new();
    shown.insert("@type".into(), json!("type.googleapis.com/google.devtools.artifactregistry.v1.Repository"));
    shown.insert("name".into(), json!(name));
    shown.extend(repository.settings.clone());
    Json::Object(shown)
}

fn shown(name: &str, repository: &Repository) -> Map<String, Json> {
    let mut shown = Map::new();
    shown.insert("name".into(), json!(name));
    shown.extend(repository.settings.clone());
    shown.insert("createTime".into(), json!(time(repository.created)));
    shown.insert("updateTime".into(), json!(time(repository.updated)));
    let size = repository.size_bytes();
    if size > 0 {
        shown.insert("sizeBytes".into(), json!(size.to_string()));
    }
    shown.insert("satisfiesPzi".into(), json!(true));
    let mut scanning = Map::new();
    if let Some(Json::Object(asked)) = repository.settings.get("vulnerabilityScanningConfig") {
        scanning.extend(asked.clone());
    }
    scanning.insert("enablementState".into(), json!("SCANNING_DISABLED"));
    scanning.insert(
        "enablementStateReason".into(),
        json!("API containerscanning.googleapis.com is not enabled."),
    );
    shown.insert("vulnerabilityScanningConfig".into(), Json::Object(scanning));
    shown
}

/// A time with microseconds, as Artifact Registry writes it.
pub(super) fn time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

pub(super) fn body(call: &Call) -> Result<Map<String, Json>> {
    match call.json()? {
        Json::Object(body) => Ok(body),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Ok(Map::new()),
    }
}

fn is_repository_id(id: &str) -> bool {
    id.len() <= 63
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
}
