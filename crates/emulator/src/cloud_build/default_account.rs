//! Which account builds of a project run as when a build names none.

use serde_json::json;

use crate::call::Answer;
use crate::error::ApiError;
use crate::world::World;

use super::{Place, not_found};

/// `defaultServiceAccount`: the compute default account, as in projects made since 2024.
pub(super) fn get(world: &World, place: &Place) -> Result<Answer, ApiError> {
    let project = world.project(&place.project).ok_or_else(not_found)?;
    Ok(Answer::json(json!({
        "name": format!("projects/{}/locations/{}/defaultServiceAccount", project.number, place.location),
        "serviceAccountEmail": format!("projects/{}/serviceAccounts/{}", project.id, project.compute_account()),
    })))
}
