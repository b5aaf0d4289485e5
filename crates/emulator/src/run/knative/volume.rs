//! Volumes: `csi`, `emptyDir`, `nfs` and `secret` of v1, and what v2 calls them.

use serde_json::{Map, Value, json};

use super::json::{carry, copy, objects, put_list, refuse_rest, take_object, take_objects, text};
use super::secret::Aliases;
use crate::run::rules::Violation;

/// The driver of a Cloud Storage volume in v1.
const GCS_DRIVER: &str = "gcsfuse.run.googleapis.com";

/// Spellings of a medium.
const MEDIUMS: [(&str, &str); 2] = [("Memory", "MEMORY"), ("Disk", "DISK")];

/// A volume of v1 as v2 has it.
pub(super) fn to_v2(
    mut volume: Map<String, Value>,
    at: &str,
    aliases: &Aliases,
    refused: &mut Vec<Violation>,
) -> Map<String, Value> {
    let mut out = Map::new();
    for same in ["name", "nfs", "filestore"] {
        carry(&mut volume, same, &mut out, same);
    }
    if volume.contains_key("csi") {
        let gcs = bucket(take_object(&mut volume, "csi"), &format!("{at}.csi"), refused);
        out.insert("gcs".into(), Value::Object(gcs));
    }
    if volume.contains_key("emptyDir") {
        let mut empty = take_object(&mut volume, "emptyDir");
        let medium = text(&empty, "medium").unwrap_or("Memory").to_owned();
        match MEDIUMS.iter().find(|(name, _)| *name == medium) {
            Some((_, name)) => {
                empty.insert("medium".into(), json!(name));
            }
            None => refused
                .push((format!("{at}.emptyDir.medium"), format!("The medium {medium} is not supported."))),
        }
        out.insert("emptyDir".into(), Value::Object(empty));
    }
    if volume.contains_key("secret") {
        let secret = secret(take_object(&mut volume, "secret"), &format!("{at}.secret"), aliases, refused);
        out.insert("secret".into(), Value::Object(secret));
    }
    refuse_rest(&volume, at, refused);
    out
}

/// A volume of v2 as v1 has it; `None` for a database connection, which v1 says in an annotation.
pub(super) fn from_v2(volume: &Map<String, Value>, aliases: &mut Aliases) -> Option<Map<String, Value>> {
    if volume.contains_key("cloudSqlInstance") {
        return None;
    }
    let mut out = Map::new();
    copy(volume, &["name", "nfs", "filestore"], &mut out);
    if let Some(gcs) = volume.get("gcs").and_then(Value::as_object) {
        let mut attributes = Map::new();
        if let Some(bucket) = gcs.get("bucket") {
            attributes.insert("bucketName".into(), bucket.clone());
        }
        if let Some(options) = gcs.get("mountOptions").and_then(Value::as_array) {
            let options: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
            attributes.insert("mountOptions".into(), json!(options.join(",")));
        }
        let mut csi = Map::new();
        csi.insert("driver".into(), json!(GCS_DRIVER));
        copy(gcs, &["readOnly"], &mut csi);
        csi.insert("volumeAttributes".into(), Value::Object(attributes));
        out.insert("csi".into(), Value::Object(csi));
    }
    if let Some(empty) = volume.get("emptyDir").and_then(Value::as_object) {
        let mut v1 = Map::new();
        let medium = MEDIUMS.iter().find(|(_, name)| text(empty, "medium") == Some(*name));
        if let Some((name, _)) = medium {
            v1.insert("medium".into(), json!(name));
        }
        copy(empty, &["sizeLimit"], &mut v1);
        out.insert("emptyDir".into(), Value::Object(v1));
    }
    if let Some(secret) = volume.get("secret").and_then(Value::as_object) {
        let mut v1 = Map::new();
        if let Some(name) = text(secret, "secret") {
            v1.insert("secretName".into(), json!(aliases.shortened(name)));
        }
        let items = objects(secret, "items").map(|item| {
            let mut v1 = Map::new();
            carry(&mut item.clone(), "version", &mut v1, "key");
            copy(item, &["path", "mode"], &mut v1);
            v1
        });
        put_list(&mut v1, "items", items.collect());
        copy(secret, &["defaultMode"], &mut v1);
        out.insert("secret".into(), Value::Object(v1));
    }
    Some(out)
}

fn bucket(mut csi: Map<String, Value>, at: &str, refused: &mut Vec<Violation>) -> Map<String, Value> {
    let mut gcs = Map::new();
    let driver = csi.shift_remove("driver");
    if driver.as_ref().and_then(Value::as_str) != Some(GCS_DRIVER) {
        refused.push((format!("{at}.driver"), format!("The driver must be {GCS_DRIVER}.")));
    }
    let mut attributes = take_object(&mut csi, "volumeAttributes");
    carry(&mut attributes, "bucketName", &mut gcs, "bucket");
    carry(&mut csi, "readOnly", &mut gcs, "readOnly");
    if let Some(options) = attributes.shift_remove("mountOptions") {
        let options: Vec<&str> =
            options.as_str().unwrap_or("").split(',').filter(|one| !one.is_empty()).collect();
        gcs.insert("mountOptions".into(), json!(options));
    }
    refuse_rest(&attributes, &format!("{at}.volumeAttributes"), refused);
    refuse_rest(&csi, at, refused);
    gcs
}

fn secret(
    mut from: Map<String, Value>,
    at: &str,
    aliases: &Aliases,
    refused: &mut Vec<Violation>,
) -> Map<String, Value> {
    let mut secret = Map::new();
    if let Some(name) = text(&from, "secretName") {
        secret.insert("secret".into(), json!(aliases.resolved(name)));
    }
    from.shift_remove("secretName");
    let items = take_objects(&mut from, "items").into_iter().map(|mut item| {
        let mut v2 = Map::new();
        carry(&mut item, "key", &mut v2, "version");
        copy(&item, &["path", "mode"], &mut v2);
        v2
    });
    put_list(&mut secret, "items", items.collect());
    carry(&mut from, "defaultMode", &mut secret, "defaultMode");
    refuse_rest(&from, at, refused);
    secret
}
