//! Which service a path belongs to, and the one order in which a call is judged: token, project, API switch,
//! permission, then the service itself. Google's paths end in `:verb`, which no router expresses, hence by hand.

use crate::call::{Answer, Call, Handled};
use crate::error::{ApiError, Shape};
use crate::world::World;
use crate::{
    artifact_registry, billing, cloud_build, consistency, control, gate, hosts, iam, logging, metadata,
    model_server, oauth, operations, partial, quotas, resource_manager, run, service_usage, storage,
};

/// Query parameters of every Google API, from the discovery documents.
const COMMON: &[&str] = &[
    "$.xgafv",
    "$alt",
    "$fields",
    "access_token",
    "alt",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "upload_protocol",
    "uploadType",
];

/// An imitated API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    /// Service Usage.
    ServiceUsage,
    /// Resource Manager.
    ResourceManager,
    /// IAM service accounts.
    Iam,
    /// IAM Credentials.
    IamCredentials,
    /// Cloud Storage.
    Storage,
    /// Artifact Registry's own API.
    ArtifactRegistry,
    /// The registry protocol on the `pkg.dev` hosts.
    Registry,
    /// Cloud Build.
    CloudBuild,
    /// Cloud Run Admin.
    Run,
    /// Cloud Billing.
    Billing,
    /// Cloud Quotas.
    Quotas,
    /// Cloud Logging.
    Logging,
    /// Long-running operations whose path several APIs share.
    Operations,
}

impl Api {
    /// The API's name in Service Usage; `None` where the operation itself knows.
    pub(crate) fn service(self) -> Option<&'static str> {
        match self {
            Self::ServiceUsage => Some("serviceusage.googleapis.com"),
            Self::ResourceManager => Some("cloudresourcemanager.googleapis.com"),
            Self::Iam => Some("iam.googleapis.com"),
            Self::IamCredentials => Some("iamcredentials.googleapis.com"),
            Self::Storage => Some("storage.googleapis.com"),
            Self::ArtifactRegistry | Self::Registry => Some("artifactregistry.googleapis.com"),
            Self::CloudBuild => Some("cloudbuild.googleapis.com"),
            Self::Run => Some("run.googleapis.com"),
            Self::Billing => Some("cloudbilling.googleapis.com"),
            Self::Quotas => Some("cloudquotas.googleapis.com"),
            Self::Logging => Some("logging.googleapis.com"),
            Self::Operations => None,
        }
    }

    /// Whether this API answers at the host of an API with this name.
    fn answers_at(self, host: &str) -> bool {
        let own = match self {
            // Public images are at the `pkg.dev` hosts.
            Self::Registry => return false,
            Self::Operations => return ["artifactregistry", "cloudbuild", "run", "www"].contains(&host),
            Self::ServiceUsage
            | Self::ResourceManager
            | Self::Iam
            | Self::IamCredentials
            | Self::Storage
            | Self::ArtifactRegistry
            | Self::CloudBuild
            | Self::Run
            | Self::Logging
            | Self::Billing
            | Self::Quotas => self.service().and_then(|service| service.split('.').next()),
        };
        host == "www" || own == Some(host)
    }

    /// The query parameters that this API's methods have beside the common ones; `None` where the service itself looks.
    fn parameters(self) -> Option<&'static [&'static str]> {
        match self {
            Self::ServiceUsage => Some(&["filter", "names", "pageSize", "pageToken", "view"]),
            Self::Quotas => Some(&["allowMissing", "pageSize", "pageToken", "quotaPreferenceId"]),
            Self::ResourceManager | Self::IamCredentials | Self::Billing | Self::Logging => Some(&[]),
            Self::Iam => Some(&["pageSize", "pageToken", "options.requestedPolicyVersion"]),
            Self::Run => Some(&[
                "serviceId",
                "validateOnly",
                "updateMask",
                "allowMissing",
                "forceNewRevision",
                "etag",
                "pageSize",
                "pageToken",
                "showDeleted",
                "options.requestedPolicyVersion",
                // Of v1.
                "apiVersion",
                "continue",
                "dryRun",
                "fieldSelector",
                "filter",
                "includeUninitialized",
                "kind",
                "labelSelector",
                "limit",
                "propagationPolicy",
                "resourceVersion",
                "watch",
            ]),
            Self::Operations => Some(&["filter", "pageSize", "pageToken", "returnPartialSuccess"]),
            // `repository_id` is what older clients send (recorded).
            Self::ArtifactRegistry => Some(&[
                "filter",
                "force",
                "options.requestedPolicyVersion",
                "orderBy",
                "pageSize",
                "pageToken",
                "repositoryId",
                "repository_id",
                "tagId",
                "updateMask",
                "view",
            ]),
            Self::CloudBuild => {
                Some(&["filter", "id", "name", "pageSize", "pageToken", "parent", "projectId"])
            }
            Self::Storage | Self::Registry => None,
        }
    }

    /// The form of its errors.
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::ResourceManager | Self::Iam => Shape::Legacy,
            Self::Storage => Shape::Storage,
            Self::ServiceUsage
            | Self::IamCredentials
            | Self::ArtifactRegistry
            | Self::Registry
            | Self::CloudBuild
            | Self::Run
            | Self::Billing
            | Self::Quotas
            | Self::Logging
            | Self::Operations => Shape::Standard,
        }
    }

    fn handle(self, call: &Call, world: &mut World) -> Handled {
        match self {
            Self::ServiceUsage => service_usage::handle(call, world),
            Self::ResourceManager => resource_manager::handle(call, world),
            Self::Iam | Self::IamCredentials => iam::handle(call, world),
            Self::Storage => storage::handle(call, world),
            Self::ArtifactRegistry | Self::Registry => artifact_registry::handle(call, world),
            Self::CloudBuild => cloud_build::handle(call, world),
            Self::Run => run::handle(call, world),
            Self::Billing => billing::handle(call, world),
            Self::Quotas => quotas::handle(call, world),
            Self::Logging => logging::handle(call, world),
            Self::Operations => operations::handle(call, world),
        }
    }
}

