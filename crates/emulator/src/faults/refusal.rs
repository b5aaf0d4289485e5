//! Errors that a rule asks for, in the words and the form of the API that is asked, or of the front end of a deployed service.

use serde_json::json;

use super::fault::Fault;
use crate::call::{Answer, Call};
use crate::error::{ApiError, Shape};
use crate::routes::{self, Api};
use crate::world::World;
use crate::{consistency, gate, model_server};

/// HTTP statuses and what the APIs call them; 502 comes from the front end, which speaks HTML.
const STATUSES: [(u16, &str, &str); 11] = [
    (400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    (
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
         authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    ),
    (403, "PERMISSION_DENIED", "The caller does not have permission"),
    (404, "NOT_FOUND", "Requested entity was not found."),
    (409, "ABORTED", "There were concurrent changes. Please retry the whole read-modify-write."),
    (412, "FAILED_PRECONDITION", "At least one of the pre-conditions you specified did not hold."),
    (500, "INTERNAL", "Internal error encountered."),
    (501, "UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled."),
    (502, "", ""),
    (503, "UNAVAILABLE", "The service is currently unavailable."),
    (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
];

/// Google's front end in its own words, shortened.
const BAD_GATEWAY: &str = "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title><p>The server \
    encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.";

/// Whether there is an error with this status.
pub(super) fn exists(code: u16) -> bool {
    STATUSES.iter().any(|(known, _, _)| *known == code)
}

/// The answer of a fault that does nothing but refuse; none for every other.
pub(super) fn of(fault: &Fault, call: &Call, world: &World) -> Option<Answer> {
    let api = routes::api_of(call);
    if matches!(fault, Fault::Status { code: 502 }) {
        return Some(Answer::bytes("text/html; charset=UTF-8", BAD_GATEWAY.into()).with_status(502));
    }
    let error = match fault {
        Fault::Status { code } => by_status(*code),
        Fault::RateLimit { retry_after } => {
            let mut error = too_fast(call, api, world);
            error.retry_after = *retry_after;
            error
        }
        Fault::Exists => ApiError::already_exists("Requested entity already exists"),
        Fault::Conflict if api == Some(Api::Storage) => by_status(412).with_reason("conditionNotMet"),
        Fault::Conflict => by_status(409),
        Fault::Denied => denied(call, api),
        Fault::ServiceDisabled => disabled(call, api, world),
        Fault::Reset
        | Fault::Lost
        | Fault::Slow { .. }
        | Fault::Truncated
        | Fault::Malformed { .. }
        | Fault::Kill { .. }
        | Fault::Outside { .. }
        | Fault::Hold => return None,
    };
    if !model_server::is_service_host(&call.host) {
        return Some(error.to_answer(api.map_or(Shape::Standard, Api::shape)));
    }
    let answer = model_server::refusal(error.code, &call.path);
    Some(match error.retry_after {
        Some(seconds) => answer.with_header("retry-after", seconds.to_string()),
        None => answer,
    })
}

fn by_status(code: u16) -> ApiError {
    let (status, text) = STATUSES
        .iter()
        .find(|(known, _, _)| *known == code)
        .map_or(("INTERNAL", "Internal error encountered."), |(_, status, text)| (*status, *text));
    let mut error = ApiError::new(status, text);
    error.code = code;
    if code == 401 {
        return error.with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_EXPIRED",
            "domain": "googleapis.com",
        }));
    }
    error
}

fn too_fast(call: &Call, api: Option<Api>, world: &World) -> ApiError {
    let number = world.project(&call.context.settings.project).map_or("0", |project| &project.number);
    let service = api.and_then(|api| gate::service_of(call, api, world));
    let way = if call.is_read() { "Read" } else { "Write" };
    consistency::too_fast(service.as_deref().unwrap_or("googleapis.com"), way, number)
}

fn denied(call: &Call, api: Option<Api>) -> ApiError {
    let needed = api.and_then(|api| Some((api, gate::needed(call, api)?)));
    match needed {
        Some((api, permission)) => gate::denied(call, api, permission),
        None => by_status(403),
    }
}

fn disabled(call: &Call, api: Option<Api>, world: &World) -> ApiError {
    let service = api.and_then(|api| gate::service_of(call, api, world));
    match (world.project(&call.context.settings.project), service) {
        (Some(project), Some(service)) => gate::disabled(project, &service),
        _ => by_status(403),
    }
}
