//! Resource Manager v3 and v1: the project itself and its IAM policy. Shapes: discovery documents and recordings.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::call::{Answer, Call, Handled, refuse_unknown};
use crate::error::ApiError;
use crate::gate::{is_denied, no_such_project};
use crate::policy::Anonymous;
use crate::world::{Project, World};

/// Permissions per testIamPermissions call.
const PERMISSION_LIMIT: usize = 100;

/// Answers Resource Manager calls.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let [version @ ("v1" | "v3"), "projects", project] = parts.as_slice() else {
        return None;
    };
    let Some(project) = world.project_mut(project) else {
        return Some(Err(no_such_project()));
    };
    Some(match (call.method.as_str(), call.verb.as_deref()) {
        ("GET", None) => Ok(Answer::json(view(version, project))),
        ("POST", Some("getIamPolicy")) => call
            .json()
            .and_then(|body| refuse_unknown(&body, &["options"], ""))
            .map(|()| Answer::json(project.policy.to_json())),
        ("POST", Some("setIamPolicy")) => set_policy(call, project),
        ("POST", Some("testIamPermissions")) => granted(call, project),
        _ => return None,
    })
}

fn view(version: &str, project: &Project) -> Value {
    let time = project.create_time.to_string();
    if version == "v1" {
        return json!({
            "projectNumber": project.number,
            "projectId": project.id,
            "lifecycleState": "ACTIVE",
            "name": project.id,
            "createTime": time,
        });
    }
    json!({
        "name": format!("projects/{}", project.number),
        "projectId": project.id,
        "state": "ACTIVE",
        "displayName": project.id,
        "createTime": time,
        "updateTime": time,
        "etag": format!("W/\"{}\"", project.number),
    })
}

fn set_policy(call: &Call, project: &mut Project) -> Result<Answer, ApiError> {
    let body = call.json()?;
    let mut policy = project.policy.clone();
    let answer = policy.set(&body, project, Anonymous::Refused, call.now())?;
    project.policy = policy;
    Ok(Answer::json(answer))
}

/// `testIamPermissions` for any resource of the project: all that was asked, less what the control routes took away.
pub(crate) fn granted(call: &Call, project: &Project) -> Result<Answer, ApiError> {
    let body = call.json()?;
    refuse_unknown(&body, &["permissions"], "")?;
    let asked: Vec<&str> = body
        .get("permissions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if asked.len() > PERMISSION_LIMIT {
        return Err(ApiError::invalid(format!(
            "At most {PERMISSION_LIMIT} permissions can be tested at once, not {}.",
            asked.len()
        )));
    }
    if let Some(wrong) =
        asked.iter().find(|permission| permission.split('.').count() != 3 || permission.contains('*'))
    {
        return Err(ApiError::invalid(format!("Permission {wrong} is not valid for this resource.")));
    }
    let held: Vec<&str> = asked.into_iter().filter(|permission| !is_denied(project, permission)).collect();
    if held.is_empty() {
        return Ok(Answer::empty_object());
    }
    Ok(Answer::json(json!({ "permissions": held })))
}
