//! What happens when a build is due: its images are pushed, or it ends in failure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::artifact_registry::{self, PushError};
use crate::call::Context;
use crate::logging::{self, Severity};
use crate::operations::{Ending, Outcome};
use crate::world::{Project, World};

use super::access::{self, Need};
use super::request::account;
use super::state::{Build, BuildResult, BuiltImage, Ended, Failure, FailureType, Verdict};
use super::{not_found, render};

/// A build ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Effect {
    /// The build's id.
    pub(crate) build: String,
}

/// Ends a build that is due.
pub(crate) fn finish(world: &mut World, project: &str, effect: Effect, context: &Context) -> Outcome {
    let Some(project) = world.project_mut(project) else { return gone() };
    let Effect { build: id } = effect;
    let Some(build) = project.cloud_build.builds.get(&id).cloned() else { return gone() };
    let result = match &build.verdict {
        Verdict::Push(images) => match push_all(project, &build, images, context.now) {
            Ok(pushed) => BuildResult::Success(pushed),
            Err(failure) => BuildResult::Failure(failure),
        },
        Verdict::Fail(failure) => BuildResult::Failure(failure.clone()),
        Verdict::TimeOut => BuildResult::Timeout,
    };
    end(project, &id, result, build.due)
}

/// Writes down how a build ended, and gives its operation's outcome.
pub(super) fn end(project: &mut Project, id: &str, result: BuildResult, at: Timestamp) -> Outcome {
    let number = project.number.clone();
    let project_id = project.id.clone();
    let Some(build) = project.cloud_build.builds.get_mut(id) else { return gone() };
    // google.rpc.Code: 1 cancelled, 2 unknown, 4 deadline exceeded.
    let error = match &result {
        BuildResult::Success(_) => None,
        BuildResult::Failure(_) => Some((2, "Build failed; check build logs for details")),
        BuildResult::Timeout => Some((4, "Build timed out")),
        BuildResult::Cancelled => Some((1, "Build cancelled")),
    };
    let (severity, text) = match &result {
        BuildResult::Success(_) => (Severity::Info, "DONE".to_owned()),
        BuildResult::Failure(failure) => (Severity::Error, format!("ERROR: {}", failure.detail)),
        BuildResult::Timeout => (Severity::Error, "TIMEOUT\nERROR: context deadline exceeded".to_owned()),
        BuildResult::Cancelled => (Severity::Warning, "CANCELLED".to_owned()),
    };
    build.ended = Some(Ended { at, result });
    let shown = render::build(id, build, &project_id, &number, at);
    logging::of_build(project, id, severity, &text, at);
    let ending = match error {
        Some((code, message)) => Ending::Error(json!({ "code": code, "message": message })),
        None => Ending::Response(render::with_type(&shown)),
    };
    Outcome { metadata: Some(render::metadata(&shown)), ending }
}

/// How far a build is, as the metadata of its operation.
pub(crate) fn progress(world: &World, project: &str, effect: &Effect, now: Timestamp) -> Option<Json> {
    let project = world.project(project)?;
    let build = project.cloud_build.builds.get(&effect.build)?;
    Some(render::metadata(&render::build(&effect.build, build, &project.id, &project.number, now)))
}

fn push_all(
    project: &mut Project,
    build: &Build,
    images: &[BuiltImage],
    now: Timestamp,
) -> Result<Vec<(String, String)>, Failure> {
    let email = account(&build.body);
    let mut pushed = Vec::new();
    for built in images {
        let refused = |kind: FailureType, text: String| Failure {
            kind,
            detail: format!("failed to push {}: {text}", built.reference),
            step: None,
        };
        let policies: Vec<_> = artifact_registry::repository_policy_of(project, &built.reference)
            .into_iter()
            .chain([&*project.policy])
            .collect();
        if !access::has(&policies, email, Need::PushImage) {
            return Err(refused(
                FailureType::PushNotAuthorized,
                "denied: Permission \"artifactregistry.repositories.uploadArtifacts\" denied on resource (or it may not \
                 exist)"
                    .to_owned(),
            ));
        }
        artifact_registry::push(project, &built.reference, &built.image, now).map_err(
            |error| match &error {
                PushError::NoRepository(_) | PushError::ImmutableTag(_) => {
                    refused(FailureType::PushFailed, error.to_string())
                }
                PushError::NotHere(_) => refused(FailureType::PushNotAuthorized, error.to_string()),
            },
        )?;
        let digest = built.image.digest();
        project.cloud_build.models.insert(digest.clone(), built.models.clone());
        project.cloud_build.variables.insert(digest.clone(), built.variables.clone());
        pushed.push((built.reference.clone(), digest));
    }
    Ok(pushed)
}

fn gone() -> Outcome {
    Outcome { metadata: None, ending: Ending::Error(not_found().to_rpc_status()) }
}
