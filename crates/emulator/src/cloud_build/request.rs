//! Reading a Build that is to be created: what is refused at once, and what is filled in.
//! Texts: those of the service where they are known, from its reference and from users' reports.

use serde_json::{Map, Value as Json, json};

use crate::error::ApiError;
use crate::gate;
use crate::storage::is_region;
use crate::world::Project;

use super::Place;

/// The fields of the Build resource.
#[rustfmt::skip]
const BUILD_FIELDS: [&str; 31] = [
    "approval", "artifacts", "availableSecrets", "buildTriggerId", "createTime", "dependencies", "failureInfo",
    "finishTime", "gitConfig", "id", "images", "logUrl", "logsBucket", "name", "options", "projectId", "queueTtl",
    "results", "secrets", "serviceAccount", "source", "sourceProvenance", "startTime", "status", "statusDetail",
    "steps", "substitutions", "tags", "timeout", "timing", "warnings",
];

#[rustfmt::skip]
const STEP_FIELDS: [&str; 19] = [
    "allowExitCodes", "allowFailure", "args", "automapSubstitutions", "dir", "entrypoint", "env", "exitCode", "id",
    "name", "pullTiming", "results", "script", "secretEnv", "status", "timeout", "timing", "volumes", "waitFor",
];

#[rustfmt::skip]
const OPTION_FIELDS: [&str; 19] = [
    "automapSubstitutions", "defaultLogsBucketBehavior", "diskSizeGb", "dynamicSubstitutions",
    "enableStructuredLogging", "env", "logStreamingOption", "logging", "machineType", "pool", "pubsubTopic",
    "rankedMachineSeries", "requestedVerifyOption", "secretEnv", "sourceProvenanceHash", "substitutionOption",
    "volumes", "workerPool", "workerRelease",
];

/// What only the service writes.
#[rustfmt::skip]
const OUTPUT_FIELDS: [&str; 16] = [
    "approval", "buildTriggerId", "createTime", "failureInfo", "finishTime", "id", "logUrl", "name", "projectId",
    "results", "sourceProvenance", "startTime", "status", "statusDetail", "timing", "warnings",
];

const MACHINE_TYPES: [&str; 7] = [
    "UNSPECIFIED",
    "N1_HIGHCPU_8",
    "N1_HIGHCPU_32",
    "E2_HIGHCPU_8",
    "E2_HIGHCPU_32",
    "E2_MEDIUM",
    "E2_STANDARD_2",
];
const LOGGING: [&str; 6] =
    ["LOGGING_UNSPECIFIED", "LEGACY", "GCS_ONLY", "STACKDRIVER_ONLY", "CLOUD_LOGGING_ONLY", "NONE"];
const LOGS_BUCKETS: [&str; 3] =
    ["DEFAULT_LOGS_BUCKET_BEHAVIOR_UNSPECIFIED", "REGIONAL_USER_OWNED_BUCKET", "LEGACY_BUCKET"];

/// Longest `timeout`, in seconds, and the one that holds when none is asked for.
const LONGEST_TIMEOUT: f64 = 86_400.0;
const DEFAULT_TIMEOUT: &str = "3600s";

/// Largest disk, in GB.
const LARGEST_DISK: i64 = 4000;

