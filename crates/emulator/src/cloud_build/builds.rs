//! Builds: create (an operation), get, list, cancel.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::call::{Answer, Call};
use crate::clock::later;
use crate::error::ApiError;
use crate::operations::{Begin, Effect as AnyEffect};
use crate::part::Part;
use crate::storage;
use crate::world::{FailureKind, World};

use super::effect::{self, Effect};
use super::filter::Filter;
use super::request::{self, strings};
use super::state::{Build, BuildResult, Failure, FailureType, Verdict};
use super::{Place, judge, not_found, render, substitution};

type Result<T = Answer> = std::result::Result<T, ApiError>;

/// The part of a build that it waits in the queue.
const QUEUE_SHARE: u32 = 50;

/// Starts a build. The operation's id is the build's.
pub(super) fn create(call: &Call, world: &mut World, place: &Place) -> Result {
    let Json::Object(body) = call.json()? else {
        return Err(ApiError::invalid("invalid build: not an object"));
    };
    start(call, world, place, body)
}

/// Starts a build with these fields.
pub(super) fn start(call: &Call, world: &mut World, place: &Place, body: Map<String, Json>) -> Result {
    let project = world.project(&place.project).ok_or_else(not_found)?;
    let mut body = request::read(body, project, place)?;
    let id = Uuid::new_v4().to_string();
    let built_in = [
        ("PROJECT_ID", project.id.as_str()),
        ("PROJECT_NUMBER", project.number.as_str()),
        ("BUILD_ID", id.as_str()),
        ("LOCATION", place.location.as_str()),
    ];
    substitution::apply(&mut body, &built_in);
    let judged = judge::judge(call, project, &body)?;
    if let Some(resolved) = resolved_source(&body, project) {
        body.insert("sourceProvenance".into(), json!({ "resolvedStorageSource": resolved }));
    }

    let settings = &call.context.settings;
    let timeout = Duration::try_from_secs_f64(request::timeout(&body)).unwrap_or(Duration::MAX);
    let takes = settings.durations.build.min(timeout);
    let on_time = settings.durations.build <= timeout;
    let wait = settings.scaled(takes);
    let project = world.project_mut(&place.project).ok_or_else(not_found)?;
    let names = strings(&body, "tags").into_iter().chain(strings(&body, "images")).chain([String::new()]);
    let mut verdict = if on_time { judged } else { Verdict::TimeOut };
    for name in names {
        if let Some(failure) = project.tuning.take_failure(FailureKind::Build, &name) {
            let message = failure.message.unwrap_or_default();
            verdict = Verdict::Fail(Failure {
                kind: FailureType::UserBuildStep,
                detail: format!("build step 0 failed: step exited with non-zero status: 1: {message}"),
                step: Some(0),
            });
            break;
        }
    }
    let build = Build {
        location: place.location.clone(),
        body,
        created: call.now(),
        starts: later(call.now(), wait / QUEUE_SHARE),
        due: later(call.now(), wait),
        verdict,
        ended: None,
    };
    let shown = render::build(&id, &build, &project.id, &project.number, call.now());
    project.cloud_build.builds.insert(id.clone(), build.into());
    let begin = Begin {
        name: operation_name(place, &id),
        service: "cloudbuild.googleapis.com",
        project: place.project.clone(),
        metadata: Some(render::metadata(&shown)),
        effect: AnyEffect::CloudBuild(Effect { build: id }),
        takes,
    };
    Ok(world.operations.begin(&call.context, begin))
}

/// One build.
pub(super) fn get(call: &Call, world: &World, place: &Place, id: &str) -> Result {
    let project = world.project(&place.project).ok_or_else(not_found)?;
    let build = find(project.cloud_build.builds.get(id), place)?;
    Ok(Answer::json(render::build(id, build, &project.id, &project.number, call.now())))
}

/// The builds of a location (`-` for all), newest first, filtered, in pages.
pub(super) fn list(call: &Call, world: &World, place: &Place) -> Result {
    let project = world.project(&place.project).ok_or_else(not_found)?;
    let filter = Filter::parse(call.query.get("filter").unwrap_or_default())?;
    let mut found: Vec<(&String, &Part<Build>)> = project
        .cloud_build
        .builds
        .iter()
        .filter(|(id, build)| {
            (place.location == "-" || build.location == place.location) && filter.takes(id, build, call.now())
        })
        .collect();
    found.sort_by(|(one_id, one), (other_id, other)| (other.created, other_id).cmp(&(one.created, one_id)));
    let after = call.query.get("pageToken").unwrap_or_default();
    let start = match after {
        "" => 0,
        token => found.iter().position(|(id, _)| *id == token).map_or(found.len(), |at| at + 1),
    };
    let size = match call.query.integer("pageSize")?.unwrap_or(0) {
        0 => 100,
        size => usize::try_from(size).unwrap_or(1).min(1000),
    };
    let rest = found.get(start..).unwrap_or_default();
    let page: Vec<Json> = rest
        .iter()
        .take(size)
        .map(|(id, build)| render::build(id, build, &project.id, &project.number, call.now()))
        .collect();
    let mut answer = Map::new();
    if rest.len() > size
        && let Some((last, _)) = rest.get(size - 1)
    {
        answer.insert("nextPageToken".into(), json!(last));
    }
    if !page.is_empty() {
        answer.insert("builds".into(), json!(page));
    }
    Ok(Answer::json(Json::Object(answer)))
}

/// Cancels a build that is not over.
pub(super) fn cancel(call: &Call, world: &mut World, place: &Place, id: &str) -> Result {
    let now = call.now();
    let project = world.project_mut(&place.project).ok_or_else(not_found)?;
    let build = find(project.cloud_build.builds.get(id), place)?;
    if build.ended.is_some() {
        return Err(ApiError::failed_precondition(format!(
            "build cannot be cancelled: its status is {}",
            build.status(now)
        )));
    }
    let home = Place { project: place.project.clone(), location: build.location.clone() };
    let outcome = effect::end(project, id, BuildResult::Cancelled, now);
    let build = find(project.cloud_build.builds.get(id), place)?;
    let shown = render::build(id, build, &project.id, &project.number, now);
    world.operations.end(&operation_name(&home, id), outcome);
    Ok(Answer::json(shown))
}

fn find<'state>(build: Option<&'state Part<Build>>, place: &Place) -> Result<&'state Build> {
    build.map(|build| &**build).filter(|build| build.location == place.location).ok_or_else(not_found)
}

fn operation_name(place: &Place, id: &str) -> String {
    format!("projects/{}/locations/{}/operations/{id}", place.project, place.location)
}

/// The source with the generation that was live when the build began.
fn resolved_source(body: &Map<String, Json>, project: &crate::world::Project) -> Option<Json> {
    let source = body.get("source")?.get("storageSource")?;
    let mut resolved = source.as_object()?.clone();
    if !resolved.contains_key("generation") {
        let bucket = resolved.get("bucket")?.as_str()?;
        let object = resolved.get("object")?.as_str()?;
        let generation = storage::live_generation(project, bucket, object)?;
        resolved.insert("generation".into(), json!(generation.to_string()));
    }
    Some(Json::Object(resolved))
}
