//! Services and revisions as answers show them. Key order and absences are as recorded.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::naming::{etag, hashed_address, parts, plain_address};
use super::state::{Complaint, Health, Revision, Service};
use crate::clock::later;

/// The type of a service inside an operation.
const SERVICE_TYPE: &str = "type.googleapis.com/google.cloud.run.v2.Service";
/// A deleted service could be asked for this long.
const KEPT_AFTER_DELETION: std::time::Duration = std::time::Duration::from_hours(30 * 24);

/// Which of its answers a service is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The answer to create: the ingress is not in it yet, though it was sent (recorded).
    Created,
    /// Every other.
    Later,
}

/// A service inside an operation's `metadata` or `response`.
pub(super) fn in_operation(service: &Service, number: &str, occasion: Occasion) -> Value {
    let mut object = Map::new();
    object.insert("@type".into(), json!(SERVICE_TYPE));
    object.extend(fields(service, number, occasion));
    Value::Object(object)
}

/// A service as GET shows it.
pub(super) fn service(service: &Service, number: &str) -> Value {
    Value::Object(fields(service, number, Occasion::Later))
}

fn fields(service: &Service, number: &str, occasion: Occasion) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    put("name", json!(service.name));
    copy(&service.wanted, "description", &mut put);
    put("uid", json!(service.uid));
    put("generation", json!(service.generation.to_string()));
    copy(&service.wanted, "labels", &mut put);
    copy(&service.wanted, "annotations", &mut put);
    put("createTime", json!(time(service.create_time)));
    put("updateTime", json!(time(service.update_time)));
    if let Some(deleted) = service.delete_time {
        put("deleteTime", json!(time(deleted)));
        put("expireTime", json!(time(later(deleted, KEPT_AFTER_DELETION))));
    }
    put("creator", json!(service.creator));
    put("lastModifier", json!(service.last_modifier));
    let shown_early = ["name", "description", "labels", "annotations", "etag"];
    for (key, value) in &service.wanted {
        let hidden = occasion == Occasion::Created && key == "ingress";
        if !shown_early.contains(&key.as_str()) && !hidden {
            put(key, value.clone());
        }
    }
    if service.observed_generation > 0 {
        put("observedGeneration", json!(service.observed_generation.to_string()));
    }
    put("terminalCondition", terminal_condition(service));
    if let Some(since) = service.health_since {
        put("conditions", conditions(service, since));
    }
    let revision = |name: &String| json!(format!("{}/revisions/{name}", service.name));
    if let Some(ready) = &service.latest_ready {
        put("latestReadyRevision", revision(ready));
    }
    if let Some(created) = &service.latest_created {
        put("latestCreatedRevision", revision(created));
    }
    if service.latest_ready.is_some() {
        put("trafficStatuses", traffic_statuses(service, number));
    }
    addresses(service, number, &mut put);
    if service.health == Health::Pending {
        put("reconciling", json!(true));
    }
    put("etag", json!(etag(service.update_time, &service.name)));
    object
}

fn copy(from: &Map<String, Value>, key: &str, put: &mut impl FnMut(&str, Value)) {
    if let Some(value) = from.get(key) {
        put(key, value.clone());
    }
}

/// Until the first rollout has ended there is no `uri`, and `urls` has only the plain address (recorded).
fn addresses(service: &Service, number: &str, put: &mut impl FnMut(&str, Value)) {
    if service.wanted.get("defaultUriDisabled") == Some(&Value::Bool(true)) {
        return;
    }
    let parts = parts(&service.name);
    let hashed = hashed_address(parts.id, number, parts.location);
    let mut urls: Vec<String> = plain_address(parts.id, number, parts.location).into_iter().collect();
    if service.health_since.is_some() {
        put("uri", json!(hashed));
        urls.push(hashed);
    }
    put("urls", json!(urls));
}

fn terminal_condition(service: &Service) -> Value {
    let mut condition = Map::new();
    match (&service.health, service.health_since) {
        (Health::Pending, None) => {
            condition.insert("state".into(), json!("CONDITION_PENDING"));
        }
        (health, since) => {
            condition.insert("type".into(), json!("Ready"));
            describe(&mut condition, health, since.unwrap_or(service.update_time));
        }
    }
    Value::Object(condition)
}

