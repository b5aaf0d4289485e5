//! What a caller may set on a bucket, which values are taken, and what the service fills in.
//! Source: the Bucket resource of the JSON API; defaults and mirrored fields as recorded.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::clock::later;
use crate::error::ApiError;
use crate::labels;

use super::autoclass;
use super::location::LocationType;
use super::refusal::invalid;
use super::render::time;

/// Fields that a caller may set. `location` only when the bucket is made.
const SETTABLE: [&str; 20] = [
    "autoclass",
    "billing",
    "cors",
    "customPlacementConfig",
    "defaultEventBasedHold",
    "encryption",
    "hierarchicalNamespace",
    "iamConfiguration",
    "ipFilter",
    "labels",
    "lifecycle",
    "location",
    "logging",
    "objectRetention",
    "retentionPolicy",
    "rpo",
    "softDeletePolicy",
    "storageClass",
    "versioning",
    "website",
];

/// Fields of the resource that only the service writes; a caller may send them back, and they are ignored.
const IGNORED: [&str; 18] = [
    "acl",
    "defaultObjectAcl",
    "etag",
    "generation",
    "hardDeleteTime",
    "id",
    "kind",
    "locationType",
    "metageneration",
    "name",
    "owner",
    "projectNumber",
    "satisfiesPZI",
    "satisfiesPZS",
    "selfLink",
    "softDeleteTime",
    "timeCreated",
    "updated",
];

const STORAGE_CLASSES: [&str; 5] = ["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "RAPID"];

/// The uniform access of a bucket can be taken back for this long.
const LOCKED_AFTER: Duration = Duration::from_hours(90 * 24);

/// Deleted objects stay this many seconds where the caller says nothing.
const SOFT_DELETE_SECONDS: u64 = 604_800;

/// The settings of a new bucket.
pub(super) fn fresh(body: &Map<String, Json>, now: Timestamp) -> Result<Map<String, Json>, ApiError> {
    let mut settings = Map::new();
    settings.insert("location".into(), json!("US"));
    settings.insert("storageClass".into(), json!("STANDARD"));
    settings.insert(
        "softDeletePolicy".into(),
        json!({ "retentionDurationSeconds": SOFT_DELETE_SECONDS.to_string() }),
    );
    merge_known(&mut settings, body)?;
    normalise(&mut settings, &Map::new(), now)?;
    Ok(settings)
}

/// The settings after a patch: objects merge, `null` removes, anything else replaces.
pub(super) fn patched(
    before: &Map<String, Json>,
    body: &Map<String, Json>,
    now: Timestamp,
) -> Result<Map<String, Json>, ApiError> {
    let mut settings = before.clone();
    merge_known(&mut settings, body)?;
    if settings.get("location").and_then(Json::as_str).map(str::to_ascii_uppercase).as_deref()
        != before.get("location").and_then(Json::as_str)
    {
        return Err(invalid("The location of a bucket cannot be changed."));
    }
    normalise(&mut settings, before, now)?;
    Ok(settings)
}

/// The settings after an update (PUT): what is not sent is gone, but for what the service fills in.
pub(super) fn replaced(
    before: &Map<String, Json>,
    body: &Map<String, Json>,
    now: Timestamp,
) -> Result<Map<String, Json>, ApiError> {
    let mut kept = Map::new();
    for field in ["location", "storageClass", "softDeletePolicy", "hierarchicalNamespace", "rpo"] {
        if let Some(value) = before.get(field) {
            kept.insert(field.into(), value.clone());
        }
    }
    patched(&kept, body, now)
}

fn merge_known(settings: &mut Map<String, Json>, body: &Map<String, Json>) -> Result<(), ApiError> {
    for (field, value) in body {
        if SETTABLE.contains(&field.as_str()) {
            merge(settings, field, value);
        } else if !IGNORED.contains(&field.as_str()) {
            return Err(ApiError::invalid(format!(
                "Invalid JSON payload received. Unknown name \"{field}\" at 'bucket': Cannot find field."
            )));
        }
    }
    Ok(())
}

/// JSON merge patch (RFC 7396) of one field.
pub(super) fn merge(target: &mut Map<String, Json>, field: &str, value: &Json) {
    match value {
        Json::Null => {
            target.remove(field);
        }
        Json::Object(parts) => {
            let held = target.entry(field).or_insert_with(|| json!({}));
            if !held.is_object() {
                *held = json!({});
            }
            if let Some(held) = held.as_object_mut() {
                for (part, value) in parts {
                    merge(held, part, value);
                }
            }
        }
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            target.insert(field.to_owned(), value.clone());
        }
    }
}

