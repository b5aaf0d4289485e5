//! Autoclass of a bucket: what the service adds to it. Source: the Bucket resource of the JSON API; times as recorded.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::render::time;

/// Adds since when autoclass is as it is, the class that objects end in, and since when that one.
pub(super) fn fill(settings: &mut Map<String, Json>, before: &Map<String, Json>, now: Timestamp) {
    let Some(wanted) = settings.get("autoclass").and_then(Json::as_object) else {
        return;
    };
    let held = |field: &str| before.get("autoclass").and_then(|held| held.get(field));
    let since = |field: &str, is_kept: bool| match held(field) {
        Some(since) if is_kept => since.clone(),
        Some(_) | None => json!(time(now)),
    };
    let enabled = json!(wanted.get("enabled").and_then(Json::as_bool).unwrap_or(false));
    let toggled = since("toggleTime", held("enabled") == Some(&enabled));
    let mut filled = json!({ "enabled": enabled, "toggleTime": toggled });
    if enabled == json!(true) {
        let class = wanted.get("terminalStorageClass").cloned().unwrap_or_else(|| json!("NEARLINE"));
        let chosen = since("terminalStorageClassUpdateTime", held("terminalStorageClass") == Some(&class));
        if let Some(filled) = filled.as_object_mut() {
            filled.insert("terminalStorageClass".into(), class);
            filled.insert("terminalStorageClassUpdateTime".into(), chosen);
        }
    }
    settings.insert("autoclass".into(), filled);
}
