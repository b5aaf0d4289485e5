//! Waits for a long-running operation: the API's own wait method where there is one, else polls whose distance grows
//! with the elapsed time. Source: AIP-151; `operations.wait` of Cloud Run Admin v2 (best effort).

use std::time::Duration;

use model::{Api, ApiRequest, CloudError, ErrorKind, Json, Progress};
use tokio::time::Instant;

use crate::GoogleCloud;
use crate::errors::{Context, Problem, explain_ended};
use crate::exchange::Supervised;
use crate::http::is_plain_path;

/// Why an operation gave no result.
pub(super) enum OperationFailure {
    /// It ended with an error, whose code (`google.rpc.Code`) is given.
    Ended(u64, CloudError),
    /// It could not be followed to its end.
    NotFollowed(CloudError),
}

impl From<OperationFailure> for CloudError {
    fn from(failure: OperationFailure) -> Self {
        match failure {
            OperationFailure::Ended(_, error) | OperationFailure::NotFollowed(error) => error,
        }
    }
}

enum Poll {
    /// `POST v2/NAME:wait`, which answers when the operation is done or the time is over.
    Wait,
    /// `GET NAME`.
    Get,
}

/// Whether an answer is an operation: it has its name, or is a finished one.
pub(super) fn is_operation(answer: &Json) -> bool {
    let named = answer
        .get("name")
        .and_then(Json::as_str)
        .is_some_and(|name| name.starts_with("operations/") || name.contains("/operations/"));
    named || answer.get("done").is_some_and(Json::is_boolean)
}

impl GoogleCloud {
    /// Follows an operation to its end and gives it back finished.
    pub(super) async fn operation(
        &self,
        request: &ApiRequest,
        answer: Json,
        supervisor: Supervised<'_>,
    ) -> Result<Json, OperationFailure> {
        let began = Instant::now();
        let mut poll = if request.api == Api::Run { Poll::Wait } else { Poll::Get };
        let mut operation = answer;
        let mut told = String::new();
        loop {
            if let Some(error) = operation.get("error") {
                return Err(self.ended(request, error));
            }
            if operation.get("done") == Some(&Json::Bool(true)) {
                return Ok(operation);
            }
            let doing = doing(&operation);
            if doing != told {
                supervisor.tell(Progress::Waiting(doing.clone()));
                told = doing;
            }
            if began.elapsed() > self.pace.operation {
                return Err(OperationFailure::NotFollowed(
                    CloudError::new(
                        ErrorKind::Timeout,
                        format!(
                            "the operation did not end within {} minutes",
                            self.pace.operation.as_secs() / 60
                        ),
                    )
                    .at(request)
                    .with_help("it may still go on; running again is safe: it starts from what is there"),
                ));
            }
            operation = self
                .poll(request, &operation, &mut poll, began, supervisor)
                .await
                .map_err(OperationFailure::NotFollowed)?;
        }
    }

    async fn poll(
        &self,
        request: &ApiRequest,
        operation: &Json,
        poll: &mut Poll,
        began: Instant,
        supervisor: Supervised<'_>,
    ) -> Result<Json, CloudError> {
        let path = operation_path(request.api, operation).map_err(|error| error.at(request))?;
        if matches!(poll, Poll::Wait) {
            let asked = Instant::now();
            let timeout = format!("{}s", self.pace.long_poll.as_secs().max(1));
            let wait = ApiRequest::post(
                request.api,
                format!("{path}:wait"),
                serde_json::json!({ "timeout": timeout }),
            );
            match self.ask(&wait, supervisor).await {
                Ok(answer) => {
                    // The method is best effort: one that comes back at once must not be called in a loop.
                    if answer.get("done") != Some(&Json::Bool(true)) {
                        let pause = self.pace.poll(began.elapsed());
                        tokio::time::sleep(pause.saturating_sub(asked.elapsed())).await;
                    }
                    return Ok(answer);
                }
                Err(failure) if matches!(failure.http(), 400 | 403 | 404 | 405 | 501) => *poll = Poll::Get,
                Err(failure) => return Err(self.explain(failure, &wait)),
            }
        }
        tokio::time::sleep(self.pace.poll(began.elapsed())).await;
        let get = ApiRequest::get(request.api, path);
        self.ask(&get, supervisor).await.map_err(|failure| self.explain(failure, &get))
    }

