//! Packages: the image names of a repository. Slashes in a name are escaped in resource names.

use serde_json::{Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::effect::{Effect, begin};
use super::paging::page;
use super::repository::{self, time};
use super::state::Package;
use super::{Place, not_found};

/// All image names, in pages.
pub(super) fn list(call: &Call, world: &World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    let repository = repository::find(world, place, id)?;
    let lines =
        repository.packages.iter().map(|(name, package)| (name.clone(), shown(place, id, name, package)));
    page(&call.query, "packages", lines)
}

/// One image name.
pub(super) fn get(world: &World, place: &Place, id: &str, name: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(shown(place, id, name, find(world, place, id, name)?)))
}

/// Begins to remove an image name with all its versions.
pub(super) fn delete(
    call: &Call,
    world: &mut World,
    place: &Place,
    id: &str,
    name: &str,
) -> Result<Answer, ApiError> {
    find(world, place, id, name)?;
    let effect = Effect::DeletePackage {
        location: place.location.clone(),
        repository: id.to_owned(),
        package: name.to_owned(),
    };
    Ok(begin(call, world, place, effect))
}

pub(super) fn find<'world>(
    world: &'world World,
    place: &Place,
    id: &str,
    name: &str,
) -> Result<&'world Package, ApiError> {
    repository::find(world, place, id)?.packages.get(name).ok_or_else(not_found)
}

/// The full name of a package.
pub(super) fn full_name(place: &Place, id: &str, name: &str) -> String {
    format!("{}/packages/{}", place.repository(id), name.replace('/', "%2F"))
}

fn shown(place: &Place, id: &str, name: &str, package: &Package) -> Json {
    json!({
        "name": full_name(place, id, name),
        "createTime": time(package.created),
        "updateTime": time(package.updated),
    })
}