fn normalise(
    settings: &mut Map<String, Json>,
    before: &Map<String, Json>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let text = |settings: &Map<String, Json>, field: &str| {
        settings.get(field).and_then(Json::as_str).unwrap_or_default().to_ascii_uppercase()
    };
    let location = text(settings, "location");
    if LocationType::of(&location).is_none() {
        return Err(invalid("The specified location constraint is not valid."));
    }
    settings.insert("location".into(), json!(location));
    let class = text(settings, "storageClass");
    if !STORAGE_CLASSES.contains(&class.as_str()) {
        return Err(invalid(format!("Invalid argument: storage class {class} is not valid.")));
    }
    settings.insert("storageClass".into(), json!(class));

    // Recorded: a lifecycle without rules is not read back.
    let rules =
        settings.get("lifecycle").and_then(|lifecycle| lifecycle.get("rule")).and_then(Json::as_array);
    if rules.is_none_or(Vec::is_empty) {
        settings.remove("lifecycle");
    }
    if let Some(problem) = settings.get("labels").and_then(Json::as_object).and_then(labels::problem) {
        return Err(invalid(format!("Invalid argument: {problem}")));
    }
    if settings.get("labels").and_then(Json::as_object).is_some_and(Map::is_empty) {
        settings.remove("labels");
    }
    autoclass::fill(settings, before, now);
    soft_delete(settings, before, now)?;
    access(settings, before, now)
}

/// Retention in seconds as text; a time since when it holds, unless it is off.
fn soft_delete(
    settings: &mut Map<String, Json>,
    before: &Map<String, Json>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let seconds = |settings: &Map<String, Json>| {
        let value = settings.get("softDeletePolicy")?.get("retentionDurationSeconds")?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    let wanted = seconds(settings).unwrap_or(0);
    if wanted != 0 && !(604_800..=7_776_000).contains(&wanted) {
        return Err(invalid(
            "Soft delete policy retention duration must be 0, or between 604800 and 7776000 seconds.",
        ));
    }
    let held = before.get("softDeletePolicy").and_then(|policy| policy.get("effectiveTime"));
    let mut policy = json!({ "retentionDurationSeconds": wanted.to_string() });
    if wanted != 0 {
        let since = match held {
            Some(since) if seconds(before) == Some(wanted) => since.clone(),
            Some(_) | None => json!(time(now)),
        };
        if let Some(policy) = policy.as_object_mut() {
            policy.insert("effectiveTime".into(), since);
        }
    }
    settings.insert("softDeletePolicy".into(), policy);
    Ok(())
}

/// Uniform access under its two names, with the time from which it can no longer be taken back.
fn access(
    settings: &mut Map<String, Json>,
    before: &Map<String, Json>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let part = |settings: &Map<String, Json>, part: &str, field: &str| {
        settings
            .get("iamConfiguration")
            .and_then(|iam| iam.get(part))
            .and_then(|part| part.get(field))
            .cloned()
    };
    let uniform = part(settings, "uniformBucketLevelAccess", "enabled")
        .or_else(|| part(settings, "bucketPolicyOnly", "enabled"))
        .and_then(|enabled| enabled.as_bool())
        .unwrap_or(false);
    let prevention = settings
        .get("iamConfiguration")
        .and_then(|iam| iam.get("publicAccessPrevention"))
        .and_then(Json::as_str)
        .unwrap_or("inherited");
    let prevention = match prevention {
        "enforced" => "enforced",
        "inherited" | "unspecified" => "inherited",
        other => {
            return Err(invalid(format!("Invalid argument: public access prevention {other} is not valid.")));
        }
    };
    let mut mirrored = json!({ "enabled": uniform });
    if uniform && let Some(mirrored) = mirrored.as_object_mut() {
        let locked = part(before, "uniformBucketLevelAccess", "lockedTime")
            .unwrap_or_else(|| json!(time(later(now, LOCKED_AFTER))));
        mirrored.insert("lockedTime".into(), locked);
    }
    settings.insert(
        "iamConfiguration".into(),
        json!({
            "bucketPolicyOnly": mirrored,
            "uniformBucketLevelAccess": mirrored,
            "publicAccessPrevention": prevention,
        }),
    );
    Ok(())
}
