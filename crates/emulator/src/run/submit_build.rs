//! `builds:submit` of v2: Cloud Run has Cloud Build make an image of an uploaded source. Shape: run v2 discovery document.

use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, Payload, refuse_unknown};
use crate::cloud_build;
use crate::error::ApiError;
use crate::gate::{no_such_project, require_enabled};
use crate::world::World;

const FIELDS: [&str; 10] = [
    "buildpackBuild",
    "client",
    "dockerBuild",
    "imageUri",
    "machineType",
    "releaseTrack",
    "serviceAccount",
    "storageSource",
    "tags",
    "workerPool",
];

/// `POST .../builds:submit`. The answer wraps the build's operation.
pub(super) fn submit(
    call: &Call,
    world: &mut World,
    project: &str,
    location: &str,
) -> Result<Answer, ApiError> {
    let body = call.json()?;
    refuse_unknown(&body, &FIELDS, "")?;
    let build = build(&body)?;
    require_enabled(world.project(project).ok_or_else(no_such_project)?, "cloudbuild.googleapis.com")?;
    let started = cloud_build::start(call, world, project, location, build)?;
    match started.payload {
        Payload::Json(operation) => Ok(Answer::json(json!({ "buildOperation": operation }))),
        Payload::Bytes(..) | Payload::Empty => Ok(started),
    }
}

/// The build that Cloud Run asks for: the source's Dockerfile, with the log in Cloud Logging alone.
fn build(body: &Value) -> Result<Map<String, Value>, ApiError> {
    let field = |name: &str| body.get(name).filter(|value| !value.is_null());
    let image = field("imageUri").and_then(Value::as_str).unwrap_or("");
    if image.is_empty() {
        return Err(
            ApiError::invalid("image_uri must be set.").with_field_violation("image_uri", "Required.")
        );
    }
    let Some(source) = field("storageSource") else {
        return Err(ApiError::invalid("storage_source must be set.")
            .with_field_violation("storage_source", "Required."));
    };
    if field("dockerBuild").is_none() {
        return Err(ApiError::new(
            "UNIMPLEMENTED",
            "the emulator builds from a Dockerfile only (dockerBuild), not with buildpacks",
        ));
    }
    let mut options = json!({ "logging": "CLOUD_LOGGING_ONLY" });
    if let (Some(machine), Some(options)) = (field("machineType"), options.as_object_mut()) {
        options.insert("machineType".into(), machine.clone());
    }
    if let (Some(pool), Some(options)) = (field("workerPool"), options.as_object_mut()) {
        options.insert("pool".into(), json!({ "name": pool }));
    }
    let mut build = Map::new();
    build.insert("source".into(), json!({ "storageSource": source }));
    let arguments = json!(["build", "--network", "cloudbuild", "--no-cache", "-t", image, "."]);
    build.insert("steps".into(), json!([{ "name": "gcr.io/cloud-builders/docker", "args": arguments }]));
    build.insert("images".into(), json!([image]));
    build.insert("options".into(), options);
    for same in ["tags", "serviceAccount"] {
        if let Some(value) = field(same) {
            build.insert(same.into(), value.clone());
        }
    }
    Ok(build)
}
