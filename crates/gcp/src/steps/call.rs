//! One request and what is to be waited for afterwards.

use model::{ApiRequest, CloudError, Done, ErrorKind, Json, Method, Progress, Wait};
use tokio::time::Instant;

use super::operation::{OperationFailure, SECOND_TRY, is_operation, is_worth_another_try};
use super::outputs::thing_done;
use super::readback::{ReadBack, must_read_back};
use crate::GoogleCloud;
use crate::created::created_path;
use crate::errors::Reason;
use crate::exchange::Tell;

/// What a request answered.
enum Accepted {
    /// The API's answer.
    Answer(Json),
    /// The thing itself, read back because the answer was lost.
    Thing(Json),
    /// A deletion of what is not there.
    NothingToDelete,
}

/// Tries in all of a request whose operation ended with a problem of the service.
const TRIES: u32 = 2;

impl GoogleCloud {
    /// Sends a request and waits as it says.
    pub(crate) async fn call(
        &self,
        request: &ApiRequest,
        wait: Wait,
        tell: Tell<'_>,
    ) -> Result<Done, CloudError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.call_once(request, wait, tell).await {
                Err(OperationFailure::Ended(code, _)) if is_worth_another_try(code) && tries < TRIES => {
                    tell(Progress::Waiting("the operation had an internal problem, trying again".to_owned()));
                    tokio::time::sleep(SECOND_TRY.min(self.pace.base * 2)).await;
                }
                result => return result.map_err(CloudError::from),
            }
        }
    }

    async fn call_once(
        &self,
        request: &ApiRequest,
        wait: Wait,
        tell: Tell<'_>,
    ) -> Result<Done, OperationFailure> {
        let accepted = self.accepted(request, tell).await.map_err(OperationFailure::NotFollowed)?;
        let body = match (accepted, wait) {
            (Accepted::NothingToDelete, _) => Json::Object(serde_json::Map::new()),
            (Accepted::Answer(answer) | Accepted::Thing(answer), Wait::Nothing) => answer,
            (Accepted::Answer(answer), Wait::Operation) => self.result(request, answer, tell).await?,
            (Accepted::Thing(thing), Wait::Operation) => thing,
            (Accepted::Answer(answer), Wait::Ready) => {
                let service = match self.result(request, answer, tell).await {
                    Ok(result) => result.get("terminalCondition").is_some().then_some(result),
                    Err(OperationFailure::Ended(code, error)) => {
                        self.after_failed_rollout(request, code, error, tell).await?
                    }
                    Err(failure) => return Err(failure),
                };
                self.ready(&thing_path(request), service, request, tell)
                    .await
                    .map_err(OperationFailure::NotFollowed)?
            }
            (Accepted::Thing(service), Wait::Ready) => self
                .ready(&thing_path(request), Some(service), request, tell)
                .await
                .map_err(OperationFailure::NotFollowed)?,
            (Accepted::Answer(answer) | Accepted::Thing(answer), Wait::Gone) => {
                let body = self.result(request, answer, tell).await?;
                self.gone(request, tell).await.map_err(OperationFailure::NotFollowed)?;
                body
            }
        };
        Ok(self.finished(request, body))
    }

    /// What the service itself says after its operation failed. After a problem of the operation alone the service
    /// is judged; after any other failure its condition tells what to do next.
    async fn after_failed_rollout(
        &self,
        request: &ApiRequest,
        code: u64,
        error: CloudError,
        tell: Tell<'_>,
    ) -> Result<Option<Json>, OperationFailure> {
        let get = ApiRequest::get(request.api, thing_path(request));
        let Ok(service) = self.ask(&get, tell).await else {
            return Err(OperationFailure::Ended(code, error));
        };
        if is_worth_another_try(code) {
            return Ok(Some(service));
        }
        let advised = match &error.help {
            Some(_) => error,
            None => error.with_help(self.rollout_advice(&service)),
        };
        Err(OperationFailure::Ended(code, advised))
    }

    fn finished(&self, request: &ApiRequest, body: Json) -> Done {
        self.caused.note(request, &body);
        thing_done(body)
    }

    /// Sends a request until it is accepted, reading back where an answer was lost.
    async fn accepted(&self, request: &ApiRequest, tell: Tell<'_>) -> Result<Accepted, CloudError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let failure = match self.ask(request, tell).await {
                Ok(answer) => return Ok(Accepted::Answer(answer)),
                Err(failure) => failure,
            };
            let reason = failure.problem().map(crate::errors::Problem::reason);
            if request.method == Method::Delete && reason == Some(Reason::NotFound) {
                return Ok(Accepted::NothingToDelete);
            }
            if !must_read_back(&failure) {
                return Err(self.explain(failure, request));
            }
            tell(Progress::Waiting("the answer was lost, looking at what is there".to_owned()));
            match self.read_back(request).await? {
                ReadBack::Written(thing) => return Ok(Accepted::Thing(thing)),
                ReadBack::Absent if tries < 3 => tokio::time::sleep(self.pace.backoff(tries)).await,
                ReadBack::Absent | ReadBack::Unclear => return Err(self.explain(failure, request)),
            }
        }
    }

    /// The result of an answer: an operation's response, or the answer itself when the API was done at once.
    async fn result(
        &self,
        request: &ApiRequest,
        answer: Json,
        tell: Tell<'_>,
    ) -> Result<Json, OperationFailure> {
        if !is_operation(&answer) {
            return Ok(answer);
        }
        let mut operation = self.operation(request, answer, tell).await?;
        Ok(operation.get_mut("response").map(Json::take).unwrap_or_default())
    }

    /// Waits until a GET of the deleted thing finds nothing.
    async fn gone(&self, request: &ApiRequest, tell: Tell<'_>) -> Result<(), CloudError> {
        let began = Instant::now();
        // From here on "not found" is the wanted answer, not one to wait through.
        self.caused.note(request, &Json::Null);
        let get = ApiRequest::get(request.api, request.path.clone());
        tell(Progress::Waiting("waiting until it is gone".to_owned()));
        loop {
            match self.ask(&get, tell).await {
                Ok(_) => {}
                Err(failure)
                    if failure.problem().is_some_and(|problem| problem.reason() == Reason::NotFound) =>
                {
                    return Ok(());
                }
                Err(failure) => return Err(self.explain(failure, &get)),
            }
            if began.elapsed() > self.pace.operation {
                let minutes = self.pace.operation.as_secs() / 60;
                return Err(CloudError::new(
                    ErrorKind::Timeout,
                    format!("it was not gone within {minutes} minutes"),
                )
                .at(request)
                .with_help("run the same command again"));
            }
            tokio::time::sleep(self.pace.poll(began.elapsed())).await;
        }
    }
}

/// Where the thing is that a create or change is about.
fn thing_path(request: &ApiRequest) -> String {
    created_path(request).unwrap_or_else(|| request.path.clone())
}
