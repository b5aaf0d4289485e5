//! Versions of a package: for images, the digests of their manifests.

use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::effect::{Effect, begin};
use super::paging::page;
use super::repository::time;
use super::state::{Package, Version};
use super::{Place, docker_image, manifest, not_found, package, tag};

/// All digests of an image name, in pages.
pub(super) fn list(
    call: &Call,
    world: &World,
    place: &Place,
    id: &str,
    name: &str,
) -> Result<Answer, ApiError> {
    let package = package::find(world, place, id, name)?;
    let full = call.query.get("view") == Some("FULL");
    let lines = package.versions.iter().map(|(digest, version)| {
        let mut shown = shown(place, id, name, digest, version);
        if full {
            relate(&mut shown, place, id, name, package, digest);
        }
        (digest.clone(), Json::Object(shown))
    });
    page(&call.query, "versions", lines)
}

/// One digest; `view=FULL` brings its tags.
pub(super) fn get(
    call: &Call,
    world: &World,
    place: &Place,
    id: &str,
    name: &str,
    digest: &str,
) -> Result<Answer, ApiError> {
    let package = package::find(world, place, id, name)?;
    let version = package.versions.get(digest).ok_or_else(not_found)?;
    let mut shown = shown(place, id, name, digest, version);
    if call.query.get("view") == Some("FULL") {
        relate(&mut shown, place, id, name, package, digest);
    }
    Ok(Answer::json(Json::Object(shown)))
}

/// Begins to remove one digest; a tagged one only with `force`.
pub(super) fn delete(
    call: &Call,
    world: &mut World,
    place: &Place,
    id: &str,
    name: &str,
    digest: &str,
) -> Result<Answer, ApiError> {
    let package = package::find(world, place, id, name)?;
    if !package.versions.contains_key(digest) {
        return Err(not_found());
    }
    if package.tags_of(digest).next().is_some() && !call.query.is_on("force") {
        return Err(ApiError::failed_precondition("cannot delete version because it is tagged."));
    }
    let effect = Effect::DeleteVersion {
        location: place.location.clone(),
        repository: id.to_owned(),
        package: name.to_owned(),
        digest: digest.to_owned(),
    };
    Ok(begin(call, world, place, effect))
}

/// The full name of a version.
pub(super) fn full_name(place: &Place, id: &str, name: &str, digest: &str) -> String {
    format!("{}/versions/{digest}", package::full_name(place, id, name))
}

fn shown(place: &Place, id: &str, name: &str, digest: &str, version: &Version) -> Map<String, Json> {
    let mut shown = Map::new();
    shown.insert("name".into(), json!(full_name(place, id, name, digest)));
    shown.insert("createTime".into(), json!(time(version.created)));
    shown.insert("updateTime".into(), json!(time(version.updated)));
    shown.insert(
        "metadata".into(),
        json!({
            "name": docker_image::full_name(place, id, name, digest),
            "imageSizeBytes": version.image.size_bytes.to_string(),
            "mediaType": manifest::MEDIA_TYPE,
            "buildTime": time(version.created),
        }),
    );
    shown
}

fn relate(
    shown: &mut Map<String, Json>,
    place: &Place,
    id: &str,
    name: &str,
    package: &Package,
    digest: &str,
) {
    let tags: Vec<Json> =
        package.tags_of(digest).map(|tag| tag::shown(place, id, name, tag, digest)).collect();
    if !tags.is_empty() {
        shown.insert("relatedTags".into(), json!(tags));
    }
}
