//! How builds look in answers.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::request::strings;
use super::state::{Build, BuildResult};

/// The Build resource at a time.
pub(super) fn build(id: &str, build: &Build, project: &str, number: &str, now: Timestamp) -> Json {
    let status = build.status(now);
    let location = &build.location;
    let mut shown = Map::new();
    shown.insert("name".into(), json!(format!("projects/{number}/locations/{location}/builds/{id}")));
    shown.insert("id".into(), json!(id));
    shown.insert("projectId".into(), json!(project));
    shown.insert("status".into(), json!(status));
    shown.extend(build.body.clone());
    let region = if location == "global" { String::new() } else { format!(";region={location}") };
    shown.insert(
        "logUrl".into(),
        json!(format!("https://console.cloud.google.com/cloud-build/builds{region}/{id}?project={number}")),
    );
    shown.insert("createTime".into(), json!(time(build.created)));
    if status != "QUEUED" {
        shown.insert("startTime".into(), json!(time(build.starts)));
    }
    let Some(ended) = &build.ended else { return Json::Object(shown) };
    let (begun, over) = (time(build.starts), time(ended.at));
    let span = json!({ "startTime": begun, "endTime": over });
    shown.insert("finishTime".into(), json!(over));
    match &ended.result {
        BuildResult::Success(pushed) => {
            let images: Vec<Json> = pushed
                .iter()
                .map(|(name, digest)| json!({ "name": name, "digest": digest, "pushTiming": span }))
                .collect();
            let steps = build.body.get("steps").and_then(Json::as_array).map_or(0, Vec::len);
            shown.insert(
                "results".into(),
                json!({ "images": images, "buildStepImages": vec![""; steps], "buildStepOutputs": vec![""; steps] }),
            );
            shown.insert("timing".into(), json!({ "FETCHSOURCE": span, "BUILD": span, "PUSH": span }));
            mark_steps(&mut shown, |_| "SUCCESS", &span);
        }
        BuildResult::Failure(failure) => {
            shown.insert("statusDetail".into(), json!(failure.detail));
            shown.insert(
                "failureInfo".into(),
                json!({ "type": failure.kind.name(), "detail": failure.detail }),
            );
            let failed = failure.step;
            let status = move |number: usize| match failed {
                Some(failed) if number == failed => "FAILURE",
                Some(failed) if number > failed => "QUEUED",
                Some(_) | None => "SUCCESS",
            };
            if failed.is_some() {
                mark_steps(&mut shown, status, &span);
            }
        }
        BuildResult::Timeout => {
            shown.insert("statusDetail".into(), json!("build timed out"));
        }
        BuildResult::Cancelled => {}
    }
    Json::Object(shown)
}

/// The metadata of a build's operation.
pub(super) fn metadata(build: &Json) -> Json {
    json!({
        "@type": "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata",
        "build": build,
    })
}

/// The response of a build's operation.
pub(super) fn with_type(build: &Json) -> Json {
    let mut shown = Map::new();
    shown.insert("@type".into(), json!("type.googleapis.com/google.devtools.cloudbuild.v1.Build"));
    if let Json::Object(fields) = build {
        shown.extend(fields.clone());
    }
    Json::Object(shown)
}

/// The text of a build that a filter can ask for.
pub(super) fn tags(build: &Build) -> Vec<String> {
    strings(&build.body, "tags")
}

fn mark_steps(shown: &mut Map<String, Json>, status: impl Fn(usize) -> &'static str, span: &Json) {
    let steps = shown.get_mut("steps").and_then(Json::as_array_mut);
    for (number, step) in steps.into_iter().flatten().filter_map(Json::as_object_mut).enumerate() {
        let status = status(number);
        step.insert("status".into(), json!(status));
        if status != "QUEUED" {
            step.insert("timing".into(), span.clone());
        }
    }
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