/// Checks the body and fills in what the service would.
pub(super) fn read(
    mut body: Map<String, Json>,
    project: &Project,
    place: &Place,
) -> Result<Map<String, Json>, ApiError> {
    if place.location != "global" && !is_region(&place.location) {
        return Err(ApiError::invalid(format!(
            "invalid location: {} is not a region of Cloud Build",
            place.location
        )));
    }
    refuse_others(&body, &BUILD_FIELDS, "build")?;
    for field in OUTPUT_FIELDS {
        body.remove(field);
    }
    check_steps(&body)?;
    check_source(&body)?;
    check_options(&body)?;
    check_tags(&body)?;
    for field in ["timeout", "queueTtl"] {
        let seconds = duration(&body, field)?;
        if seconds.is_some_and(|seconds| !(0.0..=LONGEST_TIMEOUT).contains(&seconds)) {
            return Err(ApiError::invalid(format!(
                "invalid {field}: must be between 0 and {LONGEST_TIMEOUT} seconds"
            )));
        }
        body.entry(field).or_insert_with(|| json!(DEFAULT_TIMEOUT));
    }
    check_account(&mut body, project)?;
    let options = body.entry("options").or_insert_with(|| json!({}));
    let own_logs = options.get("logging").is_some() || options.get("defaultLogsBucketBehavior").is_some();
    if !own_logs && !body.contains_key("logsBucket") {
        let bucket = format!("gs://{}.cloudbuild-logs.googleusercontent.com", project.number);
        body.insert("logsBucket".into(), json!(bucket));
    }
    if let Some(images) = body.get("images").cloned() {
        body.insert("artifacts".into(), json!({ "images": images }));
    }
    Ok(body)
}

/// The seconds of the build's `timeout`.
pub(super) fn timeout(body: &Map<String, Json>) -> f64 {
    duration(body, "timeout").ok().flatten().unwrap_or(LONGEST_TIMEOUT)
}

/// The e-mail of the account that the build runs as.
pub(super) fn account(body: &Map<String, Json>) -> &str {
    let name = body.get("serviceAccount").and_then(Json::as_str).unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default()
}

/// The strings of a list field.
pub(super) fn strings(object: &Map<String, Json>, field: &str) -> Vec<String> {
    let items = object.get(field).and_then(Json::as_array);
    items.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn check_steps(body: &Map<String, Json>) -> Result<(), ApiError> {
    let steps = match body.get("steps") {
        Some(Json::Array(steps)) if !steps.is_empty() => steps,
        _ => return Err(ApiError::invalid("invalid build: at least one build step is required")),
    };
    for (number, step) in steps.iter().enumerate() {
        let Json::Object(step) = step else {
            return Err(ApiError::invalid(format!(
                "Invalid value at 'build.steps[{number}]': not an object"
            )));
        };
        refuse_others(step, &STEP_FIELDS, &format!("build.steps[{number}]"))?;
        if step.get("name").and_then(Json::as_str).unwrap_or_default().is_empty() {
            return Err(ApiError::invalid(format!(
                "invalid build: invalid build step name \"\": build step {number} must have a name"
            )));
        }
    }
    Ok(())
}

fn check_source(body: &Map<String, Json>) -> Result<(), ApiError> {
    let Some(Json::Object(source)) = body.get("source") else { return Ok(()) };
    match source.get("storageSource") {
        Some(Json::Object(storage)) => {
            refuse_others(
                storage,
                &["bucket", "generation", "object", "sourceFetcher"],
                "build.source.storage_source",
            )?;
            for field in ["bucket", "object"] {
                if storage.get(field).and_then(Json::as_str).unwrap_or_default().is_empty() {
                    return Err(ApiError::invalid(format!(
                        "invalid build: storageSource.{field} must be set"
                    )));
                }
            }
            Ok(())
        }
        Some(_) | None => Err(ApiError::new(
            "UNIMPLEMENTED",
            "the emulator builds from source.storageSource only; upload the source to a bucket",
        )),
    }
}

fn check_options(body: &Map<String, Json>) -> Result<(), ApiError> {
    let Some(Json::Object(options)) = body.get("options") else { return Ok(()) };
    refuse_others(options, &OPTION_FIELDS, "build.options")?;
    if options.contains_key("pool") || options.contains_key("workerPool") {
        return Err(ApiError::new("UNIMPLEMENTED", "private worker pools are not part of the emulator"));
    }
    for (field, kind, known) in [
        ("machineType", "machine_type", &MACHINE_TYPES[..]),
        ("logging", "logging", &LOGGING[..]),
        ("defaultLogsBucketBehavior", "default_logs_bucket_behavior", &LOGS_BUCKETS[..]),
    ] {
        match options.get(field) {
            None => {}
            Some(Json::String(value)) if known.contains(&value.as_str()) => {}
            Some(other) => {
                return Err(ApiError::invalid(format!(
                    "Invalid value at 'build.options.{kind}' (TYPE_ENUM), {other}"
                )));
            }
        }
    }
    if let Some(disk) = options.get("diskSizeGb") {
        let size = disk.as_i64().or_else(|| disk.as_str()?.parse().ok()).ok_or_else(|| {
            ApiError::invalid(format!("Invalid value at 'build.options.disk_size_gb' (TYPE_INT64), {disk}"))
        })?;
        if !(0..=LARGEST_DISK).contains(&size) {
            return Err(ApiError::invalid(format!(
                "invalid build: disk size must be between 0 and {LARGEST_DISK} GB, not {size}"
            )));
        }
    }
    Ok(())
}

fn check_tags(body: &Map<String, Json>) -> Result<(), ApiError> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    for tag in strings(body, "tags") {
        let fits = tag.len() <= 128
            && tag.starts_with(plain)
            && tag.chars().all(|letter| plain(letter) || ".-".contains(letter));
        if !fits {
            return Err(ApiError::invalid(format!("invalid build: invalid build tag {tag:?}")));
        }
    }
    Ok(())
}

