//! What the proxy itself answers, in the form that clients of the two usual kinds of servers read an error in.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

/// An error: as `OpenAI`'s routes put it under `/v1/`, as Ollama does elsewhere.
pub(crate) fn error(status: StatusCode, path: &str, text: &str) -> Response {
    let body = if path.starts_with("/v1/") {
        json!({ "error": { "message": text, "type": "proxy_error", "param": null, "code": null } })
    } else {
        json!({ "error": text })
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
