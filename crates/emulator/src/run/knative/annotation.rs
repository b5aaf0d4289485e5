//! What v1 says in annotations, v2 says in fields: the table of both, and the way in each direction.
//! Source: the annotations that Cloud Run documents for v1, and the fields of the run v2 discovery document.
//! Booleans are compared case-blind, because gcloud writes them as Python does.

use serde_json::{Map, Value, json};

use super::json::{at_path, put_path};
use crate::run::rules::Violation;

/// How an annotation's text stands for a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// As it is.
    Text,
    /// `true` or `false`, in any case.
    Flag,
    /// A whole number.
    Count,
    /// One of these words, each with the name of v2.
    Word(&'static [(&'static str, &'static str)]),
    /// JSON.
    Json,
    /// Whole hours, in v2 a duration in seconds.
    Hours,
}

/// One annotation and the field that says the same.
#[derive(Debug)]
pub(super) struct Annotation {
    key: &'static str,
    path: &'static [&'static str],
    form: Form,
}

const fn row(key: &'static str, path: &'static [&'static str], form: Form) -> Annotation {
    Annotation { key, path, form }
}

/// Annotations of a service.
#[rustfmt::skip]
pub(super) const SERVICE: &[Annotation] = &[
    row("run.googleapis.com/description", &["description"], Form::Text),
    row("run.googleapis.com/client-name", &["client"], Form::Text),
    row("run.googleapis.com/client-version", &["clientVersion"], Form::Text),
    row("run.googleapis.com/launch-stage", &["launchStage"], Form::Text),
    row("run.googleapis.com/ingress", &["ingress"], Form::Word(INGRESS)),
    row("run.googleapis.com/minScale", &["scaling", "minInstanceCount"], Form::Count),
    row("run.googleapis.com/maxScale", &["scaling", "maxInstanceCount"], Form::Count),
    row("run.googleapis.com/scalingMode", &["scaling", "scalingMode"], Form::Word(&[("automatic", "AUTOMATIC"), ("manual", "MANUAL")])),
    row("run.googleapis.com/manualInstanceCount", &["scaling", "manualInstanceCount"], Form::Count),
    row("run.googleapis.com/invoker-iam-disabled", &["invokerIamDisabled"], Form::Flag),
    row("run.googleapis.com/default-url-disabled", &["defaultUriDisabled"], Form::Flag),
    row("run.googleapis.com/iap-enabled", &["iapEnabled"], Form::Flag),
    row("run.googleapis.com/custom-audiences", &["customAudiences"], Form::Json),
    row("run.googleapis.com/binary-authorization-breakglass", &["binaryAuthorization", "breakglassJustification"], Form::Text),
    row("run.googleapis.com/build-name", &["buildConfig", "name"], Form::Text),
    row("run.googleapis.com/build-image-uri", &["buildConfig", "imageUri"], Form::Text),
    row("run.googleapis.com/build-source-location", &["buildConfig", "sourceLocation"], Form::Text),
    row("run.googleapis.com/build-service-account", &["buildConfig", "serviceAccount"], Form::Text),
    row("run.googleapis.com/build-worker-pool", &["buildConfig", "workerPool"], Form::Text),
    row("run.googleapis.com/build-base-image", &["buildConfig", "baseImage"], Form::Text),
    row("run.googleapis.com/build-function-target", &["buildConfig", "functionTarget"], Form::Text),
    row("run.googleapis.com/build-environment-variables", &["buildConfig", "environmentVariables"], Form::Json),
    row("run.googleapis.com/build-enable-automatic-updates", &["buildConfig", "enableAutomaticUpdates"], Form::Flag),
];

/// Annotations of a revision's template.
#[rustfmt::skip]
pub(super) const TEMPLATE: &[Annotation] = &[
    row("autoscaling.knative.dev/minScale", &["scaling", "minInstanceCount"], Form::Count),
    row("autoscaling.knative.dev/maxScale", &["scaling", "maxInstanceCount"], Form::Count),
    row("run.googleapis.com/client-name", &["client"], Form::Text),
    row("run.googleapis.com/client-version", &["clientVersion"], Form::Text),
    row("run.googleapis.com/execution-environment", &["executionEnvironment"], Form::Word(&[("gen1", "EXECUTION_ENVIRONMENT_GEN1"), ("gen2", "EXECUTION_ENVIRONMENT_GEN2")])),
    row("run.googleapis.com/gpu-zonal-redundancy-disabled", &["gpuZonalRedundancyDisabled"], Form::Flag),
    row("run.googleapis.com/health-check-disabled", &["healthCheckDisabled"], Form::Flag),
    row("run.googleapis.com/sessionAffinity", &["sessionAffinity"], Form::Flag),
    row("run.googleapis.com/vpc-access-connector", &["vpcAccess", "connector"], Form::Text),
    row("run.googleapis.com/vpc-access-egress", &["vpcAccess", "egress"], Form::Word(&[("all-traffic", "ALL_TRAFFIC"), ("all", "ALL_TRAFFIC"), ("private-ranges-only", "PRIVATE_RANGES_ONLY")])),
    row("run.googleapis.com/network-interfaces", &["vpcAccess", "networkInterfaces"], Form::Json),
    row("run.googleapis.com/encryption-key", &["encryptionKey"], Form::Text),
    row("run.googleapis.com/post-key-revocation-action-type", &["encryptionKeyRevocationAction"], Form::Word(&[("prevent-new", "PREVENT_NEW"), ("shut-down", "SHUTDOWN")])),
    row("run.googleapis.com/encryption-key-shutdown-hours", &["encryptionKeyShutdownDuration"], Form::Hours),
];

/// Spellings of v1 and v2.
pub(super) const INGRESS: &[(&str, &str)] = &[
    ("all", "INGRESS_TRAFFIC_ALL"),
    ("internal", "INGRESS_TRAFFIC_INTERNAL_ONLY"),
    ("internal-and-cloud-load-balancing", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
    ("none", "INGRESS_TRAFFIC_NONE"),
];

/// Moves what the annotations of the table say into fields, and leaves the others.
pub(super) fn to_fields(
    table: &[Annotation],
    annotations: &mut Map<String, Value>,
    into: &mut Map<String, Value>,
    refused: &mut Vec<Violation>,
) {
    for row in table {
        let Some(text) = take(annotations, row.key) else { continue };
        match row.form.read(&text) {
            Some(value) => put_path(into, row.path, value),
            None => refused.push(invalid(row.key, &text)),
        }
    }
}

/// The annotations of the table that say what the fields say; absent and false fields say nothing.
pub(super) fn from_fields(table: &[Annotation], fields: &Map<String, Value>) -> Map<String, Value> {
    let mut annotations = Map::new();
    for row in table {
        if let Some(text) = at_path(fields, row.path).and_then(|value| row.form.write(value)) {
            annotations.insert(row.key.to_owned(), json!(text));
        }
    }
    annotations
}

/// Takes one annotation out; an empty one counts as absent.
pub(super) fn take(annotations: &mut Map<String, Value>, key: &str) -> Option<String> {
    let text = annotations.shift_remove(key)?;
    text.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// Takes a `true` or `false` out, or adds a refusal.
pub(super) fn take_flag(
    annotations: &mut Map<String, Value>,
    key: &str,
    refused: &mut Vec<Violation>,
) -> Option<bool> {
    let text = take(annotations, key)?;
    let flag = flag(&text);
    if flag.is_none() {
        refused.push(invalid(key, &text));
    }
    flag
}

/// The refusal of an annotation's text.
pub(super) fn invalid(key: &str, text: &str) -> Violation {
    (format!("metadata.annotations[{key}]"), format!("Invalid value for annotation {key}: {text}"))
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

impl Form {
    fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Text => Some(json!(text)),
            Self::Flag => flag(text).map(Value::from),
            Self::Count => text.parse::<u32>().ok().map(Value::from),
            Self::Word(words) => words.iter().find(|(word, _)| *word == text).map(|(_, name)| json!(name)),
            Self::Json => serde_json::from_str(text).ok(),
            Self::Hours => {
                text.parse::<u32>().ok().map(|hours| json!(format!("{}s", u64::from(hours) * 3600)))
            }
        }
    }

    fn write(self, value: &Value) -> Option<String> {
        match self {
            Self::Text => value.as_str().map(ToOwned::to_owned),
            Self::Flag => value.as_bool().filter(|flag| *flag).map(|flag| flag.to_string()),
            Self::Count => value.as_i64().map(|count| count.to_string()),
            Self::Word(words) => words
                .iter()
                .find(|(_, name)| Some(*name) == value.as_str())
                .map(|(word, _)| (*word).to_owned()),
            Self::Json => Some(value.to_string()),
            Self::Hours => {
                let seconds: u64 = value.as_str()?.strip_suffix('s')?.parse().ok()?;
                Some((seconds / 3600).to_string())
            }
        }
    }
}
