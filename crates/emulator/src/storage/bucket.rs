//! Buckets: insert, get, list, patch, update, delete.

use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::world::World;

use super::precondition::{self, Current, Verdict};
use super::refusal::{self, conflict, denied, invalid, missing_parameter};
use super::state::Bucket;
use super::{bucket_fields, bucket_policy, render};

type Result<T = Answer> = std::result::Result<T, ApiError>;

/// Makes a bucket. A name that is taken anywhere is a conflict; the text tells whose it is.
pub(super) fn insert(call: &Call, world: &mut World) -> Result {
    let project = call.query.get("project").ok_or_else(|| missing_parameter("project"))?;
    let body = object(call)?;
    let name = body.get("name").and_then(Json::as_str).ok_or_else(|| missing_parameter("name"))?.to_owned();
    if !is_bucket_name(&name) {
        return Err(invalid(format!("Invalid bucket name: '{name}'")));
    }
    let settings = bucket_fields::fresh(&body, call.now())?;
    let owner = world.projects.values().find(|project| project.storage.buckets.contains_key(&name));
    let emulated = call.context.settings.project.as_str();
    if let Some(owner) = owner {
        return Err(conflict(if owner.id == emulated {
            "Your previous request to create the named bucket succeeded and you already own it."
        } else {
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
             Please select a different name and try again."
        }));
    }
    let project = own_project(call, world, project, "storage.buckets.create")?;
    let project = world.project_mut(&project).ok_or_else(|| denied(call, "storage.buckets.create"))?;
    let generation = project.storage.next_generation(call.now());
    let bucket = Bucket {
        settings,
        created: call.now(),
        updated: call.now(),
        generation,
        metageneration: 1,
        policy: bucket_policy::fresh(&project.id, call.now()),
        objects: std::collections::BTreeMap::new(),
        soft_deleted: std::collections::BTreeMap::new(),
    };
    let shown = render::bucket(&name, &bucket, &project.number);
    project.storage.buckets.insert(name, bucket);
    Ok(Answer::json(shown))
}

/// One bucket.
pub(super) fn get(call: &Call, world: &World, name: &str) -> Result {
    let (project, bucket) = refusal::bucket(call, world, name, "storage.buckets.get")?;
    match precondition::weigh(&call.query, Some(current(bucket)))? {
        Verdict::Met => Ok(Answer::json(render::bucket(name, bucket, &project.number))),
        Verdict::NotModified => Ok(Answer::bare(304)),
        Verdict::NotMet => Err(refusal::condition_not_met()),
    }
}

/// Where a bucket keeps its objects, and whether it has real folders. Who may list the objects may know it.
pub(super) fn layout(call: &Call, world: &World, name: &str) -> Result {
    let (_, bucket) = refusal::bucket(call, world, name, "storage.objects.list")?;
    Ok(Answer::json(render::layout(name, bucket)))
}

/// Folders with a policy of their own, of which no bucket here has any: no other method on them is served.
pub(super) fn managed_folders(call: &Call, world: &World, name: &str) -> Result {
    refusal::bucket(call, world, name, "storage.managedFolders.list")?;
    Ok(Answer::json(json!({ "kind": "storage#managedFolders" })))
}

/// The project's buckets, by name, in pages.
pub(super) fn list(call: &Call, world: &World) -> Result {
    let project = call.query.get("project").ok_or_else(|| missing_parameter("project"))?;
    let project = own_project(call, world, project, "storage.buckets.list")?;
    let project = world.project(&project).ok_or_else(|| denied(call, "storage.buckets.list"))?;
    let prefix = call.query.get("prefix").unwrap_or_default();
    let after = call.query.get("pageToken").unwrap_or_default();
    let size = call
        .query
        .integer("maxResults")?
        .map_or(1000, |size| usize::try_from(size).unwrap_or(0))
        .clamp(1, 1000);
    let mut found = project
        .storage
        .buckets
        .iter()
        .filter(|(name, _)| name.starts_with(prefix) && (after.is_empty() || name.as_str() > after));
    let page: Vec<_> = found.by_ref().take(size).collect();
    let mut answer = Map::new();
    answer.insert("kind".into(), json!("storage#buckets"));
    if found.next().is_some()
        && let Some((last, _)) = page.last()
    {
        answer.insert("nextPageToken".into(), json!(last));
    }
    if !page.is_empty() {
        let items = page.iter().map(|(name, bucket)| render::bucket(name, bucket, &project.number)).collect();
        answer.insert("items".into(), items);
    }
    Ok(Answer::json(Json::Object(answer)))
}

