//! What an operation of Artifact Registry does when it is due.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::call::{Answer, Call, Context};
use crate::error::ApiError;
use crate::operations::{Begin, Effect as AnyEffect, Ending, Outcome};
use crate::policy::Policy;
use crate::world::{Project, World};

use super::state::Repository;
use super::{Place, not_found, repository};

/// What happens at the end of an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Effect {
    /// A repository appears.
    CreateRepository { location: String, id: String, settings: Map<String, Json> },
    /// A repository goes, with all its images.
    DeleteRepository { location: String, id: String },
    /// An image name goes, with all its versions.
    DeletePackage { location: String, repository: String, package: String },
    /// One version goes, with the tags that point at it.
    DeleteVersion { location: String, repository: String, package: String, digest: String },
}

/// Begins an operation.
pub(super) fn begin(call: &Call, world: &mut World, place: &Place, effect: Effect) -> Answer {
    let begin = Begin {
        name: format!(
            "projects/{}/locations/{}/operations/{}",
            place.project,
            place.location,
            Uuid::new_v4()
        ),
        service: "artifactregistry.googleapis.com",
        project: place.project.clone(),
        metadata: Some(
            json!({ "@type": "type.googleapis.com/google.devtools.artifactregistry.v1.OperationMetadata" }),
        ),
        effect: AnyEffect::ArtifactRegistry(effect),
        takes: call.context.settings.durations.repository,
    };
    world.operations.begin(&call.context, begin)
}

/// Carries out what is due.
pub(crate) fn finish(world: &mut World, project: &str, effect: Effect, context: &Context) -> Outcome {
    let done =
        world.project_mut(project).ok_or_else(not_found).and_then(|project| act(project, effect, context));
    let ending = match done {
        Ok(response) => Ending::Response(response),
        Err(error) => Ending::Error(error.to_rpc_status()),
    };
    Outcome { metadata: None, ending }
}

fn act(project: &mut Project, effect: Effect, context: &Context) -> Result<Json, ApiError> {
    let empty = json!({ "@type": "type.googleapis.com/google.protobuf.Empty" });
    let id_of_project = project.id.clone();
    let state = &mut project.artifact_registry;
    match effect {
        Effect::CreateRepository { location, id, settings } => {
            if state.repository(&location, &id).is_some() {
                return Err(repository::exists());
            }
            let created = Repository {
                settings,
                created: context.now,
                updated: context.now,
                policy: Policy::default(),
                packages: BTreeMap::new(),
            };
            let name = format!("projects/{id_of_project}/locations/{location}/repositories/{id}");
            let shown = repository::shown_by_operation(&name, &created);
            state.repositories.insert(format!("{location}/{id}"), created.into());
            Ok(shown)
        }
        Effect::DeleteRepository { location, id } => {
            state.repositories.remove(&format!("{location}/{id}")).map(|_| empty).ok_or_else(not_found)
        }
        Effect::DeletePackage { location, repository, package } => {
            let repository = state.repository_mut(&location, &repository).ok_or_else(not_found)?;
            repository.packages.remove(&package).map(|_| empty).ok_or_else(not_found)
        }
        Effect::DeleteVersion { location, repository, package, digest } => {
            let repository = state.repository_mut(&location, &repository).ok_or_else(not_found)?;
            let held = repository.packages.get_mut(&package).ok_or_else(not_found)?;
            held.versions.remove(&digest).ok_or_else(not_found)?;
            held.tags.retain(|_, of| *of != digest);
            Ok(empty)
        }
    }
}
