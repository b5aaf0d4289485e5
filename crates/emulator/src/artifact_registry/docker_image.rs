//! Docker images: the same versions once more, each with its tags, as one flat list of a repository.

use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::paging::page;
use super::reference::Pointer;
use super::repository::{self, time};
use super::state::{Package, Version};
use super::{Place, manifest, not_found};

/// All images of a repository, in pages of up to 1000.
pub(super) fn list(call: &Call, world: &World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    let repository = repository::find(world, place, id)?;
    let lines = repository.packages.iter().flat_map(|(name, package)| {
        package.versions.iter().map(move |(digest, version)| {
            (format!("{name}@{digest}"), shown(place, id, name, package, digest, version))
        })
    });
    page(&call.query, "dockerImages", lines)
}

/// One image, as `IMAGE@sha256:...` or `IMAGE:TAG`.
pub(super) fn get(world: &World, place: &Place, id: &str, name: &str) -> Result<Answer, ApiError> {
    let (image, pointer) = name
        .split_once('@')
        .or_else(|| name.rsplit_once(':'))
        .ok_or_else(|| ApiError::invalid("the image must be given as IMAGE@sha256:DIGEST"))?;
    let repository = repository::find(world, place, id)?;
    let package = repository.packages.get(image).ok_or_else(not_found)?;
    let digest = package.digest(&Pointer::parse(pointer)).ok_or_else(not_found)?;
    let version = package.versions.get(&digest).ok_or_else(not_found)?;
    Ok(Answer::json(shown(place, id, image, package, &digest, version)))
}

/// The full name of an image.
pub(super) fn full_name(place: &Place, id: &str, name: &str, digest: &str) -> String {
    format!("{}/dockerImages/{}@{digest}", place.repository(id), name.replace('/', "%2F"))
}

fn shown(place: &Place, id: &str, name: &str, package: &Package, digest: &str, version: &Version) -> Json {
    let mut shown = Map::new();
    shown.insert("name".into(), json!(full_name(place, id, name, digest)));
    shown.insert(
        "uri".into(),
        json!(format!("{}-docker.pkg.dev/{}/{id}/{name}@{digest}", place.location, place.project)),
    );
    let tags: Vec<&str> = package.tags_of(digest).collect();
    if !tags.is_empty() {
        shown.insert("tags".into(), json!(tags));
    }
    shown.insert("imageSizeBytes".into(), json!(version.image.size_bytes.to_string()));
    shown.insert("uploadTime".into(), json!(time(version.created)));
    shown.insert("mediaType".into(), json!(manifest::MEDIA_TYPE));
    shown.insert("buildTime".into(), json!(time(version.created)));
    shown.insert("updateTime".into(), json!(time(version.updated)));
    Json::Object(shown)
}
