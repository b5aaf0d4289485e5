//! One request and what is to be waited for afterwards.

use model::{ApiRequest, CloudError, Done, ErrorKind, Json, Method, Progress, Wait};
use tokio::time::Instant;

use super::operation::{OperationFailure, SECOND_TRY, is_operation, is_worth_another_try};
use super::outputs::thing_done;
use super::readback::{ReadBack, must_read_back};
use super::rollout::advice;
use crate::GoogleCloud;
use crate::caused::NAME_REUSE;
use crate::created::created_path;
use crate::errors::{Fate, Problem, Reason};
use crate::exchange::Supervised;

/// What a request answered.
enum Accepted {
    /// The API's answer.
    Answer(Json),
    /// The thing itself, read back because the answer was lost.
    Thing(Json),
    /// A deletion of what is not there, or something that is off already.
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
        supervisor: Supervised<'_>,
    ) -> Result<Done, CloudError> {
        let mut tries = 0;
        let mut there = None;
        loop {
            tries += 1;
            let accepted = match there.take() {
                Some(thing) => Accepted::Thing(thing),
                None => self.accepted(request, supervisor).await?,
            };
            match self.followed(request, accepted, wait, supervisor).await {
                Err(OperationFailure::Ended(code, _)) if is_worth_another_try(code) && tries < TRIES => {
                    supervisor.tell(Progress::Waiting(
                        "the operation had an internal problem, trying again".to_owned(),
                    ));
                    tokio::time::sleep(SECOND_TRY.min(self.pace.base * 2)).await;
                    // It may have done its work all the same.
                    if let Ok(ReadBack::Written(thing)) = self.read_back(request).await {
                        there = Some(thing);
                    }
                }
                // It was accepted, whatever kept the rest from being seen.
                result => return result.map_err(|failure| CloudError::from(failure).begun()),
            }
        }
    }

    async fn followed(
        &self,
        request: &ApiRequest,
        accepted: Accepted,
        wait: Wait,
        supervisor: Supervised<'_>,
    ) -> Result<Done, OperationFailure> {
        let body = match (accepted, wait) {
            (Accepted::NothingToDelete, _) => Json::Object(serde_json::Map::new()),
            (Accepted::Answer(answer) | Accepted::Thing(answer), Wait::Nothing) => answer,
            (Accepted::Answer(answer), Wait::Operation) => self.result(request, answer, supervisor).await?,
            (Accepted::Thing(thing), Wait::Operation) => thing,
            (Accepted::Answer(answer), Wait::Ready) => {
                let service = match self.result(request, answer, supervisor).await {
                    Ok(result) => result.get("terminalCondition").is_some().then_some(result),
                    Err(OperationFailure::Ended(code, error)) => {
                        self.after_failed_rollout(request, code, error, supervisor).await?
                    }
                    Err(failure) => return Err(failure),
                };
                self.ready(&thing_path(request), service, request, supervisor)
                    .await
                    .map_err(OperationFailure::NotFollowed)?
            }
            (Accepted::Thing(service), Wait::Ready) => self
                .ready(&thing_path(request), Some(service), request, supervisor)
                .await
                .map_err(OperationFailure::NotFollowed)?,
            (Accepted::Answer(answer) | Accepted::Thing(answer), Wait::Gone) => {
                let body = self.result(request, answer, supervisor).await?;
                self.gone(request, supervisor).await.map_err(OperationFailure::NotFollowed)?;
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
        supervisor: Supervised<'_>,
    ) -> Result<Option<Json>, OperationFailure> {
        let get = ApiRequest::get(request.api, thing_path(request));
        let Ok(service) = self.ask(&get, supervisor).await else {
            return Err(OperationFailure::Ended(code, error));
        };
        if is_worth_another_try(code) {
            return Ok(Some(service));
        }
        // What a service that does not work says of itself tells more than the operation's code, a lack of permission excepted.
        let works =
            service.pointer("/terminalCondition/state").and_then(Json::as_str) == Some("CONDITION_SUCCEEDED");
        let advised = if works || error.kind == ErrorKind::Denied {
            error
        } else {
            error.with_help(advice(&service, self.target.project.as_str()))
        };
        Err(OperationFailure::Ended(code, advised))
    }

    fn finished(&self, request: &ApiRequest, body: Json) -> Done {
        self.caused.note(request, &body);
        thing_done(body)
    }

    /// Sends a request until it is accepted, reading back where an answer was lost or a free name is said to be taken.
    async fn accepted(
        &self,
        request: &ApiRequest,
        supervisor: Supervised<'_>,
    ) -> Result<Accepted, CloudError> {
        let began = Instant::now();
        let mut tries = 0;
        let mut fate = Fate::NotDone;
        loop {
            tries += 1;
            let mut failure = match self.ask(request, supervisor).await {
                Ok(answer) => return Ok(Accepted::Answer(answer)),
                Err(failure) => failure,
            };
            let reason = failure.problem().map(Problem::reason);
            if request.method == Method::Delete && reason == Some(Reason::NotFound) {
                return Ok(Accepted::NothingToDelete);
            }
            // An earlier attempt that may have been carried out explains the refusal of a later one.
            if failure.fate == Fate::PerhapsDone {
                fate = Fate::PerhapsDone;
            }
            failure.fate = fate;
            let taken = is_taken(request, reason);
            if !taken && !must_read_back(request, &failure) {
                return Err(self.explain(failure, request));
            }
            if fate == Fate::PerhapsDone {
                supervisor
                    .tell(Progress::Waiting("the answer was lost, looking at what is there".to_owned()));
            }
            let waited_enough = began.elapsed() >= NAME_REUSE.min(self.pace.propagation);
            match (self.read_back(request).await, fate) {
                (Ok(ReadBack::Written(thing)), Fate::PerhapsDone) => return Ok(Accepted::Thing(thing)),
                (Ok(ReadBack::Gone), _) => return Ok(Accepted::NothingToDelete),
                // Taken, and nothing there: what had the name is still going, or what was made is on its way.
                (Ok(ReadBack::Absent), _) if taken && !waited_enough => {
                    supervisor.tell(Progress::Waiting(on_its_way(fate).to_owned()));
                    tokio::time::sleep(self.pace.backoff(tries).max(self.pace.poll_floor)).await;
                }
                (Ok(ReadBack::Absent), _) if !taken && tries < 3 => {
                    tokio::time::sleep(self.pace.backoff(tries)).await;
                }
                (Ok(ReadBack::Written(_) | ReadBack::Absent | ReadBack::Unclear) | Err(_), _) => {
                    return Err(self.explain(failure, request));
                }
            }
        }
    }

    /// The result of an answer: an operation's response, or the answer itself when the API was done at once.
    async fn result(
        &self,
        request: &ApiRequest,
        answer: Json,
        supervisor: Supervised<'_>,
    ) -> Result<Json, OperationFailure> {
        if !is_operation(&answer) {
            return Ok(answer);
        }
        let mut operation = self.operation(request, answer, supervisor).await?;
        Ok(operation.get_mut("response").map(Json::take).unwrap_or_default())
    }

    /// Waits until a GET of the deleted thing finds nothing.
    async fn gone(&self, request: &ApiRequest, supervisor: Supervised<'_>) -> Result<(), CloudError> {
        let began = Instant::now();
        // From here on "not found" is the wanted answer, not one to wait through.
        self.caused.note(request, &Json::Null);
        let get = ApiRequest::get(request.api, request.path.clone());
        supervisor.tell(Progress::Waiting("waiting until it is gone".to_owned()));
        loop {
            match self.ask(&get, supervisor).await {
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
                .with_help("running again is safe: it goes on from what is there"));
            }
            tokio::time::sleep(self.pace.poll(began.elapsed())).await;
        }
    }
}

/// Whether a create is refused because its name is taken.
fn is_taken(request: &ApiRequest, reason: Option<Reason>) -> bool {
    matches!(reason, Some(Reason::Exists | Reason::Aborted)) && created_path(request).is_some()
}

fn on_its_way(fate: Fate) -> &'static str {
    match fate {
        Fate::PerhapsDone => "waiting for what was made to be readable",
        Fate::NotDone => "waiting for the name to be free: what had it was deleted not long ago",
    }
}

/// Where the thing is that a create or change is about.
fn thing_path(request: &ApiRequest) -> String {
    created_path(request).unwrap_or_else(|| request.path.clone())
}
