//! Refusals in the shapes of Google's error bodies. Texts belong to the services; the envelope is made here.
//! Envelope: AIP-193; the legacy `errors[]` list and the status-less storage shape are as recorded.

use serde_json::{Map, Value, json};

use crate::call::{Answer, Payload};

/// Which of the three error envelopes an API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `code`, `message`, `status`, `details`.
    Standard,
    /// The same with the older `errors[]` list (IAM, Resource Manager).
    Legacy,
    /// `code`, `message`, `errors[]` and no `status` (Cloud Storage).
    Storage,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    /// HTTP status.
    pub(crate) code: u16,
    /// Canonical status such as `NOT_FOUND`.
    pub(crate) status: &'static str,
    /// Text for people.
    pub(crate) message: String,
    /// `google.rpc` details.
    pub(crate) details: Vec<Value>,
    /// The reason of the legacy list, where it differs from what the status implies.
    pub(crate) reason: Option<&'static str>,
    /// Seconds to wait before another try, as the header `Retry-After` says it.
    pub(crate) retry_after: Option<u32>,
}

impl ApiError {
    /// A refusal with a canonical status; the HTTP code follows from it (AIP-193).
    pub(crate) fn new(status: &'static str, message: impl Into<String>) -> Self {
        let code = match status {
            "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
            "UNAUTHENTICATED" => 401,
            "PERMISSION_DENIED" => 403,
            "NOT_FOUND" => 404,
            "ALREADY_EXISTS" | "ABORTED" => 409,
            "RESOURCE_EXHAUSTED" => 429,
            "UNIMPLEMENTED" => 501,
            "UNAVAILABLE" => 503,
            _ => 500,
        };
        Self { code, status, message: message.into(), details: Vec::new(), reason: None, retry_after: None }
    }

    /// 400 `INVALID_ARGUMENT`.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("INVALID_ARGUMENT", message)
    }

    /// 400 `FAILED_PRECONDITION`.
    pub(crate) fn failed_precondition(message: impl Into<String>) -> Self {
        Self::new("FAILED_PRECONDITION", message)
    }

    /// 403 `PERMISSION_DENIED`.
    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self::new("PERMISSION_DENIED", message)
    }

    /// 404 `NOT_FOUND`.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("NOT_FOUND", message)
    }

    /// 409 `ALREADY_EXISTS`.
    pub(crate) fn already_exists(message: impl Into<String>) -> Self {
        Self::new("ALREADY_EXISTS", message)
    }

    /// 409 `ABORTED`.
    pub(crate) fn aborted(message: impl Into<String>) -> Self {
        Self::new("ABORTED", message)
    }

    /// 412 `FAILED_PRECONDITION`, as Cloud Storage answers a failed condition.
    pub(crate) fn condition_not_met(message: impl Into<String>) -> Self {
        let mut error = Self::new("FAILED_PRECONDITION", message).with_reason("conditionNotMet");
        error.code = 412;
        error
    }

    /// 500 for what goes wrong in the emulator itself.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new("INTERNAL", message)
    }

    /// The same with one more detail.
    #[must_use]
    pub(crate) fn with_detail(mut self, detail: Value) -> Self {
        self.details.push(detail);
        self
    }

    /// The same with a `BadRequest` detail naming one field.
    #[must_use]
    pub(crate) fn with_field_violation(self, field: &str, description: &str) -> Self {
        self.with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "field": field, "description": description }],
        }))
    }

    /// The same with a reason of its own in the legacy list.
    #[must_use]
    pub(crate) fn with_reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same with seconds to wait.
    #[must_use]
    pub(crate) fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// As `google.rpc.Status`, the way operations carry a failure.
    pub(crate) fn to_rpc_status(&self) -> Value {
        let code = match self.status {
            "INVALID_ARGUMENT" => 3,
            "NOT_FOUND" => 5,
            "ALREADY_EXISTS" => 6,
            "PERMISSION_DENIED" => 7,
            "RESOURCE_EXHAUSTED" => 8,
            "FAILED_PRECONDITION" => 9,
            "ABORTED" => 10,
            "OUT_OF_RANGE" => 11,
            "UNIMPLEMENTED" => 12,
            "UNAVAILABLE" => 14,
            "UNAUTHENTICATED" => 16,
            _ => 13,
        };
        let mut status = Map::new();
        status.insert("code".into(), json!(code));
        status.insert("message".into(), json!(self.message));
        if !self.details.is_empty() {
            status.insert("details".into(), json!(self.details));
        }
        Value::Object(status)
    }

    /// The whole answer in one of the three envelopes.
    pub(crate) fn to_answer(&self, shape: Shape) -> Answer {
        let mut error = Map::new();
        error.insert("code".into(), json!(self.code));
        error.insert("message".into(), json!(self.message));
        if shape != Shape::Standard {
            let reason = self.reason.unwrap_or_else(|| legacy_reason(self.code));
            error.insert(
                "errors".into(),
                json!([{ "message": self.message, "domain": "global", "reason": reason }]),
            );
        }
        if shape != Shape::Storage {
            error.insert("status".into(), json!(self.status));
        }
        if !self.details.is_empty() {
            error.insert("details".into(), json!(self.details));
        }
        let headers =
            self.retry_after.map(|seconds| ("retry-after", seconds.to_string())).into_iter().collect();
        Answer { status: self.code, headers, payload: Payload::Json(json!({ "error": error })) }
    }
}

fn legacy_reason(code: u16) -> &'static str {
    match code {
        400 => "badRequest",
        401 => "required",
        403 => "forbidden",
        404 => "notFound",
        409 => "alreadyExists",
        412 => "conditionNotMet",
        429 => "rateLimitExceeded",
        _ => "backendError",
    }
}
