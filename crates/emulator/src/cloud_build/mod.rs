//! Cloud Build v1: builds that look at the uploaded source, fail as Docker would, and publish images.
//! Source: the Build resource and "Build configuration file schema".
//!
//! Nothing is run. A build is judged when it is created, from the source archive and its Docker steps; the verdict
//! comes out when the build is due. A step that is no Docker step is taken to succeed.

mod access;
mod build_step;
mod builds;
mod context;
mod default_account;
mod dockerfile;
mod effect;
mod filter;
mod judge;
mod render;
mod request;
mod state;
mod substitution;
mod zip_archive;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::call::{Answer, Call, Handled};
use crate::error::ApiError;
use crate::world::{Project, World};

pub(crate) use effect::{Effect, finish, progress};
pub(crate) use state::State;

/// Answers calls under `/v1/projects/P/locations/L/builds`, the older `/v1/projects/P/builds` (location `global`), and
/// `defaultServiceAccount`.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let (project, location, rest) = match parts.as_slice() {
        ["v1", "projects", project, "locations", location, rest @ ..] => (project, *location, rest),
        ["v1", "projects", project, rest @ ..] => (project, "global", rest),
        _ => return None,
    };
    let Some(project) = world.project(project).map(|project| project.id.clone()) else {
        return Some(Err(not_found()));
    };
    let place = Place { project, location: location.to_owned() };
    Some(match (call.method.as_str(), rest, call.verb.as_deref()) {
        ("POST", ["builds"], None) => builds::create(call, world, &place),
        ("GET", ["builds"], None) => builds::list(call, world, &place),
        ("GET", ["builds", id], None) => builds::get(call, world, &place, id),
        ("POST", ["builds", id], Some("cancel")) => builds::cancel(call, world, &place, id),
        ("GET", ["defaultServiceAccount"], None) => default_account::get(world, &place),
        _ => return None,
    })
}

/// Starts a build that another service asks for.
pub(crate) fn start(
    call: &Call,
    world: &mut World,
    project: &str,
    location: &str,
    build: Map<String, Value>,
) -> Result<Answer, ApiError> {
    let place = Place { project: project.to_owned(), location: location.to_owned() };
    builds::start(call, world, &place, build)
}

/// The project and location that a call is about.
#[derive(Clone, Debug)]
struct Place {
    project: String,
    location: String,
}

/// The models that the image with this digest holds, as its Dockerfile pulled them; empty for an image that was not
/// built here.
pub(crate) fn models_in(project: &Project, digest: &str) -> Vec<String> {
    project.cloud_build.models.get(digest).cloned().unwrap_or_default()
}

/// The environment variables that the image with this digest sets; empty for an image that was not built here.
pub(crate) fn variables_in(project: &Project, digest: &str) -> BTreeMap<String, String> {
    project.cloud_build.variables.get(digest).cloned().unwrap_or_default()
}

fn not_found() -> ApiError {
    ApiError::not_found("Requested entity was not found.")
}
