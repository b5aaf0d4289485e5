//! Objects that were deleted for good and can be restored for a while. They cannot be read, only listed, looked at and
//! restored. Source: "Soft delete", `objects.restore`.

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::state::{Bucket, SoftDeleted, Version};
use super::{object, precondition, refusal, render, write_limit};

/// The metadata of a soft-deleted version. The generation must be named.
pub(super) fn get(call: &Call, found: &Bucket, bucket: &str, name: &str) -> Result<Answer, ApiError> {
    let deleted = named(call, found, bucket, name)?;
    Ok(Answer::json(render::soft_deleted(bucket, name, deleted)))
}

/// Makes a copy of a soft-deleted version the live one. The soft-deleted version itself stays until its time is over.
pub(super) fn restore(call: &Call, world: &mut World, bucket: &str, name: &str) -> Result<Answer, ApiError> {
    let project = refusal::project_with(call, world, bucket, "storage.objects.restore")?;
    let found = project.storage.buckets.get(bucket).ok_or_else(refusal::no_bucket)?;
    let deleted = named(call, found, bucket, name)?.version.clone();
    precondition::require(&call.query, object::current(found, name))?;
    write_limit::pass(call, project, bucket, name)?;
    let version = Version {
        generation: project.storage.next_generation(call.now()),
        metageneration: 1,
        created: call.now(),
        updated: call.now(),
        deleted: None,
        ..deleted
    };
    let shown = render::object(bucket, name, &version);
    project.storage.buckets.get_mut(bucket).ok_or_else(refusal::no_bucket)?.put(name, version);
    Ok(Answer::json(shown))
}

fn named<'bucket>(
    call: &Call,
    found: &'bucket Bucket,
    bucket: &str,
    name: &str,
) -> Result<&'bucket SoftDeleted, ApiError> {
    let Some(generation) = call.query.integer("generation")? else {
        return Err(refusal::missing_parameter("generation"));
    };
    found
        .restorable(call.now())
        .find(|(its, deleted)| its.as_str() == name && deleted.version.generation == generation)
        .map(|(_, deleted)| deleted)
        .ok_or_else(|| refusal::no_object(bucket, name))
}