/// The API that a call belongs to: by its path, and its host must not be that of another one, or of a deployed service.
pub(crate) fn api_of(call: &Call) -> Option<Api> {
    if model_server::is_service_host(&call.host) {
        return None;
    }
    let host = hosts::api_name(&call.host);
    by_path(call, host).filter(|api| host.is_none_or(|host| api.answers_at(host)))
}

/// By path. Where several APIs share one, the host decides.
fn by_path(call: &Call, host: Option<&str>) -> Option<Api> {
    let parts = call.parts();
    match parts.as_slice() {
        ["v1" | "v1beta1", "operations", ..] | ["v1" | "v1beta1", "projects", _, "services", ..] => {
            Some(Api::ServiceUsage)
        }
        ["v1", "projects", _, "billingInfo"] => Some(Api::Billing),
        ["v1", "projects", _, "locations", "global", "services", _, "quotaInfos", ..]
        | ["v1", "projects", _, "locations", "global", "quotaPreferences", ..] => Some(Api::Quotas),
        ["v1" | "v3", "projects"] | ["v1" | "v3", "projects", _] => Some(Api::ResourceManager),
        ["v1", "projects", _, "serviceAccounts", _]
            if matches!(call.verb.as_deref(), Some("generateIdToken" | "generateAccessToken")) =>
        {
            Some(Api::IamCredentials)
        }
        ["v1", "projects", _, "serviceAccounts", ..] => Some(Api::Iam),
        ["v1" | "v2", "projects", _, "locations", _, "operations", ..] => Some(Api::Operations),
        ["v1" | "v1beta2", "projects", _, "locations", _, "repositories", ..]
        | ["v1beta2", "projects", _, "locations"] => Some(Api::ArtifactRegistry),
        ["v1", "projects", _, "locations", _, "builds" | "defaultServiceAccount", ..]
        | ["v1", "projects", _, "builds", ..] => Some(Api::CloudBuild),
        ["v1", "projects", _, "locations"] if host == Some("artifactregistry") => Some(Api::ArtifactRegistry),
        ["v2", "projects", _, "locations", _, ..]
        | ["apis", "serving.knative.dev", "v1", "namespaces", ..]
        | ["v1", "projects", _, "locations", _, "services" | "revisions", ..]
        | ["v1", "projects", _, "locations"] => Some(Api::Run),
        ["v2", "entries"] => Some(Api::Logging),
        ["v2", ..] => Some(Api::Registry),
        ["storage" | "upload" | "resumable" | "download", ..] => Some(Api::Storage),
        [_, ..] if host == Some("storage") => Some(Api::Storage),
        _ => None,
    }
}

/// Answers a call from the world.
pub(crate) fn dispatch(call: &Call, world: &mut World) -> Answer {
    if let Some(answer) = control::handle(call, world) {
        return answer.unwrap_or_else(|error| error.to_answer(Shape::Standard));
    }
    if let Some(answer) = metadata::handle(call, world) {
        return answer.unwrap_or_else(|error| error.to_answer(Shape::Standard));
    }
    if let Some(answer) = oauth::handle(call, world) {
        return answer;
    }
    let Some(api) = api_of(call) else {
        return unknown(call).to_answer(Shape::Standard);
    };
    let judged = bind_query(call, api)
        .and_then(|()| gate::admit(call, api, world))
        .and_then(|()| consistency::hold_back(call, api, world))
        .and_then(|()| handle(call, api, world))
        .and_then(|answer| partial::select(&call.query, answer));
    judged.unwrap_or_else(|error| error.to_answer(api.shape()))
}

/// Hands a call to its service, and notes what it did.
fn handle(call: &Call, api: Api, world: &mut World) -> Result<Answer, ApiError> {
    let before = consistency::before(call, api, world);
    let answer = api.handle(call, world).unwrap_or_else(|| Err(unknown(call)))?;
    consistency::note(call, api, &answer, before, world);
    Ok(answer)
}

/// 400 for a query parameter that no method of the API has, as Google's front end binds them.
fn bind_query(call: &Call, api: Api) -> Result<(), ApiError> {
    let Some(known) = api.parameters() else {
        return Ok(());
    };
    match call
        .query
        .0
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()) && !COMMON.contains(&name.as_str()))
    {
        None => Ok(()),
        Some((name, _)) => {
            let text = format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' \
                 could not be found in request message."
            );
            Err(ApiError::invalid(text.clone()).with_field_violation("", &text))
        }
    }
}

fn unknown(call: &Call) -> ApiError {
    ApiError::not_found(format!(
        "The requested URL {} {} was not found on this server.",
        call.method, call.path
    ))
}
