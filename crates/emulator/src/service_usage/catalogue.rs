//! The APIs that this emulator has heard of: data. Titles as the API consoles show them.

use serde_json::{Value, json};

use crate::error::ApiError;

/// Name, title, what else must be on for it (enabled along with it, and keeping it from being switched off alone).
type Row = (&'static str, &'static str, &'static [&'static str]);

const ROWS: &[Row] = &[
    ("aiplatform.googleapis.com", "Vertex AI API", &[]),
    ("artifactregistry.googleapis.com", "Artifact Registry API", &[]),
    ("cloudapis.googleapis.com", "Google Cloud APIs", &[]),
    ("cloudbilling.googleapis.com", "Cloud Billing API", &[]),
    ("cloudbuild.googleapis.com", "Cloud Build API", &["storage.googleapis.com"]),
    ("cloudquotas.googleapis.com", "Cloud Quotas API", &[]),
    ("cloudresourcemanager.googleapis.com", "Cloud Resource Manager API", &[]),
    ("compute.googleapis.com", "Compute Engine API", &[]),
    ("containerregistry.googleapis.com", "Container Registry API", &["storage.googleapis.com"]),
    ("iam.googleapis.com", "Identity and Access Management (IAM) API", &[]),
    ("iamcredentials.googleapis.com", "IAM Service Account Credentials API", &["iam.googleapis.com"]),
    ("logging.googleapis.com", "Cloud Logging API", &[]),
    ("monitoring.googleapis.com", "Cloud Monitoring API", &[]),
    ("pubsub.googleapis.com", "Cloud Pub/Sub API", &[]),
    ("run.googleapis.com", "Cloud Run Admin API", &[]),
    ("secretmanager.googleapis.com", "Secret Manager API", &[]),
    ("servicemanagement.googleapis.com", "Service Management API", &[]),
    ("serviceusage.googleapis.com", "Service Usage API", &[]),
    ("storage-api.googleapis.com", "Google Cloud Storage JSON API", &[]),
    ("storage-component.googleapis.com", "Cloud Storage", &[]),
    ("storage.googleapis.com", "Cloud Storage API", &[]),
];

/// On only in a project that somebody pays for.
const NEEDS_BILLING: &[&str] = &[
    "aiplatform.googleapis.com",
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "compute.googleapis.com",
    "containerregistry.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
];

/// On in a project that nobody has touched. The first four are what this emulator needs to be asked anything at all.
pub(super) const ON_FROM_THE_START: &[&str] = &[
    "serviceusage.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "cloudapis.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "servicemanagement.googleapis.com",
    "storage-api.googleapis.com",
    "storage-component.googleapis.com",
    "storage.googleapis.com",
];

/// The title of an API.
pub(crate) fn title(service: &str) -> &str {
    ROWS.iter().find(|(name, _, _)| *name == service).map_or(service, |(_, title, _)| title)
}

/// What Service Usage tells of an API, with every field of the recorded answers. The summary is this emulator's own.
pub(super) fn config(service: &str) -> Value {
    let title = title(service);
    let mut requirements = vec!["serviceusage.googleapis.com/tos/cloud"];
    if NEEDS_BILLING.contains(&service) {
        requirements.push("serviceusage.googleapis.com/billing-enabled");
    }
    json!({
        "name": service,
        "title": title,
        "documentation": { "summary": format!("What {title} offers.") },
        "quota": {},
        "authentication": {},
        "usage": { "requirements": requirements },
        "monitoring": {},
    })
}

/// The names in the catalogue, in order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|(name, _, _)| *name)
}

/// The APIs that come on with this one.
pub(super) fn needs(service: &str) -> &'static [&'static str] {
    ROWS.iter().find(|(name, _, _)| *name == service).map_or(&[], |(_, _, needs)| needs)
}

/// The APIs that need this one.
pub(super) fn needed_by(service: &str) -> impl Iterator<Item = &'static str> {
    ROWS.iter().filter(move |(_, _, needs)| needs.contains(&service)).map(|(name, _, _)| *name)
}

/// Whether a name can be an API at all. APIs beyond the catalogue are taken when they look like Google's.
pub(super) fn known(service: &str) -> Result<(), ApiError> {
    let name = service.strip_suffix(".googleapis.com").unwrap_or("");
    let well_formed = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if well_formed {
        return Ok(());
    }
    Err(ApiError::not_found(format!("Not found or permission denied for service(s): {service}."))
        .with_detail(serde_json::json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED",
            "domain": "serviceusage.googleapis.com",
            "metadata": { "services": service },
        })))
}
