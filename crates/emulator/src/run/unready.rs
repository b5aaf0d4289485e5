//! Why a revision does not become ready when it is made to fail: condition, error code and text as the real service
//! gives them. Sources: Cloud Run's troubleshooting guide, and refusals as users quote them.

use serde_json::{Map, Value};

use super::rollout::image_of;
use super::state::Complaint;
use crate::world::{Cause, Failure};

/// The operation's error code and the condition.
pub(super) fn refusal(failure: &Failure, revision: &str, template: &Map<String, Value>) -> (i64, Complaint) {
    let container = serving(template);
    let limit =
        |name: &str| container.and_then(|container| container.pointer(&format!("/resources/limits/{name}")));
    let (code, revision_reason, usual) = match failure.cause {
        Some(Cause::Port) | None => {
            let port = container.and_then(|container| container.pointer("/ports/0/containerPort"));
            let port = port.and_then(Value::as_i64).unwrap_or(8080);
            let text = format!(
                "The user-provided container failed to start and listen on the port defined provided by the PORT={port} \
                 environment variable within the allocated timeout. This can happen when the container port is \
                 misconfigured or if the timeout is too short. The health check timeout can be extended. Logs for this \
                 revision might contain more information."
            );
            (9, Some("HEALTH_CHECK_CONTAINER_ERROR"), text)
        }
        Some(Cause::Memory) => {
            let memory = limit("memory")
                .and_then(Value::as_str)
                .unwrap_or("512Mi")
                .replace("Gi", " GiB")
                .replace("Mi", " MiB");
            let text = format!(
                "Memory limit of {memory} exceeded while the container started. Consider increasing the memory limit, \
                 see https://cloud.google.com/run/docs/configuring/memory-limits"
            );
            (9, Some("HEALTH_CHECK_CONTAINER_ERROR"), text)
        }
        Some(Cause::GpuQuota) => {
            let text = "Quota exceeded for total allowable count of GPUs per project per region.".to_owned();
            (8, None, text)
        }
    };
    let text = failure.message.clone().unwrap_or(usual);
    // One of the two, as the API gives it.
    let complaint = Complaint {
        reason: revision_reason.is_none().then(|| "REVISION_FAILED".into()),
        revision_reason: revision_reason.map(Into::into),
        message: format!("Revision '{revision}' is not ready and cannot serve traffic. {text}"),
    };
    (code, complaint)
}

/// The container that serves, as [`image_of`] finds its image.
fn serving(template: &Map<String, Value>) -> Option<&Value> {
    let image = image_of(template)?;
    let containers = template.get("containers")?.as_array()?;
    containers.iter().find(|container| container.get("image").and_then(Value::as_str) == Some(image))
}
