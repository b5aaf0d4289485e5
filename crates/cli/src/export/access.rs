//! Who may call a service.

use model::{Cloud, Found, Json, Resource};
use serde_json::Value;
use spec::types::Member;

use super::Collected;
use crate::error::CliError;
use crate::session::Session;

/// The role that lets a member call a service.
const INVOKER: &str = "roles/run.invoker";

/// The members that a spec can hold as invokers; whoever else is in the policy is told. Errors: the policy cannot be read.
pub(super) async fn invokers(
    service: &dyn Resource,
    session: &Session,
    collected: &mut Collected,
) -> Result<Vec<Value>, CliError> {
    let Some(request) = service.access() else { return Ok(Vec::new()) };
    let policy = match session.cloud.read(&request).await? {
        Found::Body(policy) => policy,
        Found::Absent | Found::ApiDisabled(_) => return Ok(Vec::new()),
    };
    let list = |value: &Json, key: &str| value.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
    let mut invokers = Vec::new();
    for binding in list(&policy, "bindings") {
        let role = binding.get("role").and_then(Json::as_str).unwrap_or_default();
        for member in list(&binding, "members") {
            let name = member.as_str().unwrap_or_default();
            if role == INVOKER && binding.get("condition").is_none() && Member::parse(name).is_ok() {
                invokers.push(member);
            } else {
                collected.left.push(format!("{}: {role} of {name}", service.id()));
            }
        }
    }
    Ok(invokers)
}
