//! The content of an object, whole or a range (RFC 9110, section 14).

use bytes::Bytes;
use serde_json::Value as Json;

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::precondition::{self, Verdict};
use super::{kept, object, refusal, render};

/// Which bytes a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// All: no header, or one that is not understood.
    Whole,
    /// From the first to the last, both included.
    Part { first: usize, last: usize },
    /// Nothing that exists.
    Unsatisfiable,
}

/// Answers with the bytes of the live version, or of the generation asked for.
pub(super) fn content(call: &Call, world: &World, bucket: &str, name: &str) -> Result<Answer, ApiError> {
    let (_, found) = refusal::bucket(call, world, bucket, "storage.objects.get")?;
    let version = object::version(&call.query, found, bucket, name)?;
    match precondition::weigh(&call.query, object::current(found, name))? {
        Verdict::Met => {}
        Verdict::NotModified => return Ok(Answer::bare(304)),
        Verdict::NotMet => return Err(refusal::condition_not_met()),
    }
    let bytes = kept(call, &version.content)?
        .ok_or_else(|| ApiError::internal(format!("the content of {bucket}/{name} is no longer kept")))?;
    let kind =
        version.settings.get("contentType").and_then(Json::as_str).unwrap_or("application/octet-stream");
    let answer = match range(call.header("range"), bytes.len()) {
        Range::Whole => Answer::bytes(kind, bytes),
        Range::Part { first, last } => {
            let part: Bytes = bytes.slice(first..=last);
            Answer::bytes(kind, part)
                .with_status(206)
                .with_header("content-range", format!("bytes {first}-{last}/{}", bytes.len()))
        }
        Range::Unsatisfiable => {
            return Ok(Answer::bare(416).with_header("content-range", format!("bytes */{}", bytes.len())));
        }
    };
    Ok(answer
        .with_header("accept-ranges", "bytes")
        .with_header("etag", render::object_etag(version))
        .with_header("x-goog-generation", version.generation.to_string())
        .with_header("x-goog-metageneration", version.metageneration.to_string())
        .with_header("x-goog-hash", format!("crc32c={},md5={}", version.crc32c, version.md5))
        .with_header("x-goog-stored-content-length", version.size.to_string()))
}

fn range(header: Option<&str>, length: usize) -> Range {
    let parsed =
        header.and_then(|header| header.strip_prefix("bytes=")).and_then(|range| range.split_once('-'));
    let Some((first, last)) = parsed else { return Range::Whole };
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(length.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, length.saturating_sub(1)),
        (Err(_), Ok(suffix)) if first.is_empty() && suffix > 0 => {
            (length.saturating_sub(suffix), length.saturating_sub(1))
        }
        _ => return Range::Whole,
    };
    if first < length { Range::Part { first, last } } else { Range::Unsatisfiable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_has_them() {
        let cases = [
            (None, Range::Whole),
            (Some("bytes=0-3"), Range::Part { first: 0, last: 3 }),
            (Some("bytes=4-"), Range::Part { first: 4, last: 9 }),
            (Some("bytes=-3"), Range::Part { first: 7, last: 9 }),
            (Some("bytes=-30"), Range::Part { first: 0, last: 9 }),
            (Some("bytes=5-99"), Range::Part { first: 5, last: 9 }),
            (Some("bytes=10-"), Range::Unsatisfiable),
            (Some("bytes=3-1"), Range::Whole),
            (Some("lines=1-2"), Range::Whole),
        ];
        for (header, expected) in cases {
            assert_eq!(range(header, 10), expected, "{header:?}");
        }
        assert_eq!(range(Some("bytes=0-"), 0), Range::Unsatisfiable);
    }
}
