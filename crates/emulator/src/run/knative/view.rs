//! Services and revisions as v1 shows them. Source: run v1 discovery document; which annotations and labels are there
//! follows what gcloud sends back after reading.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::json::{at_path, objects};
use super::{service, template};
use crate::clock::micros;
use crate::run::naming::{hashed_address, parts, plain_address};
use crate::run::state::{Complaint, Health, Revision, Service};
use crate::run::view::{bare_image, log_address, time};
use crate::world::Project;

/// Version and group of all that is shown here.
pub(super) const API_VERSION: &str = "serving.knative.dev/v1";

/// The label that says where something is.
const LOCATION: &str = "cloud.googleapis.com/location";

/// The version of what is wanted, as the optimistic lock compares it.
pub(super) fn resource_version(service: &Service) -> String {
    format!("AAY{:x}", micros(service.update_time))
}

/// A service.
pub(super) fn service(project: &Project, service: &Service) -> Value {
    let place = parts(&service.name);
    let mut annotations = service::annotations(&service.wanted);
    let mut note = |key: &str, value: &str| {
        annotations.insert(key.to_owned(), json!(value));
    };
    note("serving.knative.dev/creator", &service.creator);
    note("serving.knative.dev/lastModifier", &service.last_modifier);
    if let Some(operation) = &service.last_operation {
        note("run.googleapis.com/operation-id", operation);
    }
    let hidden = service.wanted.get("defaultUriDisabled") == Some(&Value::Bool(true));
    let hashed = hashed_address(place.id, &project.number, place.location);
    if !hidden {
        let mut urls: Vec<String> =
            plain_address(place.id, &project.number, place.location).into_iter().collect();
        if service.health_since.is_some() {
            urls.push(hashed.clone());
        }
        note("run.googleapis.com/urls", &json!(urls).to_string());
    }
    let ingress = annotations.get("run.googleapis.com/ingress").cloned();
    if let Some(ingress) = ingress {
        annotations.insert("run.googleapis.com/ingress-status".into(), ingress);
    }
    let mut labels = Map::new();
    labels.insert(LOCATION.into(), json!(place.location));
    if let Some(own) = service.wanted.get("labels").and_then(Value::as_object) {
        labels.extend(own.clone());
    }
    let mut metadata = json!({
        "name": place.id,
        "namespace": project.number,
        "selfLink": format!("/apis/{API_VERSION}/namespaces/{}/services/{}", project.number, place.id),
        "uid": service.uid,
        "resourceVersion": resource_version(service),
        "generation": service.generation,
        "creationTimestamp": time(service.create_time),
        "labels": labels,
        "annotations": annotations,
    });
    if let (Some(deleted), Some(metadata)) = (service.delete_time, metadata.as_object_mut()) {
        metadata.insert("deletionTimestamp".into(), json!(time(deleted)));
    }
    json!({
        "apiVersion": API_VERSION,
        "kind": "Service",
        "metadata": metadata,
        "spec": service::spec(&service.wanted),
        "status": status(service, (!hidden && service.health_since.is_some()).then_some(hashed)),
    })
}

fn status(service: &Service, address: Option<String>) -> Value {
    let mut status = Map::new();
    if service.observed_generation > 0 {
        status.insert("observedGeneration".into(), json!(service.observed_generation));
    }
    let since = service.health_since.unwrap_or(service.update_time);
    let conditions: Vec<Value> = ["Ready", "ConfigurationsReady", "RoutesReady"]
        .iter()
        .map(|kind| condition(kind, &service.health, since))
        .collect();
    status.insert("conditions".into(), json!(conditions));
    if let Some(ready) = &service.latest_ready {
        status.insert("latestReadyRevisionName".into(), json!(ready));
    }
    if let Some(created) = &service.latest_created {
        status.insert("latestCreatedRevisionName".into(), json!(created));
    }
    if let Some(ready) = &service.latest_ready {
        let targets = objects(&service.wanted, "traffic").map(|target| {
            let mut shown = service::v1_target(target);
            shown.entry("revisionName").or_insert_with(|| json!(ready));
            let tag = target.get("tag").and_then(Value::as_str);
            if let (Some(tag), Some(address)) = (tag, &address) {
                shown.insert(
                    "url".into(),
                    json!(address.replacen("https://", &format!("https://{tag}---"), 1)),
                );
            }
            shown
        });
        status.insert("traffic".into(), json!(targets.collect::<Vec<_>>()));
    }
    if let Some(address) = address {
        status.insert("url".into(), json!(address));
        status.insert("address".into(), json!({ "url": address }));
    }
    Value::Object(status)
}

