//! Enums as numbers: how Google's generated clients send them over REST, and ask for them with
//! `$alt=json;enum-encoding=int`. The services here speak names; this translates at their door. Knows no service's rules.
//!
//! Source: the numbers of the published protobuf definitions of Cloud Run v2, Artifact Registry v1 and Cloud Build v1;
//! AIP-127 and the system parameter `$alt`.

use bytes::Bytes;
use serde_json::Value;

use crate::call::{Answer, Call, Payload, Query};

/// The names of a field's enum with their numbers.
type Names = &'static [(&'static str, u8)];

const RUN: &[(&str, Names)] = &[
    ("egress", &[("ALL_TRAFFIC", 1), ("PRIVATE_RANGES_ONLY", 2)]),
    ("encryptionKeyRevocationAction", &[("PREVENT_NEW", 1), ("SHUTDOWN", 2)]),
    ("executionEnvironment", &[("EXECUTION_ENVIRONMENT_GEN1", 1), ("EXECUTION_ENVIRONMENT_GEN2", 2)]),
    (
        "ingress",
        &[
            ("INGRESS_TRAFFIC_ALL", 1),
            ("INGRESS_TRAFFIC_INTERNAL_ONLY", 2),
            ("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", 3),
            ("INGRESS_TRAFFIC_NONE", 4),
        ],
    ),
    (
        "launchStage",
        &[
            ("EARLY_ACCESS", 1),
            ("ALPHA", 2),
            ("BETA", 3),
            ("GA", 4),
            ("DEPRECATED", 5),
            ("UNIMPLEMENTED", 6),
            ("PRELAUNCH", 7),
        ],
    ),
    ("medium", &[("MEMORY", 1)]),
    (
        "reason",
        &[
            ("UNKNOWN", 1),
            ("REVISION_FAILED", 3),
            ("PROGRESS_DEADLINE_EXCEEDED", 4),
            ("CONTAINER_MISSING", 6),
            ("CONTAINER_PERMISSION_DENIED", 7),
            ("CONTAINER_IMAGE_UNAUTHORIZED", 8),
            ("CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED", 9),
            ("ENCRYPTION_KEY_PERMISSION_DENIED", 10),
            ("ENCRYPTION_KEY_CHECK_FAILED", 11),
            ("SECRETS_ACCESS_CHECK_FAILED", 12),
            ("WAITING_FOR_OPERATION", 13),
            ("IMMEDIATE_RETRY", 14),
            ("POSTPONED_RETRY", 15),
            ("INTERNAL", 16),
            ("VPC_NETWORK_NOT_FOUND", 17),
        ],
    ),
    (
        "revisionReason",
        &[
            ("PENDING", 1),
            ("RESERVE", 2),
            ("RETIRED", 3),
            ("RETIRING", 4),
            ("RECREATING", 5),
            ("HEALTH_CHECK_CONTAINER_ERROR", 6),
            ("CUSTOMIZED_PATH_RESPONSE_PENDING", 7),
            ("MIN_INSTANCES_NOT_PROVISIONED", 8),
            ("ACTIVE_REVISION_LIMIT_REACHED", 9),
            ("NO_DEPLOYMENT", 10),
            ("HEALTH_CHECK_SKIPPED", 11),
            ("MIN_INSTANCES_WARMING", 12),
        ],
    ),
    ("scalingMode", &[("AUTOMATIC", 1), ("MANUAL", 2)]),
    ("severity", &[("ERROR", 1), ("WARNING", 2), ("INFO", 3)]),
    (
        "state",
        &[
            ("CONDITION_PENDING", 1),
            ("CONDITION_RECONCILING", 2),
            ("CONDITION_FAILED", 3),
            ("CONDITION_SUCCEEDED", 4),
        ],
    ),
    ("type", &[("TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", 1), ("TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", 2)]),
];

const REGISTRY: &[(&str, Names)] = &[
    ("action", &[("DELETE", 1), ("KEEP", 2)]),
    ("enablementConfig", &[("INHERITED", 1), ("DISABLED", 2)]),
    ("enablementState", &[("SCANNING_UNSUPPORTED", 1), ("SCANNING_DISABLED", 2), ("SCANNING_ACTIVE", 3)]),
    (
        "format",
        &[
            ("DOCKER", 1),
            ("MAVEN", 2),
            ("NPM", 3),
            ("APT", 5),
            ("YUM", 6),
            ("PYTHON", 8),
            ("KFP", 9),
            ("GO", 10),
            ("GENERIC", 11),
            ("RUBY", 12),
        ],
    ),
    ("mode", &[("STANDARD_REPOSITORY", 1), ("VIRTUAL_REPOSITORY", 2), ("REMOTE_REPOSITORY", 3)]),
    ("tagState", &[("TAGGED", 1), ("UNTAGGED", 2), ("ANY", 3)]),
];

