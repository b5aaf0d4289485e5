//! Starting an upload: simple (`media`), with metadata beside the content (`multipart`), or in pieces (`resumable`).
//! Source: "Uploads and downloads" of the JSON API.

use bytes::Bytes;
use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call, Query};
use crate::error::ApiError;
use crate::world::World;

use super::state::Version;
use super::upload_body::Multipart;
use super::{bucket, checksum, keep, object, precondition, refusal, render, upload_resumable, write_limit};

/// What is to be stored: the name, the fields that the caller set, the sums it expects, the conditions.
pub(super) struct Wanted {
    pub(super) object: String,
    pub(super) settings: Map<String, Json>,
    pub(super) query: Query,
}

/// POST to an upload path.
pub(super) fn start(call: &Call, world: &mut World, bucket: &str) -> Result<Answer, ApiError> {
    match call.query.get("uploadType") {
        Some("media") => {
            let kind = call.header("content-type").unwrap_or("application/octet-stream");
            let wanted = wanted(call, &Map::new(), Some(kind))?;
            store(call, world, bucket, wanted, call.body.clone())
        }
        Some("multipart") => {
            let parts = Multipart::parse(call.header("content-type").unwrap_or_default(), &call.body)
                .map_err(refusal::invalid)?;
            let wanted = wanted(call, &parts.metadata, parts.content_type.as_deref())?;
            store(call, world, bucket, wanted, parts.content)
        }
        Some("resumable") => {
            let kind = call.header("x-upload-content-type");
            let wanted = wanted(call, &bucket::object(call)?, kind)?;
            upload_resumable::begin(call, world, bucket, wanted)
        }
        Some(_) | None => {
            Err(refusal::invalid("Invalid or missing uploadType: media, multipart or resumable."))
        }
    }
}

/// Name and fields of an upload. The name in the query wins over the one in the metadata.
fn wanted(call: &Call, metadata: &Map<String, Json>, content_type: Option<&str>) -> Result<Wanted, ApiError> {
    let name =
        call.query.get("name").or_else(|| metadata.get("name").and_then(Json::as_str)).unwrap_or_default();
    if name.is_empty() {
        return Err(refusal::missing_parameter("name"));
    }
    if name.len() > 1024 || name.contains(['\r', '\n']) || matches!(name, "." | "..") {
        return Err(refusal::invalid(format!("Invalid object name: '{name}'")));
    }
    let mut settings = Map::new();
    object::merge_settable(&mut settings, metadata);
    settings
        .entry("contentType")
        .or_insert_with(|| json!(content_type.unwrap_or("application/octet-stream")));
    for sum in ["md5Hash", "crc32c"] {
        if let Some(expected) = metadata.get(sum) {
            settings.insert(sum.into(), expected.clone());
        }
    }
    Ok(Wanted { object: name.to_owned(), settings, query: call.query.clone() })
}

/// Makes the live version of an object: conditions, sums, generation, in that order.
pub(super) fn store(
    call: &Call,
    world: &mut World,
    bucket: &str,
    wanted: Wanted,
    content: Bytes,
) -> Result<Answer, ApiError> {
    let project = refusal::project_with(call, world, bucket, "storage.objects.create")?;
    let name = wanted.object.as_str();
    let found = project.storage.buckets.get(bucket).ok_or_else(refusal::no_bucket)?;
    precondition::require(&wanted.query, object::current(found, name))?;

    let mut settings = wanted.settings;
    let (md5, crc32c) = (checksum::md5(&content), checksum::crc32c(&content));
    for (field, label, found) in [("md5Hash", "MD5 hash", &md5), ("crc32c", "CRC32C", &crc32c)] {
        if let Some(expected) = settings.remove(field)
            && expected.as_str() != Some(found)
        {
            return Err(refusal::invalid(format!(
                "Provided {label} \"{}\" doesn't match calculated {label} \"{found}\".",
                expected.as_str().unwrap_or_default()
            )));
        }
    }
    write_limit::pass(call, project, bucket, name)?;
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let content = keep(call, content)?;
    let version = Version {
        generation: project.storage.next_generation(call.now()),
        metageneration: 1,
        created: call.now(),
        updated: call.now(),
        deleted: None,
        settings,
        content,
        size,
        md5,
        crc32c,
    };
    let shown = render::object(bucket, name, &version);
    project.storage.buckets.get_mut(bucket).ok_or_else(refusal::no_bucket)?.put(name, version);
    Ok(Answer::json(shown))
}
