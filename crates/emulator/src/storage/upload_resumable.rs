//! Resumable uploads: a session that takes the content in pieces, tells how much it has, and survives a restart.
//! Source: "Resumable uploads" of the JSON API.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use crate::call::{Answer, Call, Query};
use crate::clock::later;
use crate::error::ApiError;
use crate::world::World;

use super::state::Upload;
use super::upload::{self, Wanted};
use super::{keep, kept, object, refusal, render};

/// Pieces, but for the last, are multiples of this.
const PIECE: u64 = 256 * 1024;

/// A session can be resumed for this long.
const SESSION: Duration = Duration::from_hours(7 * 24);

/// Opens a session; its address is in `Location`.
pub(super) fn begin(
    call: &Call,
    world: &mut World,
    bucket: &str,
    wanted: Wanted,
) -> Result<Answer, ApiError> {
    let project = refusal::project_with(call, world, bucket, "storage.objects.create")?;
    let found = project.storage.buckets.get(bucket).ok_or_else(refusal::no_bucket)?;
    super::precondition::require(&wanted.query, object::current(found, &wanted.object))?;
    let now = call.now();
    project.storage.uploads.retain(|_, upload| later(upload.begun, SESSION) > now);

    let id = format!("ABgVH8{}", Uuid::new_v4().simple());
    let host = call.header("host").unwrap_or(&call.host);
    let scheme = if call.host.ends_with(".googleapis.com") { "https" } else { "http" };
    let address = format!("{scheme}://{host}{}?uploadType=resumable&upload_id={id}", call.path);
    project.storage.uploads.insert(
        id.clone(),
        Upload {
            bucket: bucket.to_owned(),
            object: wanted.object,
            settings: wanted.settings,
            query: wanted.query.0,
            begun: now,
            pieces: Vec::new(),
            received: 0,
            finished: None,
        },
    );
    Ok(Answer::bare(200).with_header("location", address).with_header("x-guploader-uploadid", id))
}

/// Takes a piece, or tells how far the upload is; 308 until the last byte is there, then the object.
pub(super) fn receive(call: &Call, world: &mut World, bucket: &str) -> Result<Answer, ApiError> {
    let id = call.query.get("upload_id").unwrap_or_default().to_owned();
    let range = Range::parse(call)?;
    let project = refusal::project_with(call, world, bucket, "storage.objects.create")?;
    let upload =
        project.storage.uploads.get_mut(&id).filter(|upload| upload.bucket == bucket).ok_or_else(gone)?;
    if let Some(generation) = upload.finished {
        let name = upload.object.clone();
        let found =
            project.storage.buckets.get(bucket).and_then(|bucket| bucket.version(&name, Some(generation)));
        return found.map(|version| Answer::json(render::object(bucket, &name, version))).ok_or_else(gone);
    }
    if let Range::Piece { first, total } = &range {
        take(call, upload, *first, *total)?;
    }
    let total = match range {
        Range::Piece { total, .. } | Range::Status { total } => total,
    };
    match total {
        Some(total) if upload.received == total => {}
        Some(total) if upload.received > total => {
            return Err(refusal::invalid(format!(
                "Invalid request. The upload has {} bytes, more than the total of {total}.",
                upload.received
            )));
        }
        Some(_) | None => return Ok(so_far(upload.received)),
    }
    let content = gather(call, upload)?;
    let wanted = Wanted {
        object: upload.object.clone(),
        settings: upload.settings.clone(),
        query: Query(upload.query.clone()),
    };
    let answer = upload::store(call, world, bucket, wanted, content)?;
    let project = refusal::project_with(call, world, bucket, "storage.objects.create")?;
    let newest = project.storage.newest_generation;
    if let Some(upload) = project.storage.uploads.get_mut(&id) {
        upload.finished = Some(newest);
        upload.pieces.clear();
    }
    Ok(answer)
}

/// Forgets a session.
pub(super) fn cancel(call: &Call, world: &mut World, bucket: &str) -> Result<Answer, ApiError> {
    let id = call.query.get("upload_id").unwrap_or_default();
    let project = refusal::project_with(call, world, bucket, "storage.objects.create")?;
    project.storage.uploads.remove(id).ok_or_else(gone)?;
    Ok(Answer::bare(499))
}

fn gone() -> ApiError {
    ApiError::not_found("No such upload session.").with_reason("notFound")
}

/// Adds the body of this request. What was received before is skipped; a gap is refused.
fn take(call: &Call, upload: &mut Upload, first: u64, total: Option<u64>) -> Result<(), ApiError> {
    if first > upload.received {
        return Err(ApiError::new(
            "UNAVAILABLE",
            format!(
                "Invalid request.  According to the Content-Range header, the upload offset is {first} byte(s), which \
                 exceeds already uploaded size of {} byte(s).",
                upload.received
            ),
        ));
    }
    let known = usize::try_from(upload.received - first).unwrap_or(usize::MAX).min(call.body.len());
    let piece = call.body.slice(known..);
    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
    let ends = total.is_some_and(|total| upload.received + length >= total);
    if !ends && !length.is_multiple_of(PIECE) {
        return Err(refusal::invalid(format!(
            "Invalid request.  There were {} byte(s) in the request body.  There should have been a multiple of {PIECE}, \
             as this is not the last piece.",
            call.body.len()
        )));
    }
    if length > 0 {
        upload.pieces.push(keep(call, piece)?);
        upload.received += length;
    }
    Ok(())
}

fn so_far(received: u64) -> Answer {
    let answer = Answer::bare(308);
    match received.checked_sub(1) {
        Some(last) => answer.with_header("range", format!("bytes=0-{last}")),
        None => answer,
    }
}

fn gather(call: &Call, upload: &Upload) -> Result<Bytes, ApiError> {
    let mut content = BytesMut::new();
    for digest in &upload.pieces {
        let piece = kept(call, digest)?.ok_or_else(gone)?;
        content.extend_from_slice(&piece);
    }
    Ok(content.freeze())
}

/// What `Content-Range` says: `bytes 0-99/1000`, `bytes 0-99/*`, `bytes */1000`, `bytes */*`; without it, all in one.
enum Range {
    Piece { first: u64, total: Option<u64> },
    Status { total: Option<u64> },
}

impl Range {
    fn parse(call: &Call) -> Result<Self, ApiError> {
        let length = u64::try_from(call.body.len()).unwrap_or(u64::MAX);
        let Some(header) = call.header("content-range") else {
            return Ok(Self::Piece { first: 0, total: Some(length) });
        };
        let bad = || refusal::invalid(format!("Failed to parse Content-Range header: {header}"));
        let (span, total) = header
            .strip_prefix("bytes")
            .map(str::trim)
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(bad)?;
        let total = match total {
            "*" => None,
            digits => Some(digits.parse().map_err(|_| bad())?),
        };
        if span == "*" {
            return Ok(Self::Status { total });
        }
        let (first, last) = span.split_once('-').ok_or_else(bad)?;
        let first: u64 = first.parse().map_err(|_| bad())?;
        let last: u64 = last.parse().map_err(|_| bad())?;
        if last.checked_sub(first).and_then(|span| span.checked_add(1)) != Some(length) {
            return Err(refusal::invalid(format!(
                "Invalid request.  There were {length} byte(s) in the request body.  There should have been {} byte(s) \
                 according to the Content-Range header.",
                last.saturating_sub(first).saturating_add(1)
            )));
        }
        Ok(Self::Piece { first, total })
    }
}
