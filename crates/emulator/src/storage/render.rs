//! How buckets and objects look in answers. Field order and formats as recorded; numbers are strings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::location::LocationType;
use super::state::{Bucket, SoftDeleted, Version};

const BASE: &str = "https://www.googleapis.com/storage/v1/b";

/// A time with milliseconds, as Cloud Storage writes it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The Bucket resource.
pub(super) fn bucket(name: &str, bucket: &Bucket, project_number: &str) -> Json {
    let (_, kind) = place(bucket);
    let mut shown = Map::new();
    shown.insert("kind".into(), json!("storage#bucket"));
    shown.insert("selfLink".into(), json!(format!("{BASE}/{name}")));
    shown.insert("id".into(), json!(name));
    shown.insert("name".into(), json!(name));
    shown.insert("projectNumber".into(), json!(project_number));
    shown.insert("generation".into(), json!(bucket.generation.to_string()));
    shown.insert("metageneration".into(), json!(bucket.metageneration.to_string()));
    shown.insert("etag".into(), json!(bucket_etag(bucket)));
    shown.insert("timeCreated".into(), json!(time(bucket.created)));
    shown.insert("updated".into(), json!(time(bucket.updated)));
    shown.extend(bucket.settings.clone());
    shown.insert("locationType".into(), json!(kind.name()));
    match kind {
        LocationType::Region => shown.insert("satisfiesPZI".into(), json!(true)),
        LocationType::DualRegion | LocationType::MultiRegion => {
            shown.entry("rpo").or_insert_with(|| json!("DEFAULT"));
            None
        }
    };
    Json::Object(shown)
}

/// The `BucketStorageLayout` resource.
pub(super) fn layout(name: &str, bucket: &Bucket) -> Json {
    let (location, kind) = place(bucket);
    let mut shown = json!({
        "kind": "storage#storageLayout", "bucket": name, "location": location, "locationType": kind.name(),
    });
    if let (true, Some(shown)) = (bucket.has_folders(), shown.as_object_mut()) {
        shown.insert("hierarchicalNamespace".into(), json!({ "enabled": true }));
    }
    shown
}

/// Where a bucket is, and of which kind that is.
fn place(bucket: &Bucket) -> (&str, LocationType) {
    let location = bucket.settings.get("location").and_then(Json::as_str).unwrap_or("US");
    (location, LocationType::of(location).unwrap_or(LocationType::MultiRegion))
}

/// The access control lists that a changed bucket's answer shows where access is not uniform.
pub(super) fn access_lists(name: &str, bucket: &Bucket, project_number: &str) -> Map<String, Json> {
    let teams = [("owners", "OWNER"), ("editors", "OWNER"), ("viewers", "READER")];
    let etag = bucket_etag(bucket);
    let of_bucket = |(team, role): &(&str, &str)| {
        let entity = format!("project-{team}-{project_number}");
        json!({
            "kind": "storage#bucketAccessControl", "id": format!("{name}/{entity}"),
            "selfLink": format!("{BASE}/{name}/acl/{entity}"), "bucket": name, "entity": entity, "role": role,
            "etag": etag, "projectTeam": { "projectNumber": project_number, "team": team },
        })
    };
    let of_objects = |(team, role): &(&str, &str)| {
        json!({
            "kind": "storage#objectAccessControl", "entity": format!("project-{team}-{project_number}"), "role": role,
            "etag": etag, "projectTeam": { "projectNumber": project_number, "team": team },
        })
    };
    let mut lists = Map::new();
    lists.insert("acl".into(), teams.iter().map(of_bucket).collect());
    lists.insert("defaultObjectAcl".into(), teams.iter().map(of_objects).collect());
    lists.insert("owner".into(), json!({ "entity": format!("project-owners-{project_number}") }));
    lists
}

/// The Object resource.
pub(super) fn object(bucket: &str, name: &str, version: &Version) -> Json {
    let generation = version.generation;
    let encoded = encode(name);
    let mut shown = Map::new();
    shown.insert("kind".into(), json!("storage#object"));
    shown.insert("id".into(), json!(format!("{bucket}/{name}/{generation}")));
    shown.insert("selfLink".into(), json!(format!("{BASE}/{bucket}/o/{encoded}")));
    shown.insert(
        "mediaLink".into(),
        json!(format!(
            "https://storage.googleapis.com/download/storage/v1/b/{bucket}/o/{encoded}?generation={generation}&alt=media"
        )),
    );
    shown.insert("name".into(), json!(name));
    shown.insert("bucket".into(), json!(bucket));
    shown.insert("generation".into(), json!(generation.to_string()));
    shown.insert("metageneration".into(), json!(version.metageneration.to_string()));
    shown.extend(version.settings.clone());
    shown.entry("storageClass").or_insert_with(|| json!("STANDARD"));
    shown.insert("size".into(), json!(version.size.to_string()));
    shown.insert("md5Hash".into(), json!(version.md5));
    shown.insert("crc32c".into(), json!(version.crc32c));
    shown.insert("etag".into(), json!(object_etag(version)));
    for (field, at) in [
        ("timeCreated", Some(version.created)),
        ("updated", Some(version.updated)),
        ("timeStorageClassUpdated", Some(version.created)),
        ("timeFinalized", Some(version.created)),
        ("timeDeleted", version.deleted),
    ] {
        if let Some(at) = at {
            shown.insert(field.into(), json!(time(at)));
        }
    }
    Json::Object(shown)
}

/// The Object resource of a version that was deleted and can be restored.
pub(super) fn soft_deleted(bucket: &str, name: &str, deleted: &SoftDeleted) -> Json {
    let mut shown = object(bucket, name, &deleted.version);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("softDeleteTime".into(), json!(time(deleted.at)));
        shown.insert("hardDeleteTime".into(), json!(time(deleted.until)));
    }
    shown
}

/// The metageneration as the protocol buffer that base64 hides: `CAE=`, `CAI=`.
fn bucket_etag(bucket: &Bucket) -> String {
    STANDARD.encode([vec![0x08], varint(bucket.metageneration)].concat())
}

/// Generation and metageneration in the same way.
pub(super) fn object_etag(version: &Version) -> String {
    STANDARD
        .encode([vec![0x08], varint(version.generation), vec![0x10], varint(version.metageneration)].concat())
}

fn varint(number: i64) -> Vec<u8> {
    let mut left = number.unsigned_abs();
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(left & 0x7f).unwrap_or_default();
        left >>= 7;
        if left == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// An object's name as one segment of a path.
fn encode(name: &str) -> String {
    use std::fmt::Write as _;
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
