//! What Cloud Storage says when it refuses. Texts: recorded answers and "HTTP status and error codes for JSON".

use crate::call::Call;
use crate::error::ApiError;
use crate::world::{Project, World};

use super::state::Bucket;

pub(super) fn no_bucket() -> ApiError {
    ApiError::not_found("The specified bucket does not exist.").with_reason("notFound")
}

pub(super) fn no_object(bucket: &str, object: &str) -> ApiError {
    ApiError::not_found(format!("No such object: {bucket}/{object}")).with_reason("notFound")
}

pub(super) fn condition_not_met() -> ApiError {
    ApiError::condition_not_met("At least one of the pre-conditions you specified did not hold.")
}

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::invalid(message).with_reason("invalid")
}

pub(super) fn missing_parameter(name: &str) -> ApiError {
    ApiError::invalid(format!("Required parameter: {name}")).with_reason("required")
}

pub(super) fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new("ALREADY_EXISTS", message).with_reason("conflict")
}

/// 403 for who lacks a permission.
pub(crate) fn denied(call: &Call, permission: &str) -> ApiError {
    ApiError::denied(format!(
        "{} does not have {permission} access to the Google Cloud Storage bucket. Permission '{permission}' denied on \
         resource (or it may not exist).",
        call.caller_email()
    ))
    .with_reason("forbidden")
}

/// The emulated project and its bucket of this name.
pub(super) fn bucket<'world>(
    call: &Call,
    world: &'world World,
    name: &str,
    permission: &str,
) -> Result<(&'world Project, &'world Bucket), ApiError> {
    let id = owned(call, world, name, permission)?;
    let project = world.project(&id).ok_or_else(no_bucket)?;
    let bucket = project.storage.buckets.get(name).ok_or_else(no_bucket)?;
    Ok((project, bucket))
}

/// The emulated project, to change, once it is known to hold the bucket.
pub(super) fn project_with<'world>(
    call: &Call,
    world: &'world mut World,
    name: &str,
    permission: &str,
) -> Result<&'world mut Project, ApiError> {
    let id = owned(call, world, name, permission)?;
    world.project_mut(&id).ok_or_else(no_bucket)
}

/// The bucket of this name, to change.
pub(super) fn bucket_mut<'world>(
    call: &Call,
    world: &'world mut World,
    name: &str,
    permission: &str,
) -> Result<&'world mut Bucket, ApiError> {
    project_with(call, world, name, permission)?.storage.buckets.get_mut(name).ok_or_else(no_bucket)
}

/// The id of the emulated project if it owns the bucket; a stranger's bucket is denied, not hidden.
fn owned(call: &Call, world: &World, name: &str, permission: &str) -> Result<String, ApiError> {
    let owner = world.projects.values().find(|project| project.storage.buckets.contains_key(name));
    match owner {
        None => Err(no_bucket()),
        Some(project) if project.id != call.context.settings.project => Err(denied(call, permission)),
        Some(project) => Ok(project.id.clone()),
    }
}
