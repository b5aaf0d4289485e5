//! Where a field's spelling in a spec is not that of its normal form.

use model::Json;
use serde_json::{Map, json};

use super::Exported;
use crate::json;

/// Settings that the server chooses and that are said only when they are not what it usually does.
pub(super) fn is_silence(path: &str, value: &Json) -> bool {
    match path {
        "ingress" => value == "all",
        "scaling.min" => value == 0,
        "scaling.mode" => value == "automatic",
        // Said by the GPU itself.
        "gpu.count" => value == 1,
        _ => false,
    }
}

/// Puts a field where the spec says it.
pub(super) fn put(path: &str, value: &Json, exported: &mut Exported) {
    let parts: Vec<&str> = match path.split_once('.') {
        // Keys of annotations have dots of their own.
        Some((family @ ("annotations" | "labels"), key)) => vec![family, key],
        Some(_) | None => path.split('.').collect(),
    };
    let item = &mut exported.item;
    match parts.as_slice() {
        // Somebody else's, or a mark of gemmactl's own: no spec can ask for it, and none takes it away.
        ["labels", key] if spec::types::LabelKey::parse(key).is_err() => {
            exported.left.push((path.to_owned(), super::said(path, value)));
        }
        ["secrets", _] => {
            let text = value.as_str().unwrap_or_default();
            let (secret, version) = text.rsplit_once(':').unwrap_or((text, "latest"));
            insert(item, &parts, json!({"secret": secret, "version": version}));
        }
        ["traffic"] => insert(item, &parts, json::list(value, &[]).iter().map(target).collect()),
        ["volumes", name, "inMemory", "medium"] => insert_map(item, &["volumes", name, "inMemory"]),
        ["volumes", _, "secret", "items"] => {
            insert(item, &parts, json::list(value, &[]).iter().map(secret_file).collect());
        }
        _ => insert(item, &parts, value.clone()),
    }
}

/// What can be said only once all fields are there.
pub(super) fn finish(kind: &str, item: &mut Json) {
    let Json::Object(fields) = item else { return };
    if fields.contains_key("gpu") {
        // A GPU asks for the second generation by itself.
        fields.shift_remove("executionEnvironment");
    }
    if let ("repository", Some(Json::Object(policies))) = (kind, fields.get_mut("cleanupPolicies")) {
        let listed: Vec<Json> = std::mem::take(policies)
            .into_iter()
            .map(|(name, mut policy)| {
                if json::text(&policy, &["condition", "tagState"]) == Some("any")
                    && policy.get("mostRecentVersions").is_some()
                {
                    json::remove(&mut policy, &["condition"]);
                }
                let mut listed = Map::from_iter([("name".to_owned(), Json::from(name))]);
                listed.extend(policy.as_object().cloned().unwrap_or_default());
                Json::Object(listed)
            })
            .collect();
        fields.insert("cleanupPolicies".to_owned(), listed.into());
    }
}

/// A share of the requests; the newest revision is said by another key than one by name.
fn target(found: &Json) -> Json {
    let mut target = match json::text(found, &["revision"]) {
        Some("latest") | None => json!({"latest": true}),
        Some(revision) => json!({"revision": revision}),
    };
    if let Some(percent) = json::number(found, &["percent"]).filter(|percent| *percent > 0) {
        json::put(&mut target, &["percent"], percent);
    }
    if let Some(tag) = json::text(found, &["tag"]) {
        json::put(&mut target, &["tag"], tag);
    }
    target
}

/// A version of a secret as a file; permission bits are octal digits.
fn secret_file(found: &Json) -> Json {
    let text = |key| json::text(found, &[key]).unwrap_or_default().to_owned();
    let mut file = json!({"version": text("version"), "path": text("path")});
    if let Some(mode) = json::number(found, &["mode"]).filter(|mode| *mode > 0) {
        json::put(&mut file, &["mode"], format!("{mode:04o}"));
    }
    file
}

fn insert(item: &mut Json, keys: &[&str], value: Json) {
    let mut at = item;
    for key in keys {
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        let Json::Object(fields) = at else { return };
        at = fields.entry(*key).or_insert(Json::Null);
    }
    *at = value;
}

/// Puts an empty map where nothing is yet.
fn insert_map(item: &mut Json, keys: &[&str]) {
    if json::at(item, keys).is_none() {
        insert(item, keys, Json::Object(Map::new()));
    }
}
