//! What to do about a service of Cloud Run that did not become ready, from what it says of itself. Pure.
//! Sources: Cloud Run Admin v2, `Condition`; Cloud Run's troubleshooting guide; refusals as users quote them.

use model::Json;

use crate::errors::quota_advice;

/// The port of a container that names none. Source: Cloud Run's container contract.
const USUAL_PORT: u64 = 8080;

/// What to do next.
pub(super) fn advice(service: &Json, project: &str) -> String {
    let reason = reason(service);
    let message = service.pointer("/terminalCondition/message").and_then(Json::as_str).unwrap_or_default();
    if let Some(advice) = quota_advice(message, project) {
        return match gpu_quota(service) {
            Some(quota) => format!(
                "how much there is: `gcloud beta quotas info describe {quota} --service=run.googleapis.com \
                 --project={project}`; what runs already counts, so lower maxInstances here or in other GPU services of {}; \
                 {advice}",
                part(service, "locations")
            ),
            None => advice,
        };
    }
    let logs = format!(
        "`gcloud run services logs read {} --region={} --project={project}`",
        part(service, "services"),
        part(service, "locations")
    );
    let still = "the former revision, if there is one, keeps serving";
    let container = serving(service);
    if message.to_lowercase().contains("memory limit") || message.contains("out of memory") {
        let memory = container.and_then(|container| container.pointer("/resources/limits/memory"));
        let memory = memory.and_then(Json::as_str).unwrap_or("512Mi");
        return format!(
            "raise `memory`, now {memory}: files that the container writes count too; logs: {logs}; {still}"
        );
    }
    match reason {
        "CONTAINER_MISSING" => "the image is not in its repository: check its name and that the build pushed it".to_owned(),
        "CONTAINER_PERMISSION_DENIED" | "CONTAINER_IMAGE_UNAUTHORIZED" => {
            "Cloud Run may not pull the image: grant its service agent (service-PROJECT_NUMBER@serverless-robot-prod.iam.gserviceaccount.com) roles/artifactregistry.reader on the repository".to_owned()
        }
        "SECRETS_ACCESS_CHECK_FAILED" => {
            "the service's account needs roles/secretmanager.secretAccessor on each secret it uses".to_owned()
        }
        "PROGRESS_DEADLINE_EXCEEDED" | "HEALTH_CHECK_CONTAINER_ERROR" => {
            let port = container.and_then(|container| container.pointer("/ports/0/containerPort"));
            let port = port.and_then(Json::as_u64).unwrap_or(USUAL_PORT);
            let time = container.and_then(probe_time).map_or_else(String::new, |seconds| format!(" ({seconds} s)"));
            format!(
                "the container must listen on 0.0.0.0:{port}, the port that it gets in PORT, before the startup probe gives \
                 up{time}: check `port`, what the server listens on, and `startupProbe`; its own words: {logs}; {still}"
            )
        }
        _ => format!("{still}; logs: {logs}"),
    }
}

/// Why the service, or its newest revision, is not ready, in the API's own word.
pub(super) fn reason(service: &Json) -> &str {
    ["/terminalCondition/reason", "/terminalCondition/revisionReason"]
        .into_iter()
        .filter_map(|pointer| service.pointer(pointer).and_then(Json::as_str))
        .find(|reason| !reason.is_empty())
        .unwrap_or_default()
}

/// The part of the service's full name that follows a label.
fn part<'service>(service: &'service Json, label: &str) -> &'service str {
    let name = service.get("name").and_then(Json::as_str).unwrap_or_default();
    name.split('/').skip_while(|segment| *segment != label).nth(1).unwrap_or_default()
}

/// The container that gets the requests: the one with a port, else the first.
fn serving(service: &Json) -> Option<&Json> {
    let containers = service.pointer("/template/containers")?.as_array()?;
    containers.iter().find(|container| container.get("ports").is_some()).or_else(|| containers.first())
}

/// How long a container may take to start, in seconds, where its probe says so.
fn probe_time(container: &Json) -> Option<u64> {
    let probe = container.get("startupProbe")?;
    let number = |field: &str| probe.get(field).and_then(Json::as_u64);
    let delay = number("initialDelaySeconds").unwrap_or_default();
    Some(number("periodSeconds")?.saturating_mul(number("failureThreshold")?).saturating_add(delay))
}

/// The quota that a service's GPU counts against: `nvidia-l4` is `NvidiaL4` in it.
fn gpu_quota(service: &Json) -> Option<String> {
    let gpu = service.pointer("/template/nodeSelector/accelerator")?.as_str()?;
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    let name: String = gpu.split('-').map(capital).collect();
    let alone = service.pointer("/template/gpuZonalRedundancyDisabled") == Some(&Json::Bool(true));
    let zones = if alone { "NoZonalRedundancy" } else { "" };
    Some(format!("{name}GpuAlloc{zones}PerProjectRegion"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(message: &str, reason: &str) -> Json {
        json!({
            "name": "projects/p/locations/europe-west1/services/gemma",
            "template": {
                "nodeSelector": {"accelerator": "nvidia-rtx-pro-6000"},
                "gpuZonalRedundancyDisabled": true,
                "containers": [{
                    "ports": [{"containerPort": 11434}],
                    "resources": {"limits": {"memory": "32Gi"}},
                    "startupProbe": {"periodSeconds": 10, "failureThreshold": 24},
                }],
            },
            "terminalCondition": {"message": message, "revisionReason": reason},
        })
    }

    #[test]
    fn each_failure_says_what_it_was_measured_against_and_where_to_look() {
        let health = "HEALTH_CHECK_CONTAINER_ERROR";
        for (message, reason, says) in [
            (
                "failed to start and listen on the port",
                health,
                &["0.0.0.0:11434", "(240 s)", "logs read gemma"][..],
            ),
            ("Memory limit of 32 GiB exceeded", health, &["raise `memory`, now 32Gi", "logs read gemma"][..]),
            (
                "Quota exceeded for total allowable count of GPUs per project per region.",
                "",
                &[
                    "NvidiaRtxPro6000GpuAllocNoZonalRedundancyPerProjectRegion",
                    "ask for more",
                    "europe-west1",
                ][..],
            ),
            ("No such image.", "CONTAINER_MISSING", &["the image is not in its repository"][..]),
            ("Something else.", "", &["--region=europe-west1 --project=p", "keeps serving"][..]),
        ] {
            let advice = advice(&service(message, reason), "p");
            for part in says {
                assert!(advice.contains(part), "{part} in {advice}");
            }
        }
    }
}
