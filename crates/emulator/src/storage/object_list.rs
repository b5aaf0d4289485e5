//! Listing objects: by prefix, folder-like with a delimiter, with noncurrent versions or the soft-deleted ones, in pages.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::{refusal, render};

/// One line of a listing: an object version, or a prefix that stands for several objects.
enum Line {
    Object(Json),
    Prefix(String),
}

/// The `objects.list` method. Empty listings have no `items`, as recorded.
pub(super) fn list(call: &Call, world: &World, bucket: &str) -> Result<Answer, ApiError> {
    let (_, found) = refusal::bucket(call, world, bucket, "storage.objects.list")?;
    let query = &call.query;
    let prefix = query.get("prefix").unwrap_or_default();
    let delimiter = query.get("delimiter").unwrap_or_default();
    let all_versions = query.is_on("versions");
    let soft_deleted = query.is_on("softDeleted");
    if all_versions && soft_deleted {
        return Err(refusal::invalid(
            "Soft-deleted objects cannot be listed together with noncurrent versions.",
        ));
    }
    let size =
        query.integer("maxResults")?.map_or(1000, |size| usize::try_from(size).unwrap_or(0)).clamp(1, 1000);

    let mut seen = BTreeSet::new();
    let mut lines: Vec<(String, Line)> = Vec::new();
    for (name, versions) in &found.objects {
        let in_range = name.starts_with(prefix)
            && query.get("startOffset").is_none_or(|start| name.as_str() >= start)
            && query.get("endOffset").is_none_or(|end| name.as_str() < end);
        if !in_range
            || soft_deleted
            || (!all_versions && versions.iter().all(|version| version.deleted.is_some()))
        {
            continue;
        }
        let after = name.get(prefix.len()..).unwrap_or_default();
        if let Some((folder, _)) = after.split_once(delimiter).filter(|_| !delimiter.is_empty()) {
            let folder = format!("{prefix}{folder}{delimiter}");
            if seen.insert(folder.clone()) {
                lines.push((folder.clone(), Line::Prefix(folder)));
            }
            continue;
        }
        for version in versions.iter().filter(|version| all_versions || version.deleted.is_none()) {
            // The generation keeps the versions of one name apart in the page token.
            let key = format!("{name}\u{0}{:020}", version.generation);
            lines.push((key, Line::Object(render::object(bucket, name, version))));
        }
    }

    for (name, deleted) in
        found.restorable(call.now()).filter(|(name, _)| soft_deleted && name.starts_with(prefix))
    {
        let key = format!("{name}\u{0}{:020}", deleted.version.generation);
        lines.push((key, Line::Object(render::soft_deleted(bucket, name, deleted))));
    }

    let after = match query.get("pageToken").filter(|token| !token.is_empty()) {
        Some(token) => {
            URL_SAFE_NO_PAD.decode(token).map_err(|_| refusal::invalid("Invalid argument: pageToken"))?
        }
        None => Vec::new(),
    };
    let mut rest = lines.into_iter().filter(|(key, _)| key.as_bytes() > after.as_slice());
    let page: Vec<(String, Line)> = rest.by_ref().take(size).collect();
    let next = rest.next().and(page.last().map(|(key, _)| URL_SAFE_NO_PAD.encode(key)));
    let (mut items, mut prefixes) = (Vec::new(), Vec::new());
    for (_, line) in page {
        match line {
            Line::Object(object) => items.push(object),
            Line::Prefix(folder) => prefixes.push(folder),
        }
    }
    let mut answer = Map::new();
    answer.insert("kind".into(), json!("storage#objects"));
    if let Some(next) = next {
        answer.insert("nextPageToken".into(), json!(next));
    }
    if !prefixes.is_empty() {
        answer.insert("prefixes".into(), json!(prefixes));
    }
    if !items.is_empty() {
        answer.insert("items".into(), json!(items));
    }
    Ok(Answer::json(Json::Object(answer)))
}
