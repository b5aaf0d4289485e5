//! A service: `metadata` and `spec` of v1, one flat message in v2.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::annotation::{self, take};
use super::json::{
    at_path, carry, copy, objects, put_list, put_object, put_path, refuse_rest, take_object, take_objects,
};
use super::{labels, template};
use crate::error::ApiError;
use crate::run::rules::{self, Violation};
use crate::run::schema::{Table, normal_form, normal_form_of};

/// The fields of v1's messages.
static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("fields.json")).unwrap_or_default());

/// `default` in place of a policy's name: the project's own policy.
const BINARY_AUTHORIZATION: &str = "run.googleapis.com/binary-authorization";

const TO_LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const TO_REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/// What a body of v1 asks for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Short name.
    pub(super) name: String,
    /// Project id or number.
    pub(super) namespace: Option<String>,
    /// The version that the caller has read, for the optimistic lock.
    pub(super) resource_version: Option<String>,
    /// The writable fields, as v2 has them.
    pub(super) fields: Map<String, Value>,
}

/// Reads a service of v1; 400 with every field that is wrong.
pub(super) fn to_v2(body: &Value) -> Result<Wanted, ApiError> {
    let mut service = normal_form_of(&TABLE, body, "Service", "service")?;
    let mut refused = Vec::new();
    let mut metadata = take_object(&mut service, "metadata");
    let mut spec = take_object(&mut service, "spec");
    let mut annotations = take_object(&mut metadata, "annotations");
    let mut fields = Map::new();
    put_object(&mut fields, "labels", labels::of_users(take_object(&mut metadata, "labels")));
    annotation::to_fields(annotation::SERVICE, &mut annotations, &mut fields, &mut refused);
    match take(&mut annotations, BINARY_AUTHORIZATION).as_deref() {
        Some("default") => put_path(&mut fields, &["binaryAuthorization", "useDefault"], json!(true)),
        Some(policy) => put_path(&mut fields, &["binaryAuthorization", "policy"], json!(policy)),
        None => {}
    }
    let own = labels::annotations_of_users(annotations, "metadata", &mut refused);
    put_object(&mut fields, "annotations", own);
    let made = template::to_v2(take_object(&mut spec, "template"), &mut refused);
    fields.insert("template".into(), Value::Object(made));
    let traffic = take_objects(&mut spec, "traffic").into_iter().enumerate();
    let traffic = traffic.map(|(index, one)| target(one, &format!("spec.traffic[{index}]"), &mut refused));
    let traffic: Vec<_> = traffic.collect();
    put_list(&mut fields, "traffic", traffic);
    refuse_rest(&spec, "spec", &mut refused);
    rules::refuse(&refused)?;

    // Only v1's callers say which build made the image; in v2 the field is the server's.
    let build = at_path(&fields, &["buildConfig", "name"]).cloned();
    let mut fields = normal_form(&Value::Object(fields), "Service", "service")?;
    if let Some(build) = build {
        put_path(&mut fields, &["buildConfig", "name"], build);
    }
    let mut take_text = |name: &str| match metadata.shift_remove(name) {
        Some(Value::String(text)) => Some(text),
        Some(_) | None => None,
    };
    Ok(Wanted {
        name: take_text("name").unwrap_or_default(),
        namespace: take_text("namespace"),
        resource_version: take_text("resourceVersion"),
        fields,
    })
}

/// The annotations of a service of v2 that v1 would have for its fields.
pub(super) fn annotations(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut annotations = annotation::from_fields(annotation::SERVICE, fields);
    if at_path(fields, &["binaryAuthorization", "useDefault"]) == Some(&Value::Bool(true)) {
        annotations.insert(BINARY_AUTHORIZATION.into(), json!("default"));
    } else if let Some(policy) = at_path(fields, &["binaryAuthorization", "policy"]) {
        annotations.insert(BINARY_AUTHORIZATION.into(), policy.clone());
    }
    if let Some(build) = at_path(fields, &["buildConfig", "name"]).and_then(Value::as_str) {
        let id = build.rsplit('/').next().unwrap_or(build);
        annotations.insert("run.googleapis.com/build-id".into(), json!(id));
    }
    if let Some(own) = fields.get("annotations").and_then(Value::as_object) {
        annotations.extend(own.clone());
    }
    annotations
}

/// `spec` of v1.
pub(super) fn spec(fields: &Map<String, Value>) -> Value {
    let empty = Map::new();
    let made = fields.get("template").and_then(Value::as_object).unwrap_or(&empty);
    let traffic: Vec<Value> =
        objects(fields, "traffic").map(|target| Value::Object(v1_target(target))).collect();
    json!({ "template": template::from_v2(made), "traffic": traffic })
}

/// A traffic target of v2 as v1 has it.
pub(super) fn v1_target(target: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    copy(target, &["percent", "tag"], &mut out);
    let mut from = target.clone();
    if from.get("type").and_then(Value::as_str) == Some(TO_LATEST) {
        out.insert("latestRevision".into(), json!(true));
    }
    carry(&mut from, "revision", &mut out, "revisionName");
    out
}

fn target(mut from: Map<String, Value>, at: &str, refused: &mut Vec<Violation>) -> Map<String, Value> {
    let mut out = Map::new();
    let latest = from.shift_remove("latestRevision") == Some(Value::Bool(true));
    carry(&mut from, "revisionName", &mut out, "revision");
    if latest && out.contains_key("revision") {
        refused.push((at.to_owned(), "revisionName must be empty when latestRevision is true.".to_owned()));
    }
    out.insert("type".into(), json!(if latest { TO_LATEST } else { TO_REVISION }));
    for same in ["percent", "tag"] {
        carry(&mut from, same, &mut out, same);
    }
    refuse_rest(&from, at, refused);
    out
}
