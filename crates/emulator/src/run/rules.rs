//! What Cloud Run refuses before anything is written. Each rule names its field.

use serde_json::{Map, Value, json};

use super::state::Service;
use super::{gpu_rules, quantity, regions};
use crate::error::ApiError;
use crate::gate::is_denied;
use crate::world::Project;

/// Namespaces that v2 keeps for itself in labels and annotations.
pub(super) const SYSTEM_NAMESPACES: [&str; 4] =
    ["run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev"];

/// A refused field and why.
pub(super) type Violation = (String, String);

/// 403 for a location where there is no Cloud Run, in the text that all regional APIs give.
pub(super) fn region(location: &str) -> Result<(), ApiError> {
    match regions::code(location) {
        Some(_) => Ok(()),
        None => Err(ApiError::denied(format!(
            "Permission denied on 'locations/{location}' (or it may not exist)."
        ))
        .with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "LOCATION_ACCESS_DENIED",
            "domain": "googleapis.com",
            "metadata": { "location": location },
        }))),
    }
}

/// 400 for a name that a service cannot have.
pub(super) fn service_id(id: &str) -> Result<(), ApiError> {
    let bytes = id.as_bytes();
    let fine = bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|last| *last != b'-')
        && bytes.len() < 50
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
    if fine {
        return Ok(());
    }
    let text = "Service IDs must consist of lower case letters, digits and hyphens, begin with a letter, not end \
                with a hyphen, and be less than 50 characters long.";
    Err(ApiError::invalid(text).with_field_violation("service_id", text))
}

/// Judges a service as it would be after the call, defaults included.
pub(super) fn service(
    wanted: &Map<String, Value>,
    before: Option<&Service>,
    location: &str,
    project: &Project,
) -> Result<(), ApiError> {
    let mut violations = Vec::new();
    let empty = Map::new();
    let template = wanted.get("template").and_then(Value::as_object).unwrap_or(&empty);
    metadata(wanted, "", &mut violations);
    metadata(template, "template.", &mut violations);
    numbers(template, &mut violations);
    containers(template, &mut violations);
    gpu_rules::judge(wanted, template, location, project, &mut violations);
    traffic(wanted, before, &mut violations);
    refuse(&violations)?;
    runtime_account(template, project)
}

/// 400 naming every refused field.
pub(super) fn refuse(violations: &[Violation]) -> Result<(), ApiError> {
    let Some((field, first)) = violations.first() else {
        return Ok(());
    };
    let message =
        if violations.len() == 1 { format!("{field}: {first}") } else { "The request has errors".to_owned() };
    let details: Vec<Value> = violations
        .iter()
        .map(|(field, description)| json!({ "field": field, "description": description }))
        .collect();
    Err(ApiError::invalid(message).with_detail(json!({
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": details,
    })))
}

fn metadata(object: &Map<String, Value>, at: &str, violations: &mut Vec<Violation>) {
    for kind in ["labels", "annotations"] {
        for (key, value) in object.get(kind).and_then(Value::as_object).into_iter().flatten() {
            let namespace = key.split('/').next().unwrap_or("");
            if key.contains('/') && SYSTEM_NAMESPACES.contains(&namespace) {
                violations.push((
                    format!("{at}{kind}"),
                    format!("System {kind} in the namespace {namespace} are not allowed: {key}"),
                ));
            }
            let text = value.as_str().unwrap_or("");
            let fits = |text: &str| {
                text.len() <= 63
                    && text.chars().all(|letter| {
                        letter.is_lowercase() || letter.is_ascii_digit() || "-_./".contains(letter)
                    })
            };
            if kind == "labels" && !(fits(key) && fits(text)) {
                violations.push((
                    format!("{at}labels"),
                    format!(
                        "Label {key}={text}: keys and values can contain only lower case letters, digits, \
                         underscores and dashes, at most 63 characters."
                    ),
                ));
            }
        }
    }
}

fn numbers(template: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let seconds = template
        .get("timeout")
        .and_then(Value::as_str)
        .and_then(|text| text.strip_suffix('s')?.parse::<f64>().ok());
    if seconds.is_some_and(|seconds| !(1.0..=3600.0).contains(&seconds)) {
        violations
            .push(("template.timeout".into(), "The timeout must be between 1 and 3600 seconds.".into()));
    }
    let concurrency = template.get("maxInstanceRequestConcurrency").and_then(Value::as_i64);
    if concurrency.is_some_and(|count| !(1..=1000).contains(&count)) {
        violations.push((
            "template.max_instance_request_concurrency".into(),
            "The concurrency must be between 1 and 1000.".into(),
        ));
    }
    let scaling = template.get("scaling");
    let count = |field: &str| scaling.and_then(|scaling| scaling.get(field)).and_then(Value::as_i64);
    if let (Some(least), Some(most)) = (count("minInstanceCount"), count("maxInstanceCount"))
        && least > most
    {
        violations.push((
            "template.scaling.min_instance_count".into(),
            format!("The minimum of {least} instances is greater than the maximum of {most}."),
        ));
    }
}

