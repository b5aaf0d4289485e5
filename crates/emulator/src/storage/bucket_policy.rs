//! The IAM policy of a bucket. Its shape differs from other APIs': the body of the request is the policy itself, and
//! the answer has `kind` and `resourceId`. A fresh bucket gives the project's owners, editors and viewers legacy roles.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Call};
use crate::error::ApiError;
use crate::policy::{Anonymous, Policy};
use crate::world::World;

use super::bucket::object;
use super::refusal::{self, condition_not_met};

/// What a new bucket's policy holds.
pub(super) fn fresh(project: &str, now: Timestamp) -> Policy {
    let mut policy = Policy::default();
    for (role, teams) in [
        ("roles/storage.legacyBucketOwner", &["projectEditor", "projectOwner"][..]),
        ("roles/storage.legacyBucketReader", &["projectViewer"][..]),
        ("roles/storage.legacyObjectOwner", &["projectEditor", "projectOwner"][..]),
        ("roles/storage.legacyObjectReader", &["projectViewer"][..]),
    ] {
        for team in teams {
            policy.grant(role, &format!("{team}:{project}"), now);
        }
    }
    policy
}

/// getIamPolicy.
pub(super) fn get(call: &Call, world: &World, name: &str) -> Result<Answer, ApiError> {
    let (_, bucket) = refusal::bucket(call, world, name, "storage.buckets.getIamPolicy")?;
    Ok(Answer::json(shown(name, bucket.policy.to_json())))
}

/// setIamPolicy. A stale etag is 412; public members are refused where public access is prevented.
pub(super) fn set(call: &Call, world: &mut World, name: &str) -> Result<Answer, ApiError> {
    let mut body = object(call)?;
    body.remove("kind");
    body.remove("resourceId");
    let (project, bucket) = refusal::bucket(call, world, name, "storage.buckets.setIamPolicy")?;
    if bucket.prevents_public_access() && names_the_public(&body) {
        return Err(ApiError::condition_not_met(
            "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is \
             enforced.",
        ));
    }
    let mut policy = bucket.policy.clone();
    let answer = policy
        .set(&json!({ "policy": body }), project, Anonymous::Taken, call.now())
        .map_err(|error| if error.status == "ABORTED" { condition_not_met() } else { error })?;
    refusal::bucket_mut(call, world, name, "storage.buckets.setIamPolicy")?.policy = policy;
    Ok(Answer::json(shown(name, answer)))
}

/// testIamPermissions: the caller holds all that is not denied to it.
pub(super) fn test(call: &Call, world: &World, name: &str) -> Result<Answer, ApiError> {
    let (project, _) = refusal::bucket(call, world, name, "storage.buckets.get")?;
    let denied = &project.tuning.denied_permissions;
    let held: Vec<&str> =
        call.query.all("permissions").filter(|asked| !denied.iter().any(|denied| denied == asked)).collect();
    let mut answer = Map::new();
    answer.insert("kind".into(), json!("storage#testIamPermissionsResponse"));
    if !held.is_empty() {
        answer.insert("permissions".into(), json!(held));
    }
    Ok(Answer::json(Json::Object(answer)))
}

fn shown(name: &str, policy: Json) -> Json {
    let mut answer = Map::new();
    answer.insert("kind".into(), json!("storage#policy"));
    answer.insert("resourceId".into(), json!(format!("projects/_/buckets/{name}")));
    if let Json::Object(policy) = policy {
        answer.extend(policy);
    }
    Json::Object(answer)
}

fn names_the_public(policy: &Map<String, Json>) -> bool {
    let bindings = policy.get("bindings").and_then(Json::as_array);
    let mut members = bindings
        .into_iter()
        .flatten()
        .filter_map(|binding| binding.get("members").and_then(Json::as_array))
        .flatten()
        .filter_map(Json::as_str);
    members.any(|member| matches!(member, "allUsers" | "allAuthenticatedUsers"))
}