/// Changes a bucket: PATCH merges, PUT replaces. The answer shows access control lists, unless the bucket has folders, which never
/// has any (recorded).
pub(super) fn change(call: &Call, world: &mut World, name: &str) -> Result {
    let body = object(call)?;
    let project = refusal::project_with(call, world, name, "storage.buckets.update")?;
    let number = project.number.clone();
    let bucket = project.storage.buckets.get_mut(name).ok_or_else(refusal::no_bucket)?;
    precondition::require(&call.query, Some(current(bucket)))?;
    bucket.settings = if call.method == axum::http::Method::PATCH {
        bucket_fields::patched(&bucket.settings, &body, call.now())?
    } else {
        bucket_fields::replaced(&bucket.settings, &body, call.now())?
    };
    bucket.metageneration += 1;
    bucket.updated = call.now();
    let mut shown = render::bucket(name, bucket, &number);
    if !bucket.has_folders()
        && let Some(shown) = shown.as_object_mut()
    {
        shown.extend(render::access_lists(name, bucket, &number));
    }
    Ok(Answer::json(shown))
}

/// Removes an empty bucket; noncurrent versions count as content.
pub(super) fn delete(call: &Call, world: &mut World, name: &str) -> Result {
    let project = refusal::project_with(call, world, name, "storage.buckets.delete")?;
    let bucket = project.storage.buckets.get(name).ok_or_else(refusal::no_bucket)?;
    precondition::require(&call.query, Some(current(bucket)))?;
    if !bucket.objects.is_empty() {
        return Err(conflict("The bucket you tried to delete is not empty."));
    }
    project.storage.buckets.remove(name);
    project.storage.uploads.retain(|_, upload| upload.bucket != name);
    Ok(Answer::bare(204))
}

/// The id of the project that the call names, if it is the emulated one.
fn own_project(call: &Call, world: &World, asked: &str, permission: &str) -> Result<String> {
    world
        .project(asked)
        .filter(|project| project.id == call.context.settings.project)
        .map(|project| project.id.clone())
        .ok_or_else(|| {
            ApiError::denied(format!(
                "{} does not have {permission} access to the Google Cloud project. Permission '{permission}' denied on \
                 resource (or it may not exist).",
                call.caller_email()
            ))
            .with_reason("forbidden")
        })
}

fn current(bucket: &Bucket) -> Current {
    Current { generation: bucket.generation, metageneration: bucket.metageneration }
}

pub(super) fn object(call: &Call) -> Result<Map<String, Json>> {
    match call.json()? {
        Json::Object(body) => Ok(body),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Ok(Map::new()),
    }
}

/// 3 to 63 characters, lower-case letters, digits, `-`, `_` and `.`, letter or digit at both ends, and never Google's.
/// Source: "Bucket naming requirements".
fn is_bucket_name(name: &str) -> bool {
    let ends =
        |edge: Option<char>| edge.is_some_and(|edge| edge.is_ascii_lowercase() || edge.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_.".contains(letter))
        && ends(name.chars().next())
        && ends(name.chars().last())
        && !name.contains("..")
        && !name.starts_with("goog")
        && !name.contains("google")
        && name.parse::<std::net::Ipv4Addr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_naming_rules() {
        for name in ["abc", "gemmactl-my-project", "run-sources-p-europe-west1", "a.b_c-9"] {
            assert!(is_bucket_name(name), "{name}");
        }
        for name in ["ab", "Abc", "-abc", "abc-", "a..b", "goog-x", "my-google-x", "1.2.3.4", &"a".repeat(64)]
        {
            assert!(!is_bucket_name(name), "{name}");
        }
    }
}