const BUILD: &[(&str, Names)] = &[
    ("defaultLogsBucketBehavior", &[("REGIONAL_USER_OWNED_BUCKET", 1), ("LEGACY_BUCKET", 2)]),
    ("logStreamingOption", &[("STREAM_ON", 1), ("STREAM_OFF", 2)]),
    (
        "logging",
        &[("LEGACY", 1), ("GCS_ONLY", 2), ("STACKDRIVER_ONLY", 3), ("NONE", 4), ("CLOUD_LOGGING_ONLY", 5)],
    ),
    (
        "machineType",
        &[
            ("N1_HIGHCPU_8", 1),
            ("N1_HIGHCPU_32", 2),
            ("E2_HIGHCPU_8", 5),
            ("E2_HIGHCPU_32", 6),
            ("E2_MEDIUM", 7),
            ("E2_STANDARD_2", 11),
        ],
    ),
    ("requestedVerifyOption", &[("VERIFIED", 1), ("BEST_EFFORT", 3)]),
    (
        "status",
        &[
            ("QUEUED", 1),
            ("WORKING", 2),
            ("SUCCESS", 3),
            ("FAILURE", 4),
            ("INTERNAL_ERROR", 5),
            ("TIMEOUT", 6),
            ("CANCELLED", 7),
            ("EXPIRED", 9),
            ("PENDING", 10),
        ],
    ),
    ("substitutionOption", &[("ALLOW_LOOSE", 1)]),
    (
        "type",
        &[
            ("PUSH_FAILED", 1),
            ("PUSH_IMAGE_NOT_FOUND", 2),
            ("PUSH_NOT_AUTHORIZED", 3),
            ("LOGGING_FAILURE", 4),
            ("USER_BUILD_STEP", 5),
            ("FETCH_SOURCE_FAILED", 6),
        ],
    ),
];

/// Whether the answer is to have numbers in place of names.
pub(crate) fn are_wanted(query: &Query) -> bool {
    query.get("$alt").is_some_and(|alt| alt.split(';').any(|part| part.trim() == "enum-encoding=int"))
}

/// The call with names in place of numbers in its body. A number that the table does not know is left to the service,
/// which refuses it.
pub(crate) fn named(call: Call) -> Call {
    let Some(table) = table_of(&call).filter(|_| !call.body.is_empty()) else { return call };
    let Ok(mut body) = serde_json::from_slice::<Value>(&call.body) else { return call };
    each(&mut body, &mut |field, value| {
        let Some(number) = value.as_u64() else { return };
        let names = table.iter().find(|(known, _)| *known == field).map(|(_, names)| *names);
        let name = names.and_then(|names| names.iter().find(|(_, known)| u64::from(*known) == number));
        if let Some((name, _)) = name {
            *value = (*name).into();
        }
    });
    Call { body: Bytes::from(body.to_string()), ..call }
}

/// The answer with numbers in place of names.
pub(crate) fn numbered(answer: Answer) -> Answer {
    match answer.payload {
        Payload::Json(mut body) => {
            each(&mut body, &mut |field, value| {
                let Some(text) = value.as_str() else { return };
                let named = [RUN, REGISTRY, BUILD].into_iter().flatten().filter(|(known, _)| *known == field);
                let number = named.flat_map(|(_, names)| *names).find(|(name, _)| *name == text);
                if let Some((_, number)) = number {
                    *value = (*number).into();
                }
            });
            Answer { payload: Payload::Json(body), ..answer }
        }
        Payload::Bytes(..) | Payload::Empty => answer,
    }
}

/// The enums of the API that a call goes to, by what its path names.
fn table_of(call: &Call) -> Option<&'static [(&'static str, Names)]> {
    let names = |segment: &str| call.segments.iter().any(|found| found == segment);
    if names("repositories") {
        Some(REGISTRY)
    } else if names("builds") {
        Some(BUILD)
    } else if call.segments.first().is_some_and(|version| version == "v2") && names("services") {
        Some(RUN)
    } else {
        None
    }
}

/// Shows every value that stands under a name, alone or in a list.
fn each(value: &mut Value, show: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(items) => items.iter_mut().for_each(|item| {
                        show(name, item);
                        each(item, show);
                    }),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                        show(name, value);
                        each(value, show);
                    }
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, show)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Lab;

    const REPOSITORIES: &str = "/v1/projects/demo-project/locations/europe-west1/repositories";

    #[tokio::test]
    async fn generated_clients_may_send_enums_as_numbers_and_ask_for_numbers() {
        let lab = Lab::enabled(&["artifactregistry.googleapis.com"]).await;
        let create = format!("{REPOSITORIES}?repositoryId=models&$alt=json%3Benum-encoding%3Dint");
        lab.call("POST", &create, &json!({"format": 1})).await.expect(200);
        let path = format!("{REPOSITORIES}/models");
        assert_eq!(lab.get(&path).await.json()["format"], "DOCKER");
        let asked = lab.get(&format!("{path}?$alt=json%3Benum-encoding%3Dint")).await;
        assert_eq!(asked.json()["format"], 1);
    }

    #[tokio::test]
    async fn a_number_that_stands_for_nothing_is_refused() {
        let lab = Lab::enabled(&["artifactregistry.googleapis.com"]).await;
        let create = format!("{REPOSITORIES}?repositoryId=models");
        lab.call("POST", &create, &json!({"format": 99})).await.expect(400);
    }
}
