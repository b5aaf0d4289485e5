//! Cloud Storage, JSON API v1: buckets, their IAM policies, objects, the three kinds of upload, and preconditions on
//! every call that has them. Behaviour: the JSON API reference, "Request preconditions", and recorded exchanges.
//!
//! Bucket names are global over all projects. A bucket of a project that is not the emulated one is a stranger's: its
//! name is taken, and calls to it are denied. Must never know what the buckets and objects are for.

mod autoclass;
mod bucket;
mod bucket_fields;
mod bucket_policy;
mod checksum;
mod download;
mod location;
mod object;
mod object_list;
mod precondition;
mod refusal;
mod render;
mod soft_deleted;
mod state;
mod upload;
mod upload_body;
mod upload_resumable;
mod write_limit;

#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::call::{Call, Handled};
use crate::error::ApiError;
use crate::policy::Policy;
use crate::world::{Project, World};

pub(crate) use location::{is_region, regions};
pub(crate) use refusal::denied;
pub(crate) use state::State;

/// Answers calls under `/storage/v1`, `/upload`, `/resumable/upload` and `/download`, and plain downloads (`/BUCKET/OBJECT`)
/// at the host of Cloud Storage.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let method = call.method.as_str();
    Some(match (method, parts.as_slice()) {
        (
            _,
            ["resumable", "upload", "storage", "v1", "b", bucket, "o"]
            | ["upload", "storage", "v1", "b", bucket, "o"],
        ) => match method {
            "POST" => upload::start(call, world, bucket),
            "PUT" => upload_resumable::receive(call, world, bucket),
            "DELETE" => upload_resumable::cancel(call, world, bucket),
            _ => return None,
        },
        ("GET", ["download", "storage", "v1", "b", bucket, "o", name]) => {
            download::content(call, world, bucket, name)
        }
        (_, ["storage", "v1", rest @ ..]) => return json_api(call, world, method, rest),
        ("GET" | "HEAD", [bucket, rest @ ..]) if is_download_host(call) && !rest.is_empty() => {
            download::content(call, world, bucket, &rest.join("/"))
        }
        _ => return None,
    })
}

fn json_api(call: &Call, world: &mut World, method: &str, rest: &[&str]) -> Handled {
    Some(match (method, rest) {
        ("POST", ["b"]) => bucket::insert(call, world),
        ("GET", ["b"]) => bucket::list(call, world),
        ("GET", ["b", bucket]) => bucket::get(call, world, bucket),
        ("PATCH" | "PUT", ["b", bucket]) => bucket::change(call, world, bucket),
        ("DELETE", ["b", bucket]) => bucket::delete(call, world, bucket),
        ("GET", ["b", bucket, "storageLayout"]) => bucket::layout(call, world, bucket),
        ("GET", ["b", bucket, "managedFolders"]) => bucket::managed_folders(call, world, bucket),
        ("GET", ["b", bucket, "iam"]) => bucket_policy::get(call, world, bucket),
        ("PUT", ["b", bucket, "iam"]) => bucket_policy::set(call, world, bucket),
        ("GET", ["b", bucket, "iam", "testPermissions"]) => bucket_policy::test(call, world, bucket),
        ("GET", ["b", bucket, "o"]) => object_list::list(call, world, bucket),
        ("GET", ["b", bucket, "o", name]) if call.query.get("alt") == Some("media") => {
            download::content(call, world, bucket, name)
        }
        ("GET", ["b", bucket, "o", name]) => object::get(call, world, bucket, name),
        ("POST", ["b", bucket, "o", name, "restore"]) => soft_deleted::restore(call, world, bucket, name),
        ("PATCH" | "PUT", ["b", bucket, "o", name]) => object::change(call, world, bucket, name),
        ("DELETE", ["b", bucket, "o", name]) => object::delete(call, world, bucket, name),
        _ => return None,
    })
}

fn is_download_host(call: &Call) -> bool {
    call.host == "storage.googleapis.com" || call.host == "storage.cloud.google.com"
}

/// The content of a live or named version of an object of this project; what a build fetches as its source.
pub(crate) fn content(
    call: &Call,
    project: &Project,
    bucket: &str,
    object: &str,
    generation: Option<i64>,
) -> Result<Option<Bytes>, ApiError> {
    let found = project.storage.buckets.get(bucket).and_then(|bucket| bucket.version(object, generation));
    match found {
        Some(version) => kept(call, &version.content),
        None => Ok(None),
    }
}

/// The IAM policy of a bucket of this project.
pub(crate) fn bucket_policy_of<'project>(
    project: &'project Project,
    bucket: &str,
) -> Option<&'project Policy> {
    project.storage.buckets.get(bucket).map(|bucket| &bucket.policy)
}

/// The generation of the live version of an object of this project.
pub(crate) fn live_generation(project: &Project, bucket: &str, object: &str) -> Option<i64> {
    project.storage.buckets.get(bucket)?.live(object).map(|version| version.generation)
}

fn kept(call: &Call, digest: &str) -> Result<Option<Bytes>, ApiError> {
    call.context
        .blobs
        .get(digest)
        .map_err(|error| ApiError::internal(format!("the emulator could not read {digest}: {error}")))
}

fn keep(call: &Call, content: Bytes) -> Result<String, ApiError> {
    call.context
        .blobs
        .put(content)
        .map_err(|error| ApiError::internal(format!("the emulator could not keep the content: {error}")))
}
