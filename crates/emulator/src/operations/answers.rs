//! The operation calls that all services share: get, list, and what `:wait` ends with.

use serde_json::{Value, json};

use super::{Effect, Operation, Progress};
use crate::call::{Answer, Call, Handled};
use crate::error::ApiError;
use crate::world::World;
use crate::{cloud_build, run};

/// The full name that a path asks for, with a project number turned into the id:
/// `/v1/operations/ID`, `/vN/projects/P/locations/L/operations/ID`.
pub(crate) fn asked_name(call: &Call, world: &World) -> Option<String> {
    let parts = call.parts();
    let rest = parts.get(1..)?;
    match rest {
        ["operations", ..] => Some(rest.join("/")),
        ["projects", project, "locations", _, "operations", _] => {
            let as_sent = rest.join("/");
            if world.operations.get(&as_sent).is_some() {
                return Some(as_sent);
            }
            let known = world.project(project)?;
            let by_id = rename_project(rest, &known.id);
            if world.operations.get(&by_id).is_some() {
                return Some(by_id);
            }
            Some(rename_project(rest, &known.number))
        }
        _ => None,
    }
}

fn rename_project(parts: &[&str], project: &str) -> String {
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| if index == 1 { project } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// GET of one operation, or of a location's list.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let list = matches!(parts.as_slice(), [_, "projects", _, "locations", _, "operations"]);
    let name = asked_name(call, world);
    if !list && name.is_none() {
        return None;
    }
    Some(match (call.method.as_str(), call.verb.as_deref(), name) {
        ("GET", None, None) => Ok(list_of(call, world)),
        // The waiting itself is done before, outside the lock; here is only what it ends with.
        ("GET", None, Some(name)) | ("POST", Some("wait"), Some(name)) => match world.operations.get(&name) {
            Some(operation) => Ok(Answer::json(live(operation, world, call))),
            None => Err(missing(&name)),
        },
        _ => return None,
    })
}

/// An operation as its own service shows it: how far a running one is, and in the words of the version that is asked.
fn live(operation: &Operation, world: &World, call: &Call) -> Value {
    let mut answer = operation.render();
    if let Progress::Pending(effect) = &operation.progress {
        let metadata = match effect {
            Effect::CloudBuild(effect) => {
                cloud_build::progress(world, &operation.project, effect, call.now())
            }
            Effect::ServiceUsage(_) | Effect::Run(_) | Effect::ArtifactRegistry(_) => None,
        };
        if let (Some(metadata), Some(object)) = (metadata, answer.as_object_mut()) {
            object.insert("metadata".into(), metadata);
        }
    }
    if operation.service == "run.googleapis.com"
        && call.parts().first() == Some(&"v1")
        && let Some(project) = world.project(&operation.project)
    {
        run::translate(&mut answer, project);
    }
    answer
}

fn list_of(call: &Call, world: &World) -> Answer {
    let prefix = format!("{}/", call.parts().get(1..).unwrap_or_default().join("/"));
    let operations: Vec<Value> = world
        .operations
        .all()
        .filter(|operation| operation.name.starts_with(&prefix))
        .map(Operation::render)
        .collect();
    Answer::json(json!({ "operations": operations }))
}

fn missing(name: &str) -> ApiError {
    ApiError::not_found(format!("Operation '{name}' does not exist."))
}
