//! Judges whether a Cloud Run service works after its operation ended: a finished operation does not say healthy
//! (recorded). Source: Cloud Run Admin v2, `Service.terminalCondition`.

use std::time::Duration;

use model::{ApiRequest, CloudError, ErrorKind, Json, Progress, last_part};
use tokio::time::Instant;

use super::rollout::{advice, reason};
use crate::GoogleCloud;
use crate::errors::tidy;
use crate::exchange::Supervised;

/// How a service is.
#[derive(Debug, PartialEq)]
enum Judgement {
    Ready,
    Changing(String),
    /// It calls itself ready while its newest revision is not: a moment's lag, or a revision that failed.
    Lagging(String),
    Unready {
        text: String,
    },
}

/// How long a service may call itself ready before its newest revision is.
const LAG: Duration = Duration::from_secs(15);

impl GoogleCloud {
    /// Waits until a service is ready, starting from what is known of it.
    pub(super) async fn ready(
        &self,
        path: &str,
        service: Option<Json>,
        request: &ApiRequest,
        supervisor: Supervised<'_>,
    ) -> Result<Json, CloudError> {
        let began = Instant::now();
        let get = ApiRequest::get(request.api, path);
        let mut known = service;
        let mut told = String::new();
        loop {
            let service = match known.take() {
                Some(service) => service,
                None => self.ask(&get, supervisor).await.map_err(|failure| self.explain(failure, &get))?,
            };
            match judge(&service) {
                Judgement::Ready => return Ok(service),
                Judgement::Unready { text } => {
                    return Err(CloudError::new(ErrorKind::Failed, text)
                        .at(request)
                        .with_help(advice(&service, self.target.project.as_str())));
                }
                Judgement::Lagging(text) if began.elapsed() > LAG.min(self.pace.propagation) => {
                    return Err(CloudError::new(ErrorKind::Failed, text)
                        .at(request)
                        .with_help(advice(&service, self.target.project.as_str())));
                }
                Judgement::Changing(doing) | Judgement::Lagging(doing) => {
                    if began.elapsed() > self.pace.operation {
                        let minutes = self.pace.operation.as_secs() / 60;
                        let text = format!("the service was not ready within {minutes} minutes: {doing}");
                        return Err(CloudError::new(ErrorKind::Timeout, text).at(request).with_help(
                            format!(
                                "running again is safe: it goes on from what is there; {}",
                                advice(&service, self.target.project.as_str())
                            ),
                        ));
                    }
                    if doing != told {
                        supervisor.tell(Progress::Waiting(doing.clone()));
                        told = doing;
                    }
                    tokio::time::sleep(self.pace.poll(began.elapsed())).await;
                }
            }
        }
    }
}

fn judge(service: &Json) -> Judgement {
    let text = |pointer: &str| service.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let message = tidy(text("/terminalCondition/message"));
    let or_else = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.clone() };
    if service.get("reconciling") == Some(&Json::Bool(true)) {
        return Judgement::Changing(or_else("the new revision starts"));
    }
    // Unknown states are none that says "succeeded"; they change or they run into the deadline.
    match text("/terminalCondition/state") {
        "CONDITION_FAILED" => {
            let reason = reason(service);
            let shown = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            Judgement::Unready { text: format!("the service is not ready: {}{shown}", or_else("no message")) }
        }
        "CONDITION_SUCCEEDED" => match (text("/latestReadyRevision"), text("/latestCreatedRevision")) {
            (ready, created) if ready != created => {
                Judgement::Lagging(format!("revision {} is not ready", last_part(created)))
            }
            _ if text("/observedGeneration") != text("/generation") => {
                Judgement::Changing("the change is not observed yet".to_owned())
            }
            _ => Judgement::Ready,
        },
        _ => Judgement::Changing(or_else("the service starts")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_is_judged_by_condition_and_revisions() {
        let service = |state: &str, ready: &str, reconciling: bool| {
            json!({"terminalCondition": {"type": "Ready", "state": state, "message": "", "reason": "CONTAINER_MISSING"},
                "latestReadyRevision": ready, "latestCreatedRevision": "s-00002-a", "generation": "2",
                "observedGeneration": "2", "reconciling": reconciling})
        };
        assert_eq!(judge(&service("CONDITION_SUCCEEDED", "s-00002-a", false)), Judgement::Ready);
        assert!(matches!(judge(&service("CONDITION_SUCCEEDED", "s-00001-a", false)), Judgement::Lagging(_)));
        assert!(matches!(judge(&service("CONDITION_SUCCEEDED", "s-00002-a", true)), Judgement::Changing(_)));
        assert!(matches!(judge(&service("CONDITION_PENDING", "", false)), Judgement::Changing(_)));
        assert_eq!(
            judge(&service("CONDITION_FAILED", "s-00001-a", false)),
            Judgement::Unready { text: "the service is not ready: no message (CONTAINER_MISSING)".into() }
        );
    }
}