fn containers(template: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let containers = template.get("containers").and_then(Value::as_array);
    let Some(containers) = containers.filter(|list| !list.is_empty()) else {
        violations.push(("template.containers".into(), "At least one container is required.".into()));
        return;
    };
    let serving = containers.iter().filter(|container| container.get("ports").is_some()).count();
    if serving != 1 {
        violations.push((
            "template.containers".into(),
            format!("Exactly one container must have a port, not {serving}."),
        ));
    }
    for (index, container) in containers.iter().enumerate() {
        let at = format!("template.containers[{index}]");
        if container.get("image").and_then(Value::as_str).is_none() {
            violations.push((format!("{at}.image"), "The image is required.".into()));
        }
        let port = container.pointer("/ports/0/containerPort").and_then(Value::as_i64);
        if port.is_some_and(|port| !(1..=65535).contains(&port)) {
            violations.push((
                format!("{at}.ports[0].container_port"),
                "The port must be between 1 and 65535.".into(),
            ));
        }
        let limit =
            |name: &str| container.pointer(&format!("/resources/limits/{name}")).and_then(Value::as_str);
        if limit("cpu").is_some_and(|text| quantity::milli_cpu(text).is_none_or(|milli| milli < 80)) {
            violations.push((
                format!("{at}.resources.limits.cpu"),
                "Invalid value specified for cpu. It must be a number of CPUs, 0.08 or more.".into(),
            ));
        }
        if limit("memory").is_some_and(|text| quantity::bytes(text).is_none_or(|size| size < 128 << 20)) {
            violations.push((
                format!("{at}.resources.limits.memory"),
                "Invalid value specified for memory. It must be a size such as 512Mi, at least 128Mi.".into(),
            ));
        }
        for kind in ["startupProbe", "livenessProbe"] {
            let probe = |field: &str| container.pointer(&format!("/{kind}/{field}")).and_then(Value::as_i64);
            if let (Some(timeout), Some(period)) = (probe("timeoutSeconds"), probe("periodSeconds"))
                && timeout > period
            {
                violations.push((
                    format!("{at}.{}.timeout_seconds", super::schema::snake(kind)),
                    "The timeout must not be greater than the period.".into(),
                ));
            }
        }
    }
}

fn traffic(wanted: &Map<String, Value>, before: Option<&Service>, violations: &mut Vec<Violation>) {
    let targets = wanted.get("traffic").and_then(Value::as_array);
    // The revision that this very change makes may be named: gcloud tags it so.
    let coming = wanted.get("template").and_then(|template| template.get("revision")).and_then(Value::as_str);
    let mut sum = 0;
    for (index, target) in targets.into_iter().flatten().enumerate() {
        sum += target.get("percent").and_then(Value::as_i64).unwrap_or(0);
        let to_revision =
            target.get("type").and_then(Value::as_str) == Some("TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION");
        let Some(revision) = target.get("revision").and_then(Value::as_str) else {
            if to_revision {
                violations.push((format!("traffic[{index}].revision"), "The revision is required.".into()));
            }
            continue;
        };
        let known = coming == Some(revision)
            || before.is_some_and(|service| service.revisions.iter().any(|known| known.name == revision));
        if to_revision && !known {
            violations.push((
                format!("traffic[{index}].revision"),
                format!("Revision '{revision}' does not exist."),
            ));
        }
    }
    if sum != 100 {
        violations.push(("traffic".into(), format!("The percentages must add up to 100, not {sum}.")));
    }
}

/// The runtime account must exist; the refusal does not say whether it does not, or may not be used.
fn runtime_account(template: &Map<String, Value>, project: &Project) -> Result<(), ApiError> {
    let named = template.get("serviceAccount").and_then(Value::as_str).unwrap_or("");
    let email = named.rsplit('/').next().unwrap_or(named);
    if project.knows_account(email) && !is_denied(project, "iam.serviceAccounts.actAs") {
        return Ok(());
    }
    Err(ApiError::denied(format!(
        "Permission 'iam.serviceaccounts.actAs' denied on service account {email} (or it may not exist)."
    )))
}
