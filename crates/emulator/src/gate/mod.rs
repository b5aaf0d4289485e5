//! What every call is judged by before its service sees it: the token, the project, the API's switch, the permission.
//! Order and texts are as the real front ends give them (recorded, and AIP-211: permission before existence).

mod permissions;

pub(crate) use permissions::needed;

use serde_json::json;

use crate::call::Call;
use crate::error::ApiError;
use crate::routes::Api;
use crate::world::{Project, World};
use crate::{operations, storage};

/// Lets a call through, or says why not.
pub(crate) fn admit(call: &Call, api: Api, world: &World) -> Result<(), ApiError> {
    authenticate(call)?;
    let Some(project) = project_of(call, api, world)? else {
        return Ok(());
    };
    let service = service_of(call, api, world);
    if let Some(service) = &service {
        require_enabled(project, service)?;
    }
    match needed(call, api) {
        // Cloud Storage says it in a text of its own.
        Some(permission) if api == Api::Storage && is_denied(project, permission) => {
            Err(storage::denied(call, permission))
        }
        Some(permission) => require_permission(project, permission, &resource_of(call, service.as_deref())),
        None => Ok(()),
    }
}

/// The API whose switch and quota a call counts against.
pub(crate) fn service_of(call: &Call, api: Api, world: &World) -> Option<String> {
    match api.service() {
        Some(service) => Some(service.to_owned()),
        None => operations::asked_name(call, world)
            .and_then(|name| world.operations.get(&name))
            .map(|operation| operation.service.clone()),
    }
}

/// The refusal of a call for lack of a permission.
pub(crate) fn denied(call: &Call, api: Api, permission: &str) -> ApiError {
    match api {
        Api::Storage => storage::denied(call, permission),
        Api::ServiceUsage
        | Api::ResourceManager
        | Api::Iam
        | Api::IamCredentials
        | Api::ArtifactRegistry
        | Api::Registry
        | Api::CloudBuild
        | Api::Run
        | Api::Billing
        | Api::Quotas
        | Api::Logging
        | Api::Operations => lacking(permission, &resource_of(call, api.service())),
    }
}

/// 403 `PERMISSION_DENIED` when the control routes took the permission away.
pub(crate) fn require_permission(
    project: &Project,
    permission: &str,
    resource: &str,
) -> Result<(), ApiError> {
    if !is_denied(project, permission) {
        return Ok(());
    }
    Err(lacking(permission, resource))
}

fn lacking(permission: &str, resource: &str) -> ApiError {
    let text = format!("Permission '{permission}' denied on resource '{resource}' (or it may not exist).");
    ApiError::denied(text).with_detail(json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "IAM_PERMISSION_DENIED",
        "domain": "iam.googleapis.com",
        "metadata": { "permission": permission, "resource": resource },
    }))
}

/// Whether the control routes took a permission away from the caller.
pub(crate) fn is_denied(project: &Project, permission: &str) -> bool {
    project.tuning.denied_permissions.iter().any(|denied| denied == permission)
}

/// 403 `SERVICE_DISABLED` when the API is off in the project.
pub(crate) fn require_enabled(project: &Project, service: &str) -> Result<(), ApiError> {
    if project.has_enabled(service) { Ok(()) } else { Err(disabled(project, service)) }
}

/// The refusal of a call whose API is off, or seems to be.
pub(crate) fn disabled(project: &Project, service: &str) -> ApiError {
    let title = crate::service_usage::title(service);
    let url =
        format!("https://console.developers.google.com/apis/api/{service}/overview?project={}", project.id);
    let text = format!(
        "{title} has not been used in project {id} before or it is disabled. Enable it by visiting {url} then retry. \
         If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
        id = project.id
    );
    ApiError::denied(text.clone())
        .with_reason("accessNotConfigured")
        .with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED",
            "domain": "googleapis.com",
            "metadata": {
                "service": service,
                "serviceTitle": title,
                "consumer": format!("projects/{}", project.id),
                "containerInfo": project.id,
                "activationUrl": url,
            },
        }))
        .with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
            "locale": "en-US",
            "message": text,
        }))
        .with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [{ "description": "Google developers console API activation", "url": url }],
        }))
}

/// The text of the refusal for a project that is not there or not ours; the real APIs do not say which.
pub(crate) fn no_such_project() -> ApiError {
    ApiError::denied("The caller does not have permission")
}

fn authenticate(call: &Call) -> Result<(), ApiError> {
    let bearer = call.header("authorization").is_some_and(|value| {
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic");
        known && !token.trim().is_empty()
    });
    if bearer {
        return Ok(());
    }
    Err(ApiError::new(
        "UNAUTHENTICATED",
        "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other \
         valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )
    .with_detail(json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "CREDENTIALS_MISSING",
        "domain": "googleapis.com",
    })))
}

/// The project that a call is about. `-` stands for "whichever" where IAM allows it.
pub(crate) fn project_of<'world>(
    call: &Call,
    api: Api,
    world: &'world World,
) -> Result<Option<&'world Project>, ApiError> {
    let parts = call.parts();
    let named = match (api, parts.as_slice()) {
        // Public images of other projects are the registry's own matter.
        (Api::Registry, [_, project, ..]) => return Ok(world.project(project)),
        (Api::Storage, ["storage", "v1", "b"]) => match call.query.get("project") {
            Some(project) => project,
            None => return Ok(None),
        },
        (Api::ServiceUsage, [_, "operations", name]) => {
            let full = format!("operations/{name}");
            return Ok(world.operations.get(&full).and_then(|operation| world.project(&operation.project)));
        }
        (Api::Logging, _) => return Ok(None),
        (_, ["apis", _, _, "namespaces", project, ..]) => project,
        (_, [_, "projects", "-", ..]) => return Ok(None),
        (_, [_, "projects", project, ..]) => project,
        _ => return Ok(world.project(&call.context.settings.project)),
    };
    world.project(named).map(Some).ok_or_else(no_such_project)
}

/// The full name of what a call is about. Its host is that of the API, wherever the call was sent.
fn resource_of(call: &Call, service: Option<&str>) -> String {
    let name = call.parts().get(1..).unwrap_or_default().join("/");
    format!("//{}/{name}", service.unwrap_or("googleapis.com"))
}
