//! The registry protocol, as far as it resolves names: `HEAD` and `GET` of a manifest. Source: OCI distribution
//! specification. The host (`LOCATION-docker.pkg.dev`) gives the location; without one all locations are searched.
//!
//! A name whose first part is not an emulated project is a public image of some other registry: it is taken to exist,
//! and its digest is derived from its name.

use bytes::Bytes;
use serde_json::json;

use crate::call::{Answer, Call, Handled};
use crate::world::World;

use super::manifest::{Image, MEDIA_TYPE};
use super::reference::Pointer;

/// Answers `/v2/` and `/v2/NAME/manifests/REFERENCE`.
pub(super) fn handle(call: &Call, world: &World, rest: &[&str]) -> Handled {
    if !matches!(call.method.as_str(), "GET" | "HEAD") {
        return None;
    }
    match rest {
        [] | [""] => Some(Ok(Answer::json(json!({})))),
        [name @ .., "manifests", reference] => {
            // A digest's colon may have been read as a verb.
            let reference = match &call.verb {
                Some(verb) => format!("{reference}:{verb}"),
                None => (*reference).to_owned(),
            };
            Some(Ok(resolve(call, world, name, &reference)))
        }
        _ => None,
    }
}

fn resolve(call: &Call, world: &World, name: &[&str], reference: &str) -> Answer {
    let [project, repository, image @ ..] = name else {
        return public(name, reference);
    };
    let Some(project) = world.projects.get(*project) else {
        return public(name, reference);
    };
    let image = image.join("/");
    let location = call.host.strip_suffix("-docker.pkg.dev");
    let mut found = project.artifact_registry.repositories.iter().filter_map(|(key, held)| {
        let (place, id) = key.split_once('/')?;
        (id == *repository && location.is_none_or(|location| location == place)).then_some(held)
    });
    let Some(first) = found.next() else {
        return refused("NAME_UNKNOWN", &format!("Repository \"{repository}\" not found"));
    };
    let version = std::iter::once(first).chain(found).find_map(|held| {
        let package = held.packages.get(&image)?;
        package.versions.get(&package.digest(&Pointer::parse(reference))?)
    });
    match version {
        Some(version) => manifest(&version.image),
        None => refused(
            "MANIFEST_UNKNOWN",
            &format!("Failed to fetch \"{reference}\" from request \"{}\".", call.path),
        ),
    }
}

fn public(name: &[&str], reference: &str) -> Answer {
    if let Pointer::Digest(digest) = Pointer::parse(reference) {
        return Answer::bytes(MEDIA_TYPE, Bytes::new()).with_header("docker-content-digest", digest);
    }
    manifest(&Image::of_public_name(&format!("{}:{reference}", name.join("/"))))
}

fn manifest(image: &Image) -> Answer {
    Answer::bytes(MEDIA_TYPE, Bytes::from(image.manifest()))
        .with_header("docker-content-digest", image.digest())
}

fn refused(code: &str, message: &str) -> Answer {
    Answer::json(json!({ "errors": [{ "code": code, "message": message }] })).with_status(404)
}
