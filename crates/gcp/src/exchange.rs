//! One request to its end: token, attempts, delays. Says what it waits for; explains nothing.

use std::time::Duration;

use model::{ApiRequest, CloudError, Json, Method, Permission, Progress, Supervisor};
use tokio::time::Instant;
use tracing::debug;

use crate::GoogleCloud;
use crate::auth::{Renewal, Token};
use crate::errors::{Cause, Context, Failure, Fate, Problem, Reason, explain};
use crate::http::{Answer, Broken, Outgoing};
use crate::retry::{Distance, Repeat, Settling, Signal, Situation, Verdict, verdict};

/// The run for which something is sent.
pub(crate) type Supervised<'run> = &'run dyn Supervisor;

/// A delay of the first attempt that people want to know the reason of.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// The same run, which does not want to hear of one of many small requests.
pub(crate) struct Quiet<'run>(pub(crate) Supervised<'run>);

impl Supervisor for Quiet<'_> {
    fn tell(&self, _: Progress) {}

    fn permit(&self) -> Permission<'_> {
        self.0.permit()
    }
}

impl GoogleCloud {
    /// Sends a request until it is answered or must not be sent again.
    pub(crate) async fn exchange(
        &self,
        outgoing: &Outgoing,
        repeat: Repeat,
        supervisor: Supervised<'_>,
    ) -> Result<Answer, Failure> {
        let mut attempt = 0;
        let mut fate = Fate::NotDone;
        let mut renewed = Renewal::Possible;
        loop {
            attempt += 1;
            let token = self.tokens.token(&self.wire).await?;
            // The last thing before the request goes out: nothing that waits stands between the two.
            if outgoing.method != Method::Get {
                supervisor.permit().await.map_err(|error| Failure { cause: Cause::Ours(error), fate })?;
            }
            let (signal, mut cause) = match self.send(outgoing, &token, attempt).await {
                Ok(answer) => return Ok(answer),
                Err(cause) => (signal_of(&cause), cause),
            };
            let problem = match &cause {
                Cause::Refused(problem) => Some(problem),
                Cause::Unreachable(_) | Cause::Lost(_) | Cause::Malformed(_) | Cause::Ours(_) => None,
            };
            if signal == Signal::Refused(Reason::Unauthenticated) && renewed == Renewal::Possible {
                renewed = Renewal::Impossible;
                if self.tokens.forget(&token).await == Renewal::Possible {
                    continue;
                }
            }
            if matches!(signal, Signal::Lost | Signal::Malformed | Signal::Refused(Reason::Server)) {
                fate = Fate::PerhapsDone;
            }
            let explanation =
                problem.and_then(|problem| self.caused.explain(outgoing, problem, token.member.as_deref()));
            let situation = Situation {
                repeat,
                attempt,
                asked: problem.and_then(|problem| problem.retry_after),
                settling: explanation.as_ref().map(|explanation| -> Settling { explanation.settling }),
                distance: self.distance(),
            };
            match verdict(signal, situation, &self.pace) {
                Verdict::Stop => {
                    if let Some(member) = &token.member {
                        self.know_member(member);
                    }
                    if let (Cause::Refused(problem), Some(explanation)) = (&mut cause, explanation) {
                        problem.waited_for = Some(explanation.waiting_for);
                    }
                    return Err(Failure { cause, fate });
                }
                Verdict::Again(delay) => {
                    if let Some(explanation) = explanation {
                        supervisor
                            .tell(Progress::Waiting(format!("waiting for {}", explanation.waiting_for)));
                    } else if attempt > 1 || delay >= WORTH_TELLING {
                        supervisor.tell(Progress::Waiting(trouble(signal, outgoing.api.host(), delay)));
                    }
                    tokio::time::sleep(delay).await;
                }
            }
        }
    }

    /// Sends once; an answer that is not the wanted one is a cause.
    async fn send(&self, outgoing: &Outgoing, token: &Token, attempt: u32) -> Result<Answer, Cause> {
        let began = Instant::now();
        let quota_project = self
            .target
            .quota_project
            .as_ref()
            .map(model::ProjectId::as_str)
            .or(token.quota_project.as_deref());
        let sent =
            self.wire.send(outgoing, token, quota_project, outgoing.timeout.min(self.pace.deadline)).await;
        let status = sent.as_ref().map_or(0, |answer| answer.status);
        debug!(
            api = outgoing.api.host(),
            method = outgoing.method.as_str(),
            path = outgoing.path,
            attempt,
            status,
            elapsed = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "exchanged"
        );
        match sent {
            Ok(answer) if (200..300).contains(&answer.status) || outgoing.also.contains(&answer.status) => {
                Ok(answer)
            }
            Ok(answer) if (300..400).contains(&answer.status) => Err(Cause::Malformed(format!(
                "the answer is a redirect (HTTP status {}), which is never followed",
                answer.status
            ))),
            Ok(answer) => Err(Cause::Refused(Problem::of(&answer))),
            Err(Broken::NotSent(text)) => Err(Cause::Unreachable(text)),
            Err(Broken::Lost(text)) => Err(Cause::Lost(text)),
            Err(Broken::TooLarge) => Err(Cause::Malformed("the answer is larger than 64 MiB".to_owned())),
        }
    }

