//! Labels and annotations of v1: which belong to users, and which the server writes itself.

use serde_json::{Map, Value};

use crate::run::rules::{SYSTEM_NAMESPACES, Violation};

/// Annotations that only the server writes; a caller sends back what it has read.
const BY_SERVER: [&str; 6] = [
    "serving.knative.dev/creator",
    "serving.knative.dev/lastModifier",
    "run.googleapis.com/operation-id",
    "run.googleapis.com/ingress-status",
    "run.googleapis.com/urls",
    // Part of the build's name, which v2 has.
    "run.googleapis.com/build-id",
];

/// The labels without those of the system, such as the location.
pub(super) fn of_users(mut labels: Map<String, Value>) -> Map<String, Value> {
    labels.retain(|key, _| !is_system(key));
    labels
}

/// The annotations that v2 calls annotations too. Those of the system that nothing has understood are refused.
pub(super) fn annotations_of_users(
    mut annotations: Map<String, Value>,
    at: &str,
    refused: &mut Vec<Violation>,
) -> Map<String, Value> {
    annotations.retain(|key, _| {
        if !is_system(key) {
            return true;
        }
        if !BY_SERVER.contains(&key.as_str()) {
            refused.push((
                format!("{at}.annotations[{key}]"),
                format!("The annotation {key} is not supported by Cloud Run."),
            ));
        }
        false
    });
    annotations
}

fn is_system(key: &str) -> bool {
    key.split_once('/').is_some_and(|(namespace, _)| SYSTEM_NAMESPACES.contains(&namespace))
}