/// The account must exist, the caller may act as it, and a build of one's own account must say where its logs go.
fn check_account(body: &mut Map<String, Json>, project: &Project) -> Result<(), ApiError> {
    let given = body.get("serviceAccount").and_then(Json::as_str).unwrap_or_default().to_owned();
    let email = if given.is_empty() {
        project.compute_account()
    } else {
        let email = given
            .strip_prefix("projects/")
            .and_then(|rest| rest.split_once("/serviceAccounts/"))
            .filter(|(holder, _)| *holder == project.id || *holder == project.number || *holder == "-")
            .map(|(_, email)| email)
            .ok_or_else(|| {
                ApiError::invalid(format!(
                    "invalid service account {given:?}: must be of the form projects/{{PROJECT}}/serviceAccounts/{{EMAIL}}"
                ))
            })?;
        let options = body.get("options");
        let option = |field: &str| options.and_then(|options| options.get(field)).and_then(Json::as_str);
        let logs_somewhere = body.contains_key("logsBucket")
            || option("defaultLogsBucketBehavior") == Some("REGIONAL_USER_OWNED_BUCKET")
            || matches!(option("logging"), Some("CLOUD_LOGGING_ONLY" | "NONE"));
        if !logs_somewhere {
            return Err(ApiError::invalid(
                "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket', (b) use \
                 the REGIONAL_USER_OWNED_BUCKET build.options.default_logs_bucket_behavior option, or (c) use either \
                 CLOUD_LOGGING_ONLY / NONE logging options",
            ));
        }
        email.to_owned()
    };
    if !project.knows_account(&email) {
        return Err(ApiError::invalid(format!("service account {email} does not exist")));
    }
    if project.iam.accounts.get(&email).is_some_and(|account| account.disabled) {
        return Err(ApiError::failed_precondition(format!("service account {email} is disabled")));
    }
    gate::require_permission(
        project,
        "iam.serviceAccounts.actAs",
        &format!("projects/{}/serviceAccounts/{email}", project.id),
    )?;
    body.insert("serviceAccount".into(), json!(format!("projects/{}/serviceAccounts/{email}", project.id)));
    Ok(())
}

fn duration(body: &Map<String, Json>, field: &str) -> Result<Option<f64>, ApiError> {
    let Some(value) = body.get(field) else { return Ok(None) };
    let seconds =
        value.as_str().and_then(|text| text.strip_suffix('s')).and_then(|text| text.parse::<f64>().ok());
    match seconds {
        Some(seconds) if seconds.is_finite() => Ok(Some(seconds)),
        Some(_) | None => Err(ApiError::invalid(format!(
            "Invalid value at 'build.{field}' (type.googleapis.com/google.protobuf.Duration), {value}"
        ))),
    }
}

fn refuse_others(object: &Map<String, Json>, known: &[&str], at: &str) -> Result<(), ApiError> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(ApiError::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{key}\" at '{at}': Cannot find field."
        ))),
        None => Ok(()),
    }
}
