//! What it means when a service answers with an error, and what to do about it.

use gcp::service::ServiceFailure;
use inference::AskFailure;

use super::Chosen;
use crate::error::CliError;
use crate::session::Session;

/// A question that was not answered.
#[derive(Debug)]
pub(crate) struct Unanswered {
    /// Why.
    pub(crate) failure: AskFailure,
    /// Which service was asked.
    pub(crate) chosen: Chosen,
    /// Who asked, where that was found out.
    pub(crate) member: Option<String>,
}

impl Unanswered {
    /// What to do next.
    pub(crate) fn notes(&self) -> Vec<String> {
        let help = match &self.failure {
            // A list is not there for other reasons than a model.
            AskFailure::Refused { status: 404, text, .. } if text.contains("not found") => {
                Some("leave --model out to take the one that the service has".to_owned())
            }
            AskFailure::Refused { status, .. } => advice(&self.chosen, *status, self.member.as_deref()),
            AskFailure::Service(ServiceFailure::Credentials(error)) => error.help.clone(),
            AskFailure::Service(ServiceFailure::Unreachable(_) | ServiceFailure::Lost(_)) => Some(
                "check the network and its proxy; gemmactl status shows whether the service is there"
                    .to_owned(),
            ),
            AskFailure::Broken(_) | AskFailure::GaveUp(_) => Some(
                "ask again; gemmactl logs shows whether its instance was stopped or ran out of memory"
                    .to_owned(),
            ),
            AskFailure::Service(ServiceFailure::Target(_)) | AskFailure::Malformed { .. } => None,
        };
        help.map(|help| format!("help: {help}")).into_iter().collect()
    }
}

/// The error of a question that was not answered.
pub(crate) fn unanswered(failure: AskFailure, chosen: &Chosen) -> CliError {
    CliError::Ask(Box::new(Unanswered { failure, chosen: chosen.clone(), member: None }))
}

/// The same error, with who asked where that matters.
pub(crate) async fn with_member(error: CliError, session: &Session) -> CliError {
    let CliError::Ask(mut unanswered) = error else { return error };
    if unanswered.failure.status() == Some(403) {
        unanswered.member = session.member().await.ok().flatten();
    }
    CliError::Ask(unanswered)
}

/// What to do about a status by which somebody is not let in, or no instance is free. `None`: the status says nothing that
/// a user could do something about.
pub(crate) fn advice(chosen: &Chosen, status: u16, member: Option<&str>) -> Option<String> {
    let Chosen { project, region, name } = chosen;
    match status {
        401 => Some(
            "the service does not take the identity token; a user's own login makes tokens for gcloud's client only: \
             --impersonate-service-account with an account that may call it is taken everywhere"
                .to_owned(),
        ),
        403 => Some(format!(
            "whoever calls it needs roles/run.invoker on it: name the member under `invokers` in the spec, or run: gcloud run \
             services add-iam-policy-binding {name} --region={region} --project={project} --member={} \
             --role=roles/run.invoker; a new grant takes up to a few minutes",
            member.unwrap_or("MEMBER")
        )),
        404 => Some(
            "the service does not answer there: its `ingress` may keep callers from outside out, or this is no route of its server"
                .to_owned(),
        ),
        429 => Some(
            "Cloud Run has no instance free: raise `maxInstances` as far as the GPU quota goes, or `concurrency`".to_owned(),
        ),
        503 => Some(
            "the model server's queue is full, or no instance came up: raise `maxInstances`, or OLLAMA_MAX_QUEUE and \
             OLLAMA_NUM_PARALLEL with `concurrency`; gemmactl logs shows why an instance did not start"
                .to_owned(),
        ),
        504 => Some("the answer took longer than the service's `timeout` allows; at most it is 3600s".to_owned()),
        _ => None,
    }
}
