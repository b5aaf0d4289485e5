//! Tags of a package: names for digests. Immutable where the repository says so.

use serde_json::{Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::paging::page;
use super::repository::{body, find_mut};
use super::{Place, not_found, package, version};

/// All tags of an image name, in pages.
pub(super) fn list(
    call: &Call,
    world: &World,
    place: &Place,
    id: &str,
    name: &str,
) -> Result<Answer, ApiError> {
    let package = package::find(world, place, id, name)?;
    let lines = package.tags.iter().map(|(tag, digest)| (tag.clone(), shown(place, id, name, tag, digest)));
    page(&call.query, "tags", lines)
}

/// One tag.
pub(super) fn get(world: &World, place: &Place, id: &str, name: &str, tag: &str) -> Result<Answer, ApiError> {
    let digest = package::find(world, place, id, name)?.tags.get(tag).ok_or_else(not_found)?;
    Ok(Answer::json(shown(place, id, name, tag, digest)))
}

/// Makes a tag for a version that is there.
pub(super) fn create(
    call: &Call,
    world: &mut World,
    place: &Place,
    id: &str,
    name: &str,
) -> Result<Answer, ApiError> {
    let tag = call.query.get("tagId").unwrap_or_default();
    if !is_tag(tag) {
        return Err(ApiError::invalid(format!("invalid tag id {tag:?}")));
    }
    if package::find(world, place, id, name)?.tags.contains_key(tag) {
        return Err(ApiError::new("ALREADY_EXISTS", "the tag already exists"));
    }
    point(call, world, place, id, name, tag)
}

/// Moves a tag to another version.
pub(super) fn patch(
    call: &Call,
    world: &mut World,
    place: &Place,
    id: &str,
    name: &str,
    tag: &str,
) -> Result<Answer, ApiError> {
    require_movable(world, place, id, name, tag)?;
    point(call, world, place, id, name, tag)
}

/// Removes a tag; the version stays.
pub(super) fn delete(
    world: &mut World,
    place: &Place,
    id: &str,
    name: &str,
    tag: &str,
) -> Result<Answer, ApiError> {
    require_movable(world, place, id, name, tag)?;
    find_mut(world, place, id)?.packages.get_mut(name).ok_or_else(not_found)?.tags.remove(tag);
    Ok(Answer::empty_object())
}

/// The Tag resource.
pub(super) fn shown(place: &Place, id: &str, name: &str, tag: &str, digest: &str) -> Json {
    json!({
        "name": format!("{}/tags/{tag}", package::full_name(place, id, name)),
        "version": version::full_name(place, id, name, digest),
    })
}

fn point(
    call: &Call,
    world: &mut World,
    place: &Place,
    id: &str,
    name: &str,
    tag: &str,
) -> Result<Answer, ApiError> {
    let body = body(call)?;
    let wanted = body.get("version").and_then(Json::as_str).unwrap_or_default();
    let prefix = format!("{}/versions/", package::full_name(place, id, name));
    let digest = wanted
        .strip_prefix(&prefix)
        .ok_or_else(|| ApiError::invalid(format!("the tag's version must begin with {prefix}")))?;
    let package = find_mut(world, place, id)?.packages.get_mut(name).ok_or_else(not_found)?;
    if !package.versions.contains_key(digest) {
        return Err(not_found());
    }
    package.tags.insert(tag.to_owned(), digest.to_owned());
    package.updated = call.now();
    Ok(Answer::json(shown(place, id, name, tag, digest)))
}

/// A tag that is there and may be moved or removed.
fn require_movable(world: &World, place: &Place, id: &str, name: &str, tag: &str) -> Result<(), ApiError> {
    if !package::find(world, place, id, name)?.tags.contains_key(tag) {
        return Err(not_found());
    }
    if super::repository::find(world, place, id)?.has_immutable_tags() {
        return Err(ApiError::failed_precondition(format!(
            "cannot update tag {tag}. The repository has enabled tag immutability"
        )));
    }
    Ok(())
}

/// The registry protocol's grammar of a tag.
fn is_tag(tag: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    tag.len() <= 128
        && tag.starts_with(plain)
        && tag.chars().all(|letter| plain(letter) || ".-".contains(letter))
}
