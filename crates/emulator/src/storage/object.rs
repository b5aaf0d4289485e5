//! One object: its metadata, changing it, deleting it.

use serde_json::{Map, Value as Json};

use crate::call::{Answer, Call, Query};
use crate::error::ApiError;
use crate::world::World;

use super::precondition::{self, Current, Verdict};
use super::state::{Bucket, Version};
use super::{bucket, bucket_fields, refusal, render, soft_deleted, write_limit};

/// Fields of an object that a caller may set.
pub(super) const SETTABLE: [&str; 11] = [
    "cacheControl",
    "contentDisposition",
    "contentEncoding",
    "contentLanguage",
    "contentType",
    "contexts",
    "customTime",
    "eventBasedHold",
    "metadata",
    "storageClass",
    "temporaryHold",
];

/// What the conditions of a request are held against.
pub(super) fn current(bucket: &Bucket, name: &str) -> Option<Current> {
    bucket.live(name).map(|live| Current { generation: live.generation, metageneration: live.metageneration })
}

/// The metadata of the live version, or of the generation asked for.
pub(super) fn get(call: &Call, world: &World, bucket: &str, name: &str) -> Result<Answer, ApiError> {
    let (_, found) = refusal::bucket(call, world, bucket, "storage.objects.get")?;
    if call.query.is_on("softDeleted") {
        return soft_deleted::get(call, found, bucket, name);
    }
    let version = version(&call.query, found, bucket, name)?;
    match precondition::weigh(&call.query, current(found, name))? {
        Verdict::Met => Ok(Answer::json(render::object(bucket, name, version))),
        Verdict::NotModified => Ok(Answer::bare(304)),
        Verdict::NotMet => Err(refusal::condition_not_met()),
    }
}

/// Changes the metadata: PATCH merges, PUT replaces. The generation stays, the metageneration grows.
pub(super) fn change(call: &Call, world: &mut World, bucket: &str, name: &str) -> Result<Answer, ApiError> {
    let body = bucket::object(call)?;
    let generation = call.query.integer("generation")?;
    let found = writable(call, world, bucket, name, "storage.objects.update")?;
    let version = found.version_mut(name, generation).ok_or_else(|| refusal::no_object(bucket, name))?;
    if call.method == axum::http::Method::PUT {
        version.settings.clear();
    }
    merge_settable(&mut version.settings, &body);
    version.metageneration += 1;
    version.updated = call.now();
    Ok(Answer::json(render::object(bucket, name, version)))
}

/// Deletes the live version (which a versioned bucket keeps as noncurrent), or one generation for good.
pub(super) fn delete(call: &Call, world: &mut World, bucket: &str, name: &str) -> Result<Answer, ApiError> {
    let generation = call.query.integer("generation")?;
    let found = writable(call, world, bucket, name, "storage.objects.delete")?;
    match generation {
        Some(generation) => found.remove(name, generation, call.now()),
        None => found.retire(name, call.now()),
    }
    Ok(Answer::bare(204))
}

/// The bucket, to change, once the object is known to be there, the conditions hold, and it is no write too many.
fn writable<'world>(
    call: &Call,
    world: &'world mut World,
    bucket: &str,
    name: &str,
    permission: &str,
) -> Result<&'world mut Bucket, ApiError> {
    let (_, found) = refusal::bucket(call, world, bucket, permission)?;
    version(&call.query, found, bucket, name)?;
    precondition::require(&call.query, current(found, name))?;
    let project = refusal::project_with(call, world, bucket, permission)?;
    write_limit::pass(call, project, bucket, name)?;
    project.storage.buckets.get_mut(bucket).ok_or_else(refusal::no_bucket)
}

/// The version that a request means; a missing one is 404 before any condition is weighed.
pub(super) fn version<'bucket>(
    query: &Query,
    found: &'bucket Bucket,
    bucket: &str,
    name: &str,
) -> Result<&'bucket Version, ApiError> {
    found.version(name, query.integer("generation")?).ok_or_else(|| refusal::no_object(bucket, name))
}

/// Takes over the fields that a caller may set.
pub(super) fn merge_settable(settings: &mut Map<String, Json>, body: &Map<String, Json>) {
    for (field, value) in body.iter().filter(|(field, _)| SETTABLE.contains(&field.as_str())) {
        bucket_fields::merge(settings, field, value);
    }
}
