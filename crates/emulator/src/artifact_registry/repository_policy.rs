//! The IAM policy of a repository.

use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::policy::Anonymous;
use crate::world::World;

use super::repository::{find, find_mut};
use super::{Place, not_found};

/// getIamPolicy.
pub(super) fn get(world: &World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    Ok(Answer::json(find(world, place, id)?.policy.to_json()))
}

/// setIamPolicy, guarded by the etag when one is sent.
pub(super) fn set(call: &Call, world: &mut World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    let mut policy = find(world, place, id)?.policy.clone();
    let project = world.project(&place.project).ok_or_else(not_found)?;
    let answer = policy.set(&call.json()?, project, Anonymous::Taken, call.now())?;
    find_mut(world, place, id)?.policy = policy;
    Ok(Answer::json(answer))
}

/// testIamPermissions: the caller holds all that is not denied to it.
pub(super) fn test(call: &Call, world: &World, place: &Place, id: &str) -> Result<Answer, ApiError> {
    find(world, place, id)?;
    let denied = &world.project(&place.project).ok_or_else(not_found)?.tuning.denied_permissions;
    let body = call.json()?;
    let asked = body.get("permissions").and_then(Json::as_array);
    let held: Vec<&Json> = asked
        .into_iter()
        .flatten()
        .filter(|asked| !denied.iter().any(|denied| asked.as_str() == Some(denied)))
        .collect();
    let mut answer = Map::new();
    if !held.is_empty() {
        answer.insert("permissions".into(), json!(held));
    }
    Ok(Answer::json(Json::Object(answer)))
}
