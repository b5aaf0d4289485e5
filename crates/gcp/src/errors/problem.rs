//! The error body of a Google API, in whichever of its forms. Sources: AIP-193, `google.rpc.Status` and its details;
//! the older list `errors[]` of Storage, IAM and Resource Manager (recorded).

use std::time::Duration;

use model::Json;

use super::text::{MOST, tidy};
use crate::http::Answer;

/// What an API said about a refused request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) http: u16,
    /// `NOT_FOUND`, `PERMISSION_DENIED`; older APIs leave it out.
    pub(crate) status: String,
    /// The message in one line, with the field violations that it lacks.
    pub(crate) message: String,
    /// `ErrorInfo.reason`, else the reason of the older list.
    pub(crate) detail: String,
    /// `ErrorInfo.metadata.service`: the API that is not enabled.
    pub(crate) service: Option<String>,
    /// `ErrorInfo.metadata.consumer`: the project that the call counted against, `projects/p`.
    pub(crate) consumer: Option<String>,
    /// `ErrorInfo.metadata.permission`.
    pub(crate) permission: Option<String>,
    /// `RetryInfo.retryDelay` or `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
    /// What was waited for in vain, where this run had caused the refusal.
    pub(crate) waited_for: Option<String>,
    /// Whether the body was one that an API writes; a proxy's page is not.
    pub(crate) from: Speaker,
}

/// Who wrote an error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Speaker {
    /// The API: its JSON, or the plain text of a media download.
    #[default]
    Api,
    /// Something in between: a page of HTML.
    Other,
}

/// What a problem means for sending again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Too many calls in a minute.
    RateLimit,
    /// The API is not enabled.
    ServiceDisabled,
    /// No permission.
    Denied,
    /// A service account that does not exist.
    UnknownAccount,
    /// Another activation is in progress.
    ActivationInProgress,
    /// Not found.
    NotFound,
    /// It exists already.
    Exists,
    /// Changed in between: a stale etag.
    Aborted,
    /// A precondition on a generation does not hold.
    Precondition,
    /// The service itself failed.
    Server,
    /// The credentials were refused.
    Unauthenticated,
    /// Anything else: the same request is refused again.
    Final,
}

impl Problem {
    /// Understands the answer of a refused request.
    pub(crate) fn of(answer: &Answer) -> Self {
        let mut problem = match serde_json::from_slice::<Json>(&answer.body) {
            Ok(json) => Self::of_json(answer.status, json.get("error").unwrap_or(&json)),
            Err(_) => Self::of_text(answer.status, &String::from_utf8_lossy(&answer.body)),
        };
        problem.retry_after = answer.retry_after().or(problem.retry_after);
        problem
    }

    /// Understands the `error` of a body or of an operation.
    pub(crate) fn of_json(http: u16, error: &Json) -> Self {
        let text = |value: &Json, name: &str| value.get(name).and_then(Json::as_str).map(str::to_owned);
        let list =
            |value: &Json, name: &str| value.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        let mut problem = Self {
            http,
            status: text(error, "status").unwrap_or_default(),
            message: text(error, "message").unwrap_or_default(),
            ..Self::default()
        };
        for older in list(error, "errors") {
            problem.detail = text(&older, "reason").unwrap_or_default();
        }
        for detail in list(error, "details") {
            let kind = text(&detail, "@type").unwrap_or_default();
            if kind.ends_with("google.rpc.ErrorInfo") {
                problem.detail = text(&detail, "reason").unwrap_or_default();
                let known = detail.get("metadata").cloned().unwrap_or_default();
                problem.service = text(&known, "service");
                problem.consumer = text(&known, "consumer");
                problem.permission = text(&known, "permission");
            } else if kind.ends_with("google.rpc.RetryInfo") {
                problem.retry_after = text(&detail, "retryDelay").and_then(|delay| seconds(&delay));
            }
            for violation in list(&detail, "fieldViolations").iter().chain(&list(&detail, "violations")) {
                // There may be any number of them, and nobody is shown more than the beginning.
                if problem.message.len() > MOST {
                    break;
                }
                let field = text(violation, "field").unwrap_or_default();
                let description = text(violation, "description").unwrap_or_default();
                if !description.is_empty() && !problem.message.contains(&description) {
                    let colon = if field.is_empty() { "" } else { ": " };
                    let before = problem.message.trim_end_matches('.');
                    let and = if before.is_empty() { "" } else { "; " };
                    problem.message = format!("{before}{and}{field}{colon}{description}");
                }
            }
        }
        problem.message = said(http, &problem.message);
        problem
    }

    fn of_text(http: u16, text: &str) -> Self {
        let page = text.trim_start().starts_with('<');
        let message = if page {
            format!("HTTP status {http} with a web page, which no Google API sends")
        } else {
            said(http, text)
        };
        let from = if page { Speaker::Other } else { Speaker::Api };
        Self { http, message, from, ..Self::default() }
    }

