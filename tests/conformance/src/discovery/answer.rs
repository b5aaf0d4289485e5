//! Holds what was answered against a method, and refusals against the shape that all APIs share.

use serde_json::Value;

use super::find::{Route, Target};
use super::value::{Direction, Enums, Values};
use super::violation::{Problem, Violation};
use crate::exchange::{Answer, Content};
use crate::table::errors;

/// What is wrong with the answer of a method.
pub(crate) fn check(answer: &Answer, target: Target, enums: Enums, found: &mut Vec<Violation>) {
    let Target { api, method, route } = target;
    if answer.status >= 400 {
        return check_error(answer, &method.id, found);
    }
    // 3xx is the upload protocol's "more, please", or the answer to a condition.
    if answer.status >= 300 || route == Route::Download {
        return;
    }
    let mut values = Values { api, method: &method.id, direction: Direction::Answered, enums, found };
    match (&answer.content, &method.gives) {
        (Content::Json(json), Some(name)) => values.object(name, json, "answer"),
        (Content::Json(_) | Content::Opaque, None) => {
            values.note("answer", &method.id, Problem::WrongBody("the method answers without a body"));
        }
        // The request that opens a session is answered by the session's address, in a header.
        (Content::Empty, Some(_)) if route == Route::Plain => {
            values.note("answer", &method.id, Problem::WrongBody("the answer has no body"));
        }
        (Content::Empty | Content::Opaque, _) => {}
    }
}

/// What is wrong with a refusal. One that is no JSON comes from a proxy on the way.
pub(crate) fn check_error(answer: &Answer, method: &str, found: &mut Vec<Violation>) {
    let Content::Json(json) = &answer.content else {
        return;
    };
    let mut values =
        Values { api: errors(), method, direction: Direction::Answered, enums: Enums::Names, found };
    values.object("Answer", json, "answer");
    let error = &json["error"];
    if error["code"].as_u64() != Some(u64::from(answer.status)) {
        values.note("answer.error.code", "Error.code", Problem::WrongStatus(answer.status.to_string()));
    }
    if let Some(status) = error["status"].as_str()
        && !statuses(answer.status).contains(&status)
    {
        values.note("answer.error.status", "Error.status", Problem::WrongStatus(answer.status.to_string()));
    }
    if !matches!(&error["message"], Value::String(text) if !text.is_empty()) {
        let problem = Problem::WrongType("a message".to_owned(), error["message"].to_string());
        values.note("answer.error.message", "Error.message", problem);
    }
}

/// The statuses that travel with an HTTP code. Source: google/rpc/code.proto.
fn statuses(code: u16) -> &'static [&'static str] {
    match code {
        400 => &["INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"],
        401 => &["UNAUTHENTICATED"],
        403 => &["PERMISSION_DENIED"],
        404 => &["NOT_FOUND"],
        409 => &["ALREADY_EXISTS", "ABORTED"],
        // Not in code.proto: what front ends answer to a failed condition, a large body and too many calls.
        412 => &["FAILED_PRECONDITION"],
        413 => &["INVALID_ARGUMENT", "OUT_OF_RANGE"],
        429 => &["RESOURCE_EXHAUSTED"],
        499 => &["CANCELLED"],
        500 => &["INTERNAL", "UNKNOWN", "DATA_LOSS"],
        501 => &["UNIMPLEMENTED"],
        503 => &["UNAVAILABLE"],
        504 => &["DEADLINE_EXCEEDED"],
        _ => &[],
    }
}