    fn ended(&self, request: &ApiRequest, error: &Json) -> OperationFailure {
        let code = error.get("code").and_then(Json::as_u64).unwrap_or_default();
        let mut problem = Problem::of_json(http_of(code), error);
        if problem.status.is_empty() && code == 8 {
            "RESOURCE_EXHAUSTED".clone_into(&mut problem.status);
        }
        let context = Context {
            project: self.target.project.as_str(),
            endpoint: self.endpoint_shown(),
            api: request.api,
            method: request.method,
            path: &request.path,
            member: None,
        };
        OperationFailure::Ended(code, explain_ended(&problem, &context).at(request))
    }
}

/// Where an operation is read, from its name. The name comes from a server and is used as a path only.
fn operation_path(api: Api, operation: &Json) -> Result<String, CloudError> {
    let version = match api {
        Api::Logging | Api::Run => "v2",
        Api::ResourceManager => "v3",
        Api::ArtifactRegistry
        | Api::CloudBilling
        | Api::CloudBuild
        | Api::CloudQuotas
        | Api::Iam
        | Api::ServiceUsage
        | Api::Storage => "v1",
    };
    match operation.get("name").and_then(Json::as_str) {
        Some(name) if is_plain_path(name) => Ok(format!("{version}/{name}")),
        Some(_) | None => {
            Err(CloudError::new(ErrorKind::Malformed, "the operation in the answer has no usable name"))
        }
    }
}

/// What an operation is doing, as far as it says so: the first condition of a service that is not there yet.
fn doing(operation: &Json) -> String {
    let conditions = operation.pointer("/metadata/conditions").and_then(Json::as_array);
    let pending = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition.get("state").and_then(Json::as_str) != Some("CONDITION_SUCCEEDED"));
    let text = |name: &str| pending.and_then(|condition| condition.get(name)).and_then(Json::as_str);
    match (text("type"), text("message")) {
        (Some(kind), Some(message)) => format!("{kind}: {}", crate::errors::tidy(message)),
        (Some(kind), None) => format!("waiting for {kind}"),
        (None, _) => "operation running".to_owned(),
    }
}

/// The HTTP status that goes with a `google.rpc.Code`. Source: the comments of `google/rpc/code.proto`.
fn http_of(code: u64) -> u16 {
    match code {
        3 | 9 | 11 => 400,
        5 => 404,
        6 | 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        4 => 504,
        16 => 401,
        _ => 500,
    }
}

/// Codes after which one more try makes sense: INTERNAL and UNAVAILABLE.
pub(super) fn is_worth_another_try(code: u64) -> bool {
    matches!(code, 13 | 14)
}

/// The longest pause before such a try.
pub(super) const SECOND_TRY: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_polled_where_each_api_keeps_them() {
        for (api, name, expected) in [
            (Api::Run, "projects/p/locations/l/operations/1", Some("v2/projects/p/locations/l/operations/1")),
            (Api::ServiceUsage, "operations/acat.p2-1-a", Some("v1/operations/acat.p2-1-a")),
            (
                Api::ArtifactRegistry,
                "projects/p/locations/l/operations/1",
                Some("v1/projects/p/locations/l/operations/1"),
            ),
            (Api::Run, "https://evil.example/operations/1", None),
            (Api::Run, "../../storage/v1/b/x", None),
        ] {
            assert_eq!(operation_path(api, &json!({"name": name})).ok().as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn operations_are_told_from_resources() {
        for (answer, expected) in [
            (json!({"name": "operations/acat.p2-1"}), true),
            (json!({"name": "projects/p/locations/l/operations/1", "done": true}), true),
            (json!({"name": "operations/noop.DONE_OPERATION", "done": true}), true),
            (json!({"name": "projects/p/locations/l/repositories/r"}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_operation(&answer), expected, "{answer}");
        }
    }
}