    /// What it means for sending again. Status and reason decide; the text only where an API gives no other sign.
    pub(crate) fn reason(&self) -> Reason {
        let says = |text: &str| self.message.contains(text);
        match (self.http, self.status.as_str(), self.detail.as_str()) {
            (_, _, "SERVICE_DISABLED" | "accessNotConfigured") => Reason::ServiceDisabled,
            (_, _, "RATE_LIMIT_EXCEEDED" | "rateLimitExceeded" | "userRateLimitExceeded") => {
                Reason::RateLimit
            }
            (429 | 403, _, _) if says("per minute") => Reason::RateLimit,
            (429, status, _) if status != "RESOURCE_EXHAUSTED" => Reason::RateLimit,
            (401, _, _) => Reason::Unauthenticated,
            (403, _, "BILLING_DISABLED" | "UREQ_PROJECT_BILLING_NOT_FOUND") => Reason::Final,
            (403, _, _) => Reason::Denied,
            (404, _, _) => Reason::NotFound,
            (409, "ABORTED", _) => Reason::Aborted,
            (409, "ALREADY_EXISTS", _) => Reason::Exists,
            (409, _, _) if says("already") => Reason::Exists,
            (409, _, _) => Reason::Aborted,
            (412, _, _) => Reason::Precondition,
            (400, _, _) if says("ervice account") && says("does not exist") => Reason::UnknownAccount,
            (400, _, _) if says("nother activation or deactivation is in progress") => {
                Reason::ActivationInProgress
            }
            (408 | 500 | 502..=504, _, _) => Reason::Server,
            _ => Reason::Final,
        }
    }
}

/// The message in one line; one that says nothing, or nothing but filler, is called that.
fn said(http: u16, message: &str) -> String {
    let message = tidy(message);
    if message.is_empty() { format!("HTTP status {http} without a message") } else { message }
}

/// `"12.5s"`, as JSON writes `google.protobuf.Duration`.
fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(number).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_that_says_nothing_is_called_that() {
        for body in [json!({}), json!({"message": ""}), json!({"message": "Learn more at https://x.example"})]
        {
            assert_eq!(Problem::of_json(500, &body).message, "HTTP status 500 without a message");
        }
        assert_eq!(Problem::of_text(500, " \n").message, "HTTP status 500 without a message");
    }

    #[test]
    fn what_violates_stands_alone_where_there_is_no_message() {
        let body = json!({"details": [{"fieldViolations": [{"field": "a", "description": "no"}]}]});
        assert_eq!(Problem::of_json(400, &body).message, "a: no");
    }

    #[test]
    fn each_form_of_error_body_gives_its_reason() {
        for (http, body, expected) in [
            (
                403,
                json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "x", "details": [
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
                 "metadata": {"service": "run.googleapis.com", "consumer": "projects/p"}}]}}),
                Reason::ServiceDisabled,
            ),
            (
                403,
                json!({"error": {"code": 403, "message": "The caller does not have permission",
                "errors": [{"reason": "forbidden"}]}}),
                Reason::Denied,
            ),
            (
                403,
                json!({"error": {"message": "Quota exceeded for quota metric 'Reads' and limit 'Reads per minute'"}}),
                Reason::RateLimit,
            ),
            (
                429,
                json!({"error": {"status": "RESOURCE_EXHAUSTED", "message": "x", "errors": [{"reason": "rateLimitExceeded"}]}}),
                Reason::RateLimit,
            ),
            (
                429,
                json!({"error": {"status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded for total allowable count of GPUs"}}),
                Reason::Final,
            ),
            (429, json!({"error": {"message": "slow down"}}), Reason::RateLimit),
            (
                404,
                json!({"error": {"code": 404, "message": "The specified bucket does not exist."}}),
                Reason::NotFound,
            ),
            (
                409,
                json!({"error": {"status": "ABORTED", "message": "There were concurrent policy changes."}}),
                Reason::Aborted,
            ),
            (
                409,
                json!({"error": {"status": "ALREADY_EXISTS", "message": "Service account x already exists"}}),
                Reason::Exists,
            ),
            (
                409,
                json!({"error": {"message": "You already own this bucket.", "errors": [{"reason": "conflict"}]}}),
                Reason::Exists,
            ),
            (
                409,
                json!({"error": {"message": "The bucket you tried to delete is not empty."}}),
                Reason::Aborted,
            ),
            (
                412,
                json!({"error": {"message": "At least one of the pre-conditions you specified did not hold."}}),
                Reason::Precondition,
            ),
            (
                400,
                json!({"error": {"status": "INVALID_ARGUMENT", "message": "Service account a@b.iam.gserviceaccount.com does not exist."}}),
                Reason::UnknownAccount,
            ),
            (
                400,
                json!({"error": {"status": "FAILED_PRECONDITION", "message": "Another activation or deactivation is in progress"}}),
                Reason::ActivationInProgress,
            ),
            (400, json!({"error": {"status": "INVALID_ARGUMENT", "message": "no"}}), Reason::Final),
            (401, json!({"error": {"status": "UNAUTHENTICATED", "message": "no"}}), Reason::Unauthenticated),
            (503, json!({"error": {"status": "UNAVAILABLE", "message": "no"}}), Reason::Server),
            (501, json!({}), Reason::Final),
        ] {
            let problem = Problem::of_json(http, body.get("error").unwrap_or(&body));
            assert_eq!(problem.reason(), expected, "{body}");
        }
    }

    #[test]
    fn field_violations_join_the_message_once() {
        let body = json!({"message": "Invalid service.", "details": [{"@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "template.scaling", "description": "too many"}]}]});
        assert_eq!(Problem::of_json(400, &body).message, "Invalid service; template.scaling: too many");
    }

    #[test]
    fn retry_info_is_read_as_seconds() {
        let body = json!({"message": "x", "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}]});
        assert_eq!(Problem::of_json(429, &body).retry_after, Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_web_page_is_not_the_apis_word() {
        assert_eq!(Problem::of_text(404, "<!DOCTYPE html><p>Not here").from, Speaker::Other);
        let media = Problem::of_text(404, "No such object: b/o");
        assert_eq!(
            (media.from, media.reason(), media.message.as_str()),
            (Speaker::Api, Reason::NotFound, "No such object: b/o")
        );
    }
}
