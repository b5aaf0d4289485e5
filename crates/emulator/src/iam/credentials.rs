//! IAM Credentials: identity and access tokens for a project's service accounts.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::accounts::find;
use crate::call::{Answer, Call, Handled};
use crate::clock::later;
use crate::control::tokens;
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::world::World;

/// How long a token is good for.
const LIFETIME: std::time::Duration = std::time::Duration::from_hours(1);

/// Answers `serviceAccounts/EMAIL:generateIdToken` and `:generateAccessToken`.
pub(super) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let ["v1", "projects", _, "serviceAccounts", account] = parts.as_slice() else {
        return None;
    };
    match (call.method.as_str(), call.verb.as_deref()) {
        ("POST", Some("generateIdToken")) => Some(id_token(call, world, account)),
        ("POST", Some("generateAccessToken")) => Some(access_token(call, world, account)),
        _ => None,
    }
}

fn usable(call: &Call, world: &World, account: &str) -> Result<(String, String), ApiError> {
    let project = world.project(&call.context.settings.project).ok_or_else(no_such_project)?;
    let account = find(project, account)?;
    if account.disabled {
        return Err(ApiError::failed_precondition(format!("Service account {} is disabled.", account.email)));
    }
    Ok((account.email.clone(), account.unique_id.clone()))
}

fn id_token(call: &Call, world: &World, account: &str) -> Result<Answer, ApiError> {
    let (email, unique_id) = usable(call, world, account)?;
    let body = call.json()?;
    let audience = body.get("audience").and_then(Value::as_str).unwrap_or("");
    if audience.is_empty() {
        return Err(ApiError::invalid("The audience must not be empty."));
    }
    let token = tokens::issue(&email, &unique_id, audience, later(call.now(), LIFETIME), call.now());
    Ok(Answer::json(json!({ "token": token })))
}

fn access_token(call: &Call, world: &World, account: &str) -> Result<Answer, ApiError> {
    let (email, _) = usable(call, world, account)?;
    // Whole seconds: Google's clients read no others.
    let expires = later(call.now(), LIFETIME);
    Ok(Answer::json(json!({
        "accessToken": tokens::access_token(&email, call.now()),
        "expireTime": Timestamp::from_second(expires.as_second()).unwrap_or(expires).to_string(),
    })))
}
