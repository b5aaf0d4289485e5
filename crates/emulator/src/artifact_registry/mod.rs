//! Artifact Registry v1 (repositories, packages, versions, tags, Docker images, IAM) and the part of the registry
//! protocol that resolves a tag to a digest. Behaviour: the API's reference and recorded exchanges.
//!
//! Images get here by builds only, see [`push`]. Images of other registries are not stored: the registry protocol
//! answers for any public name with a digest derived from that name, so that a public image can be resolved.

mod docker_image;
mod effect;
mod location;
mod manifest;
mod package;
mod paging;
mod reference;
mod registry;
mod repository;
mod repository_fields;
mod repository_policy;
mod state;
mod tag;
mod version;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::call::{Call, Handled};
use crate::error::ApiError;
use crate::policy::Policy;
use crate::world::{Project, World};

pub(crate) use effect::{Effect, finish};
pub(crate) use manifest::Image;
pub(crate) use state::{PushError, State};

use reference::Reference;

/// Answers calls under `/v1/projects/P/locations/L/repositories`, the list of locations, and `/v2/.../manifests/REFERENCE`.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    match parts.as_slice() {
        ["v1", "projects", project, "locations", location, "repositories", rest @ ..] => {
            let Some(project) = world.project(project).map(|project| project.id.clone()) else {
                return Some(Err(not_found()));
            };
            api(call, world, &Place { project, location: (*location).to_owned() }, rest)
        }
        [_, "projects", project, "locations"] if call.method == "GET" => {
            Some(world.project(project).ok_or_else(not_found).map(location::list))
        }
        ["v2", rest @ ..] => registry::handle(call, world, rest),
        _ => None,
    }
}

/// The project and location that a call is about.
#[derive(Clone, Debug)]
struct Place {
    project: String,
    location: String,
}

impl Place {
    fn repository(&self, id: &str) -> String {
        format!("projects/{}/locations/{}/repositories/{id}", self.project, self.location)
    }
}

fn api(call: &Call, world: &mut World, place: &Place, rest: &[&str]) -> Handled {
    let method = call.method.as_str();
    Some(match (method, rest, call.verb.as_deref()) {
        ("POST", [], None) => repository::create(call, world, place),
        ("GET", [], None) => repository::list(call, world, place),
        ("GET", [id], None) => repository::get(world, place, id),
        ("PATCH", [id], None) => repository::patch(call, world, place, id),
        ("DELETE", [id], None) => repository::delete(call, world, place, id),
        ("GET", [id], Some("getIamPolicy")) => repository_policy::get(world, place, id),
        ("POST", [id], Some("setIamPolicy")) => repository_policy::set(call, world, place, id),
        ("POST", [id], Some("testIamPermissions")) => repository_policy::test(call, world, place, id),
        ("GET", [id, "dockerImages"], None) => docker_image::list(call, world, place, id),
        ("GET", [id, "dockerImages", name], None) => docker_image::get(world, place, id, name),
        ("GET", [id, "packages"], None) => package::list(call, world, place, id),
        ("GET", [id, "packages", name], None) => package::get(world, place, id, name),
        ("DELETE", [id, "packages", name], None) => package::delete(call, world, place, id, name),
        ("GET", [id, "packages", name, "versions"], None) => version::list(call, world, place, id, name),
        ("GET", [id, "packages", name, "versions", digest], None) => {
            version::get(call, world, place, id, name, digest)
        }
        ("DELETE", [id, "packages", name, "versions", digest], None) => {
            version::delete(call, world, place, id, name, digest)
        }
        ("GET", [id, "packages", name, "tags"], None) => tag::list(call, world, place, id, name),
        ("POST", [id, "packages", name, "tags"], None) => tag::create(call, world, place, id, name),
        ("GET", [id, "packages", name, "tags", tag], None) => tag::get(world, place, id, name, tag),
        ("PATCH", [id, "packages", name, "tags", tag], None) => tag::patch(call, world, place, id, name, tag),
        ("DELETE", [id, "packages", name, "tags", tag], None) => tag::delete(world, place, id, name, tag),
        _ => return None,
    })
}

/// The digest that a reference of this project's registry points at: `None` when the image is not there, or the
/// reference is of another project or registry.
pub(crate) fn find_image(project: &Project, reference: &str) -> Option<String> {
    let reference = Reference::parse(reference)?;
    if reference.project != project.id {
        return None;
    }
    project.artifact_registry.digest(&reference)
}

/// The IAM policy of the repository that a reference names.
pub(crate) fn repository_policy_of<'project>(
    project: &'project Project,
    reference: &str,
) -> Option<&'project Policy> {
    let reference = Reference::parse(reference)?;
    let repository = project.artifact_registry.repository(&reference.location, &reference.repository)?;
    Some(&repository.policy)
}

/// Stores an image under a reference of this project's registry.
pub(crate) fn push(
    project: &mut Project,
    reference: &str,
    image: &Image,
    now: Timestamp,
) -> Result<(), PushError> {
    let parsed = Reference::parse(reference)
        .filter(|parsed| parsed.project == project.id)
        .ok_or_else(|| PushError::NotHere(reference.to_owned()))?;
    project.artifact_registry.push(&parsed, image, now)
}

fn not_found() -> ApiError {
    ApiError::not_found("Requested entity was not found.")
}