    /// Sends a request of a plan and reads its JSON.
    pub(crate) async fn ask(
        &self,
        request: &ApiRequest,
        supervisor: Supervised<'_>,
    ) -> Result<Json, Failure> {
        let outgoing = Outgoing::new(&self.target.endpoint, request)?;
        let repeat = repeat_of(request);
        let answer = self.exchange(&outgoing, repeat, supervisor).await?;
        match json_of(&answer) {
            Ok(json) => Ok(json),
            // A cut answer is asked for once more. The first may have been carried out, whatever becomes of the second.
            Err(_) if repeat == Repeat::Safe => {
                let again = self.exchange(&outgoing, repeat, supervisor).await;
                let again = again.map_err(|failure| Failure { fate: Fate::PerhapsDone, ..failure })?;
                json_of(&again).map_err(malformed)
            }
            Err(text) => Err(malformed(text)),
        }
    }

    /// Explains a failed request to people.
    pub(crate) fn explain(&self, failure: Failure, request: &ApiRequest) -> CloudError {
        let member = self.member();
        explain(
            failure,
            &Context {
                project: self.target.project.as_str(),
                endpoint: self.endpoint_shown(),
                api: request.api,
                method: request.method,
                path: &request.path,
                member: member.as_deref(),
            },
        )
    }

    fn distance(&self) -> Distance {
        if self.target.endpoint.is_loopback() { Distance::ThisMachine } else { Distance::Network }
    }
}

/// Why a request is sent again, and when.
fn trouble(signal: Signal, host: &str, delay: Duration) -> String {
    let again = match delay.as_secs() {
        0 => "trying again".to_owned(),
        seconds => format!("trying again in {seconds} s"),
    };
    match signal {
        Signal::NotSent => format!("{host} cannot be reached, {again}"),
        Signal::Lost => format!("the connection to {host} broke, {again}"),
        Signal::Refused(Reason::RateLimit) => format!("{host} asks for fewer calls a minute, {again}"),
        Signal::Refused(Reason::ActivationInProgress) => {
            format!("another switch of APIs is in progress, {again}")
        }
        Signal::Malformed | Signal::Refused(_) => format!("{host} had a problem, {again}"),
    }
}

fn malformed(text: String) -> Failure {
    Failure { cause: Cause::Malformed(text), fate: Fate::PerhapsDone }
}

fn signal_of(cause: &Cause) -> Signal {
    match cause {
        Cause::Refused(problem) => Signal::Refused(problem.reason()),
        Cause::Unreachable(_) => Signal::NotSent,
        Cause::Lost(_) => Signal::Lost,
        Cause::Malformed(_) => Signal::Malformed,
        Cause::Ours(_) => Signal::Refused(Reason::Final),
    }
}

/// The JSON of an answer; an empty body is an empty object, as deletions answer.
pub(crate) fn json_of(answer: &Answer) -> Result<Json, String> {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Json::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(&answer.body).map_err(|_| {
        let page = answer.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
        let what = if page { "a web page" } else { "not JSON" };
        format!("the answer (HTTP status {}) is {what}", answer.status)
    })
}

/// Whether a request may be repeated when its fate is unknown. A change with an etag or a generation is refused the
/// second time if the first was carried out, which the caller settles by reading back.
pub(crate) fn repeat_of(request: &ApiRequest) -> Repeat {
    const REPEATABLE: [&str; 11] = [
        ":getIamPolicy",
        ":testIamPermissions",
        ":setIamPolicy",
        ":enable",
        ":disable",
        ":batchEnable",
        ":batchGet",
        ":wait",
        ":cancel",
        ":search",
        // Of Cloud Logging, a read by POST.
        "entries:list",
    ];
    match request.method {
        Method::Get | Method::Put | Method::Patch | Method::Delete => Repeat::Safe,
        Method::Post if REPEATABLE.iter().any(|verb| request.path.ends_with(verb)) => Repeat::Safe,
        Method::Post if request.query.iter().any(|(name, _)| name == "ifGenerationMatch") => Repeat::Safe,
        Method::Post => Repeat::AfterReadingBack,
    }
}
