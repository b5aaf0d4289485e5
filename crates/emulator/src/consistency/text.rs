//! The refusals of a cloud that does not agree with itself yet, in the words of the real one.

use serde_json::json;

use crate::error::ApiError;
use crate::operations::Ending;
use crate::routes::Api;

/// The refusal of a call that comes too fast. Storage and Resource Manager say nothing about how long to wait; Cloud Run
/// says it in a header, Service Usage in a detail.
pub(crate) fn too_fast(service: &str, way: &str, project_number: &str) -> ApiError {
    let text = format!(
        "Quota exceeded for quota metric '{way} requests' and limit '{way} requests per minute' of service '{service}' \
         for consumer 'project_number:{project_number}'."
    );
    let error = ApiError::new("RESOURCE_EXHAUSTED", text).with_detail(json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": service,
            "consumer": format!("projects/{project_number}"),
            "quota_limit": format!("{way}RequestsPerMinutePerProject"),
        },
    }));
    match (service, way) {
        ("run.googleapis.com", "Write") => error.with_retry_after(1),
        ("serviceusage.googleapis.com", _) => error.with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": "0.25s",
        })),
        _ => error,
    }
}

/// 404 of a thing that is there.
pub(super) fn not_found(api: Api, path: &str, project: &str) -> ApiError {
    let segments: Vec<&str> = path.split('/').collect();
    match (api, segments.as_slice()) {
        (Api::Run, [_, _, _, _, region, "services", name, ..]) => ApiError::not_found(format!(
            "Resource '{name}' of kind 'SERVICE' in region '{region}' in project '{project}' does not exist."
        )),
        (Api::Iam, [_, _, _, _, account, ..]) => ApiError::not_found(format!(
            "Service account projects/{project}/serviceAccounts/{account} does not exist."
        )),
        _ => ApiError::not_found("Requested entity was not found."),
    }
}

/// 409 of a name that is free.
pub(super) fn taken(api: Api, path: &str) -> ApiError {
    let name = path.rsplit('/').next().unwrap_or(path);
    match api {
        Api::Storage => ApiError::already_exists(
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
        .with_reason("conflict"),
        Api::Run => ApiError::already_exists(format!("Resource '{name}' already exists.")),
        Api::ServiceUsage
        | Api::ResourceManager
        | Api::Iam
        | Api::IamCredentials
        | Api::ArtifactRegistry
        | Api::Registry
        | Api::CloudBuild
        | Api::Billing
        | Api::Quotas
        | Api::Logging
        | Api::Operations => ApiError::already_exists("the repository already exists"),
    }
}

/// 400 of a policy that names a new account.
pub(super) fn no_such_member(email: &str) -> ApiError {
    ApiError::invalid(format!("Service account {email} does not exist."))
}

/// 403 of a service that is to run as a new account.
pub(super) fn may_not_act_as(email: &str) -> ApiError {
    ApiError::denied(format!(
        "Permission 'iam.serviceaccounts.actAs' denied on service account {email} (or it may not exist)."
    ))
}

/// 400 of a build that is to run as a new account.
pub(super) fn no_such_builder(email: &str) -> ApiError {
    ApiError::invalid(format!("service account {email} does not exist"))
}

/// The end of an operation with a `google.rpc.Code`.
pub(super) fn operation_error(code: i64, message: &str) -> Ending {
    let message = if message.is_empty() { "Internal error encountered." } else { message };
    Ending::Error(json!({ "code": code, "message": message }))
}
