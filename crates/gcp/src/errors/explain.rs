//! From a failed request to an error for people: kind, the API's own text, and what to do next.

use model::{Api, CloudError, ErrorKind, Method};

use super::failure::{Cause, Failure, Fate};
use super::permissions::{named_in, permission_of, role_for};
use super::problem::{Problem, Reason, Speaker};
use super::quota;

/// What the error speaks about.
pub(crate) struct Context<'a> {
    pub(crate) project: &'a str,
    /// Where requests go, for messages: `Google Cloud`, `http://127.0.0.1:8085`.
    pub(crate) endpoint: &'a str,
    pub(crate) api: Api,
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    /// Who asks, as a policy writes it, if known.
    pub(crate) member: Option<&'a str>,
}

/// Explains a failed request.
pub(crate) fn explain(failure: Failure, context: &Context<'_>) -> CloudError {
    let mut error = match failure.cause {
        Cause::Ours(error) => return error,
        Cause::Unreachable(text) => CloudError::new(
            ErrorKind::Unreachable,
            format!("{} cannot be reached: {text}", context.endpoint),
        )
        .with_help("check the network, the proxy settings and, if one is set, the endpoint (--endpoint, GEMMACTL_ENDPOINT)"),
        Cause::Lost(text) => {
            CloudError::new(ErrorKind::Unreachable, format!("the connection broke before the answer: {text}"))
                .with_help("run the same command again: it starts from what is there")
        }
        Cause::Malformed(text) => CloudError::new(ErrorKind::Malformed, text)
            .with_help("something between this machine and Google may answer in its place: check proxy and endpoint"),
        Cause::Refused(problem) => explain_problem(&problem, context),
    };
    error.call = Some(format!("{} {}/{}", context.method.as_str(), context.api.host(), context.path));
    if failure.fate == Fate::PerhapsDone && !only_asks(context) { error.begun() } else { error }
}

fn only_asks(context: &Context<'_>) -> bool {
    let verbs = [":getIamPolicy", ":testIamPermissions", ":wait"];
    context.method == Method::Get || verbs.iter().any(|verb| context.path.ends_with(verb))
}

/// Explains with what a call ended that was accepted first, which is another thing than a refused one.
pub(crate) fn explain_ended(problem: &Problem, context: &Context<'_>) -> CloudError {
    let error = explain_problem(problem, context);
    let look = format!(
        "the audit log says more: `gcloud logging read 'protoPayload.serviceName=\"{}\" AND severity>=ERROR' \
         --project={} --limit=5`",
        context.api.host(),
        context.project
    );
    let names_permission = problem.permission.is_some() || named_in(&problem.message).is_some();
    let help = match (error.kind, error.help.clone()) {
        (ErrorKind::Denied, _) if !names_permission => format!(
            "the call itself was accepted, so the one who lacks a permission is the account that does the work: the \
             service agent of {}, or the account that the thing runs as; {look}",
            context.api.host()
        ),
        (_, Some(help)) => help,
        (_, None) => format!(
            "it was accepted, and then failed; {look}; running again is safe: it goes on from what is there"
        ),
    };
    let kind = match error.kind {
        kind @ (ErrorKind::Quota
        | ErrorKind::Denied
        | ErrorKind::ApiDisabled
        | ErrorKind::Conflict
        | ErrorKind::Exists) => kind,
        ErrorKind::Credentials
        | ErrorKind::Unreachable
        | ErrorKind::NotFound
        | ErrorKind::Invalid
        | ErrorKind::Failed
        | ErrorKind::Timeout
        | ErrorKind::Unavailable
        | ErrorKind::Malformed
        | ErrorKind::Local
        | ErrorKind::Stopped => ErrorKind::Failed,
    };
    CloudError::new(kind, error.message).with_help(help).begun()
}

/// What to do when something that this run caused took longer than it was waited for.
pub(crate) fn waited_in_vain(waiting_for: &str) -> String {
    format!(
        "this run did something that takes a while and waited for {waiting_for}, in vain so far: run the same command again \
         in some minutes, it goes on from what is there"
    )
}

/// Explains what an API said.
pub(crate) fn explain_problem(problem: &Problem, context: &Context<'_>) -> CloudError {
    // Storage calls a bucket name that anyone else holds a conflict.
    let taken = context.api == Api::Storage && context.method == Method::Post && context.path.ends_with("/b");
    let kind = if taken && problem.http == 409 { ErrorKind::Exists } else { kind_of(problem) };
    let error = CloudError::new(kind, problem.message.clone());
    match (&problem.waited_for, help_for(kind, problem, context)) {
        (Some(waited_for), _) => error.with_help(waited_in_vain(waited_for)),
        (None, Some(help)) => error.with_help(help),
        (None, None) => error,
    }
}

