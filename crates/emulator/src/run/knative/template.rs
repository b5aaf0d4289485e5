//! A revision's template: `metadata` and `spec` of v1, one flat message in v2.

use serde_json::{Map, Value, json};

use super::annotation::{self, take};
use super::container::{self, Common};
use super::json::{
    at_path, carry, copy, objects, put_list, put_object, refuse_rest, take_object, take_objects, text,
};
use super::secret::{self, Aliases};
use super::{labels, volume};
use crate::run::rules::Violation;

/// The key of the GPU type in a node selector of v1.
const ACCELERATOR: &str = "run.googleapis.com/accelerator";

/// Database connections: an annotation in v1, a volume and a mount in v2.
const CLOUD_SQL: &str = "run.googleapis.com/cloudsql-instances";
const CLOUD_SQL_VOLUME: &str = "cloudsql";
const CLOUD_SQL_MOUNT: &str = "/cloudsql";

/// A template of v1 as v2 has it.
pub(super) fn to_v2(mut template: Map<String, Value>, refused: &mut Vec<Violation>) -> Map<String, Value> {
    let mut metadata = take_object(&mut template, "metadata");
    let mut spec = take_object(&mut template, "spec");
    let mut annotations = take_object(&mut metadata, "annotations");
    let mut out = Map::new();
    carry(&mut metadata, "name", &mut out, "revision");
    put_object(&mut out, "labels", labels::of_users(take_object(&mut metadata, "labels")));
    annotation::to_fields(annotation::TEMPLATE, &mut annotations, &mut out, refused);
    let common = Common::take(&mut annotations, refused);
    let aliases = Aliases::read(take(&mut annotations, secret::KEY).as_deref(), refused);
    let databases = take(&mut annotations, CLOUD_SQL);
    put_object(
        &mut out,
        "annotations",
        labels::annotations_of_users(annotations, "spec.template.metadata", refused),
    );

    carry(&mut spec, "containerConcurrency", &mut out, "maxInstanceRequestConcurrency");
    carry(&mut spec, "serviceAccountName", &mut out, "serviceAccount");
    if let Some(seconds) = spec.shift_remove("timeoutSeconds") {
        out.insert("timeout".into(), json!(format!("{seconds}s")));
    }
    let mut selector = take_object(&mut spec, "nodeSelector");
    if let Some(gpu) = selector.shift_remove(ACCELERATOR) {
        out.insert("nodeSelector".into(), json!({ "accelerator": gpu }));
    }
    refuse_rest(&selector, "spec.template.spec.nodeSelector", refused);
    carry(&mut spec, "sandboxes", &mut out, "sandboxes");
    let containers = take_objects(&mut spec, "containers").into_iter().enumerate().map(|(index, one)| {
        container::to_v2(one, &format!("spec.template.spec.containers[{index}]"), &common, &aliases, refused)
    });
    let mut containers: Vec<_> = containers.collect();
    let volumes = take_objects(&mut spec, "volumes").into_iter().enumerate().map(|(index, one)| {
        volume::to_v2(one, &format!("spec.template.spec.volumes[{index}]"), &aliases, refused)
    });
    let mut volumes: Vec<_> = volumes.collect();
    if let Some(instances) = databases {
        connect(&instances, &mut containers, &mut volumes);
    }
    put_list(&mut out, "containers", containers);
    put_list(&mut out, "volumes", volumes);
    refuse_rest(&spec, "spec.template.spec", refused);
    out
}

/// A template of v2 as v1 has it: `metadata` and `spec`.
pub(super) fn from_v2(template: &Map<String, Value>) -> Map<String, Value> {
    let mut aliases = Aliases::default();
    let spec = spec(template, &mut aliases);
    let mut annotations = annotation::from_fields(annotation::TEMPLATE, template);
    annotations.extend(Common::annotations(template));
    if let Some(explained) = aliases.text() {
        annotations.insert(secret::KEY.into(), json!(explained));
    }
    let databases: Vec<&str> = objects(template, "volumes")
        .filter_map(|volume| at_path(volume, &["cloudSqlInstance", "instances"])?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !databases.is_empty() {
        annotations.insert(CLOUD_SQL.into(), json!(databases.join(",")));
    }
    if let Some(own) = template.get("annotations").and_then(Value::as_object) {
        annotations.extend(own.clone());
    }
    let mut metadata = Map::new();
    carry(&mut template.clone(), "revision", &mut metadata, "name");
    copy(template, &["labels"], &mut metadata);
    put_object(&mut metadata, "annotations", annotations);
    let mut out = Map::new();
    put_object(&mut out, "metadata", metadata);
    out.insert("spec".into(), Value::Object(spec));
    out
}

fn spec(template: &Map<String, Value>, aliases: &mut Aliases) -> Map<String, Value> {
    let mut spec = Map::new();
    let mut from = template.clone();
    carry(&mut from, "maxInstanceRequestConcurrency", &mut spec, "containerConcurrency");
    let seconds = text(template, "timeout").and_then(|text| text.strip_suffix('s')?.parse::<f64>().ok());
    if let Some(seconds) = seconds {
        spec.insert("timeoutSeconds".into(), json!(whole(seconds)));
    }
    carry(&mut from, "serviceAccount", &mut spec, "serviceAccountName");
    if let Some(gpu) = at_path(template, &["nodeSelector", "accelerator"]) {
        spec.insert("nodeSelector".into(), json!({ ACCELERATOR: gpu }));
    }
    copy(template, &["sandboxes"], &mut spec);
    let databases: Vec<&str> = objects(template, "volumes")
        .filter(|volume| volume.contains_key("cloudSqlInstance"))
        .filter_map(|volume| text(volume, "name"))
        .collect();
    let containers = objects(template, "containers").map(|container| {
        let mut v1 = container::from_v2(container, aliases);
        let mounts = take_objects(&mut v1, "volumeMounts");
        let is_database =
            |mount: &Map<String, Value>| text(mount, "name").is_some_and(|name| databases.contains(&name));
        put_list(&mut v1, "volumeMounts", mounts.into_iter().filter(|mount| !is_database(mount)).collect());
        v1
    });
    let containers: Vec<_> = containers.collect();
    put_list(&mut spec, "containers", containers);
    let volumes = objects(template, "volumes").filter_map(|one| volume::from_v2(one, aliases)).collect();
    put_list(&mut spec, "volumes", volumes);
    spec
}

/// Whole seconds, rounded up: v1 has no others.
fn whole(seconds: f64) -> i64 {
    format!("{:.0}", seconds.ceil()).parse().unwrap_or(i64::MAX)
}

fn connect(instances: &str, containers: &mut [Map<String, Value>], volumes: &mut Vec<Map<String, Value>>) {
    let instances: Vec<&str> = instances.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    let mut volume = Map::new();
    volume.insert("name".into(), json!(CLOUD_SQL_VOLUME));
    volume.insert("cloudSqlInstance".into(), json!({ "instances": instances }));
    volumes.push(volume);
    for container in containers {
        let mut mount = Map::new();
        mount.insert("name".into(), json!(CLOUD_SQL_VOLUME));
        mount.insert("mountPath".into(), json!(CLOUD_SQL_MOUNT));
        let mut mounts = take_objects(container, "volumeMounts");
        mounts.push(mount);
        put_list(container, "volumeMounts", mounts);
    }
}