/// A revision.
pub(super) fn revision(project: &Project, service: &Service, revision: &Revision) -> Value {
    let place = parts(&service.name);
    let mut shown = template::from_v2(&revision.template);
    let mut metadata = match shown.shift_remove("metadata") {
        Some(Value::Object(metadata)) => metadata,
        Some(_) | None => Map::new(),
    };
    let mut labels = revision_labels(service, revision);
    if let Some(own) = metadata.get("labels").and_then(Value::as_object) {
        labels.extend(own.clone());
    }
    metadata.insert("name".into(), json!(revision.name));
    metadata.insert("namespace".into(), json!(project.number));
    let link = format!("/apis/{API_VERSION}/namespaces/{}/revisions/{}", project.number, revision.name);
    metadata.insert("selfLink".into(), json!(link));
    metadata.insert("uid".into(), json!(revision.uid));
    let since = revision.health_since.unwrap_or(revision.create_time);
    metadata.insert("resourceVersion".into(), json!(format!("AAY{:x}", micros(since))));
    metadata.insert("generation".into(), json!(1));
    metadata.insert("creationTimestamp".into(), json!(time(revision.create_time)));
    metadata.insert("labels".into(), Value::Object(labels));
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert("serving.knative.dev/creator".into(), json!(revision.creator));
    }
    let serving = service.latest_ready.as_deref() == Some(revision.name.as_str());
    let kinds = ["Ready", "ContainerHealthy", "ContainerReady", "ResourcesAvailable"];
    let mut conditions: Vec<Value> =
        kinds.iter().map(|kind| condition(kind, &revision.health, since)).collect();
    if revision.health == Health::Ready {
        // Whether it is in use says nothing against it: information, not an error.
        let mut active = json!({ "type": "Active", "status": if serving { "True" } else { "False" }, "severity": "Info", "lastTransitionTime": time(since) });
        if let (false, Some(active)) = (serving, active.as_object_mut()) {
            active.insert("reason".into(), json!("Retired"));
        }
        conditions.push(active);
    }
    let mut status = Map::new();
    status.insert("observedGeneration".into(), json!(1));
    status.insert("conditions".into(), json!(conditions));
    status.insert("serviceName".into(), json!(place.id));
    status.insert("logUrl".into(), json!(log_address(service, revision, &project.number)));
    if let Some(digest) = &revision.image_digest {
        let image = at_path(&revision.template, &["containers"]).and_then(|list| list.pointer("/0/image"));
        let image = format!("{}@{digest}", bare_image(image.and_then(Value::as_str).unwrap_or("")));
        status.insert("imageDigest".into(), json!(image));
        status.insert("containerStatuses".into(), json!([{ "name": "", "imageDigest": image }]));
    }
    json!({
        "apiVersion": API_VERSION,
        "kind": "Revision",
        "metadata": metadata,
        "spec": shown.get("spec"),
        "status": status,
    })
}

/// The labels that a revision is found by.
pub(super) fn revision_labels(service: &Service, revision: &Revision) -> Map<String, Value> {
    let place = parts(&service.name);
    let mut labels = Map::new();
    for (key, value) in [
        (LOCATION, place.location.to_owned()),
        ("serving.knative.dev/service", place.id.to_owned()),
        ("serving.knative.dev/serviceUid", service.uid.clone()),
        ("serving.knative.dev/configuration", place.id.to_owned()),
        ("serving.knative.dev/configurationGeneration", revision.generation.to_string()),
        ("serving.knative.dev/route", place.id.to_owned()),
    ] {
        labels.insert(key.to_owned(), json!(value));
    }
    labels
}

fn condition(kind: &str, health: &Health, since: Timestamp) -> Value {
    let status = match health {
        Health::Pending => "Unknown",
        Health::Ready => "True",
        Health::Failed(_) => "False",
    };
    let mut condition = json!({ "type": kind, "status": status, "lastTransitionTime": time(since) });
    if let (Health::Failed(complaint), Some(condition)) = (health, condition.as_object_mut()) {
        let Complaint { reason, revision_reason, message } = complaint;
        condition.insert("message".into(), json!(message));
        let reason = reason.as_deref().or(revision_reason.as_deref()).map(camel_case);
        condition.insert("reason".into(), json!(reason.unwrap_or_else(|| "RevisionFailed".to_owned())));
    }
    condition
}

/// `HEALTH_CHECK_CONTAINER_ERROR` → `HealthCheckContainerError`, as v1 spells reasons.
fn camel_case(reason: &str) -> String {
    let words = reason.split('_').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{first}{}", letters.as_str().to_ascii_lowercase()))
    });
    words.collect()
}