/// What a caller can do about a problem.
fn kind_of(problem: &Problem) -> ErrorKind {
    if problem.from == Speaker::Other && problem.http < 500 {
        return ErrorKind::Malformed;
    }
    let quota = quota::advice(&problem.message, "").is_some();
    match problem.reason() {
        Reason::RateLimit => ErrorKind::Quota,
        Reason::ServiceDisabled => ErrorKind::ApiDisabled,
        Reason::Denied => ErrorKind::Denied,
        Reason::NotFound => ErrorKind::NotFound,
        Reason::Exists => ErrorKind::Exists,
        Reason::Aborted | Reason::Precondition => ErrorKind::Conflict,
        Reason::Server => ErrorKind::Unavailable,
        Reason::Unauthenticated => ErrorKind::Credentials,
        Reason::Final if quota || problem.http == 429 || problem.status == "RESOURCE_EXHAUSTED" => {
            ErrorKind::Quota
        }
        Reason::Final if (300..400).contains(&problem.http) => ErrorKind::Malformed,
        Reason::Final if problem.http >= 500 => ErrorKind::Unavailable,
        Reason::Final | Reason::UnknownAccount | Reason::ActivationInProgress => ErrorKind::Invalid,
    }
}

fn help_for(kind: ErrorKind, problem: &Problem, context: &Context<'_>) -> Option<String> {
    let project = context.project;
    let says = |text: &str| problem.message.contains(text);
    if problem.detail.contains("BILLING") || says("Billing must be enabled") || says("billing account") {
        return Some(format!(
            "link a billing account: https://console.cloud.google.com/billing/linkedaccount?project={project}"
        ));
    }
    match kind {
        ErrorKind::Denied => Some(help_denied(problem, context)),
        ErrorKind::ApiDisabled => {
            let service = problem.service.as_deref().unwrap_or_else(|| context.api.host());
            let elsewhere = problem
                .consumer
                .as_deref()
                .and_then(|consumer| consumer.strip_prefix("projects/"))
                .filter(|consumer| *consumer != project);
            Some(match elsewhere {
                None => format!(
                    "add {service} under `apis:`, or run `gcloud services enable {service} --project={project}`"
                ),
                Some(other) => format!(
                    "the call counted against project {other}, not {project}: run `gcloud services enable {service} --project={other}`"
                ),
            })
        }
        ErrorKind::Quota => quota::advice(&problem.message, project)
            .or_else(|| Some("wait a minute and run the same command again".to_owned())),
        ErrorKind::Conflict if says("not empty") => Some(
            "something is in it that this stack did not put there: look at it, then delete it by hand or leave it".to_owned(),
        ),
        ErrorKind::Conflict => Some("someone else changed it in between: run plan again".to_owned()),
        ErrorKind::Exists if context.api == Api::Storage => Some(
            "bucket names are shared by all of Google Cloud: if this one is not yours, choose another".to_owned(),
        ),
        ErrorKind::Exists => {
            Some("it was made in between, or is kept from an earlier life: run plan again".to_owned())
        }
        ErrorKind::Unavailable => Some("the service had a problem of its own: run the same command again later".to_owned()),
        ErrorKind::Credentials => Some(
            "the access token was refused: log in again with `gcloud auth application-default login`, or give a fresh GEMMACTL_ACCESS_TOKEN".to_owned(),
        ),
        ErrorKind::Malformed => Some(
            "something between this machine and Google answers in its place: check proxy and endpoint".to_owned(),
        ),
        ErrorKind::Invalid if says("due to quota restrictions") => Some(
            "this project may not build with this machine type in this region: leave out `machineType`, or set `build.location: global` or another region".to_owned(),
        ),
        ErrorKind::Invalid if problem.reason() == Reason::UnknownAccount => Some(
            "check the account's e-mail address; one that was just made takes up to two minutes to be known everywhere".to_owned(),
        ),
        ErrorKind::Invalid
        | ErrorKind::Unreachable
        | ErrorKind::NotFound
        | ErrorKind::Failed
        | ErrorKind::Timeout
        | ErrorKind::Local
        | ErrorKind::Stopped => None,
    }
}

fn help_denied(problem: &Problem, context: &Context<'_>) -> String {
    let permission = permission_of(problem, context.api, context.method, context.path);
    let project = context.project;
    let Some(permission) = permission else {
        return format!("ask an owner of project {project} for a role that allows this call");
    };
    let Some((permission, role)) = role_for(permission) else {
        return format!(
            "the permission {permission} on project {project} is missing: ask an owner for a role that holds it"
        );
    };
    let member = context
        .member
        .or_else(|| member_in(&problem.message))
        .map_or_else(|| "\"user:$(gcloud config get-value account)\"".to_owned(), str::to_owned);
    let hint = match context.api {
        _ if permission.ends_with(".actAs") => format!(
            "; an account that does not exist is refused the same way: `gcloud iam service-accounts list --project={project}` \
             shows which there are"
        ),
        Api::ResourceManager | Api::ServiceUsage => {
            format!(
                "; a project that does not exist is refused the same way, so check the id {project} first"
            )
        }
        Api::ArtifactRegistry
        | Api::CloudBilling
        | Api::CloudBuild
        | Api::CloudQuotas
        | Api::Iam
        | Api::Logging
        | Api::Run
        | Api::Storage => String::new(),
    };
    format!(
        "the permission {permission} is missing; the narrowest role with it is {role}: `gcloud projects add-iam-policy-binding {project} --member={member} --role={role}`{hint}"
    )
}

/// Cloud Storage begins its refusals with the e-mail address of the caller. Only accounts tell their kind by it.
fn member_in(message: &str) -> Option<&'static str> {
    let (who, _) = message.split_once(" does not have ")?;
    who.ends_with(".gserviceaccount.com").then_some("\"serviceAccount:$(gcloud config get-value account)\"")
}

#[cfg(test)]
mod tests;