/// `RoutesReady` and `ConfigurationsReady`, the two that a service is recorded with.
fn conditions(service: &Service, since: Timestamp) -> Value {
    let shown = match &service.health {
        // While a rollout runs, the conditions of the one before are still shown (recorded).
        Health::Pending | Health::Ready => Health::Ready,
        Health::Failed(complaint) => Health::Failed(complaint.clone()),
    };
    let routes = if service.latest_ready.is_some() { Health::Ready } else { shown.clone() };
    let list: Vec<Value> = [("RoutesReady", routes), ("ConfigurationsReady", shown)]
        .iter()
        .map(|(kind, health)| {
            let mut condition = Map::new();
            condition.insert("type".into(), json!(kind));
            describe(&mut condition, health, since);
            Value::Object(condition)
        })
        .collect();
    json!(list)
}

fn describe(condition: &mut Map<String, Value>, health: &Health, since: Timestamp) {
    let state = match health {
        Health::Pending => "CONDITION_PENDING",
        Health::Ready => "CONDITION_SUCCEEDED",
        Health::Failed(_) => "CONDITION_FAILED",
    };
    condition.insert("state".into(), json!(state));
    if let Health::Failed(Complaint { reason, revision_reason, message }) = health {
        condition.insert("message".into(), json!(message));
        condition.insert("severity".into(), json!("ERROR"));
        if let Some(reason) = reason {
            condition.insert("reason".into(), json!(reason));
        }
        if let Some(reason) = revision_reason {
            condition.insert("revisionReason".into(), json!(reason));
        }
    }
    condition.insert("lastTransitionTime".into(), json!(time(since)));
}

fn traffic_statuses(service: &Service, number: &str) -> Value {
    let parts = parts(&service.name);
    let mut targets = service.wanted.get("traffic").cloned().unwrap_or_else(|| json!([]));
    for target in targets.as_array_mut().into_iter().flatten() {
        let tag = target.get("tag").and_then(Value::as_str).map(ToOwned::to_owned);
        if let (Some(tag), Some(object)) = (tag, target.as_object_mut()) {
            let host = hashed_address(parts.id, number, parts.location);
            let tagged = host.replacen("https://", &format!("https://{tag}---"), 1);
            object.insert("uri".into(), json!(tagged));
        }
    }
    targets
}

/// A revision as GET shows it.
pub(super) fn revision(service: &Service, revision: &Revision, number: &str) -> Value {
    let mut object = Map::new();
    let parts = parts(&service.name);
    object.insert("name".into(), json!(format!("{}/revisions/{}", service.name, revision.name)));
    object.insert("uid".into(), json!(revision.uid));
    object.insert("generation".into(), json!("1"));
    object.insert("createTime".into(), json!(time(revision.create_time)));
    object.insert("updateTime".into(), json!(time(revision.health_since.unwrap_or(revision.create_time))));
    object.insert(
        "launchStage".into(),
        service.wanted.get("launchStage").cloned().unwrap_or_else(|| json!("GA")),
    );
    object.insert("service".into(), json!(parts.id));
    for (key, value) in &revision.template {
        if key != "revision" {
            object.insert(key.clone(), value.clone());
        }
    }
    if revision.health != Health::Pending {
        object.insert("observedGeneration".into(), json!("1"));
    }
    object.insert("conditions".into(), revision_conditions(revision));
    if let Some(digest) = &revision.image_digest {
        let image = revision.template.get("containers").and_then(|list| list.pointer("/0/image"));
        let image = image.and_then(Value::as_str).unwrap_or("");
        let bare = bare_image(image);
        object.insert("containerStatuses".into(), json!([{ "imageDigest": format!("{bare}@{digest}") }]));
    }
    object.insert("logUri".into(), json!(log_address(service, revision, number)));
    object.insert("etag".into(), json!(etag(revision.create_time, &revision.name)));
    Value::Object(object)
}

fn revision_conditions(revision: &Revision) -> Value {
    let since = revision.health_since.unwrap_or(revision.create_time);
    let kinds = ["Ready", "ContainerHealthy", "ResourcesAvailable"];
    let list: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            let mut condition = Map::new();
            condition.insert("type".into(), json!(kind));
            describe(&mut condition, &revision.health, since);
            Value::Object(condition)
        })
        .collect();
    json!(list)
}

/// Where the console shows a revision's log.
pub(super) fn log_address(service: &Service, revision: &Revision, number: &str) -> String {
    let parts = parts(&service.name);
    format!(
        "https://console.cloud.google.com/logs/viewer?project={number}&resource=cloud_run_revision/service_name/{}\
         /revision_name/{}",
        parts.id, revision.name
    )
}

/// An image reference without its tag or digest.
pub(super) fn bare_image(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        Some(_) | None => name,
    }
}

/// RFC 3339 in microseconds.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.6}")
}
