//! Calls of somebody else, carried out here and now, without a connection.

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use bytes::Bytes;
use serde_json::Value;

use super::fault::Outside;
use crate::call::{Call, Payload, Query, split_path};
use crate::emulator::Emulator;

impl Emulator {
    /// Lets somebody else make a call, which is neither counted nor kept in the journal. Gives the status, and the answer
    /// where it is JSON.
    pub fn act(&self, request: &Outside) -> (u16, Value) {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let (segments, verb) = split_path(path);
        let body = if request.body.is_null() { Bytes::new() } else { Bytes::from(request.body.to_string()) };
        let headers: HeaderMap = [
            (AUTHORIZATION, HeaderValue::from_static("Bearer somebody-else")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ]
        .into_iter()
        .collect();
        let answer = self.answer(&Call {
            method: Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET),
            host: "localhost".to_owned(),
            path: path.to_owned(),
            segments,
            verb,
            query: Query::parse(query),
            headers,
            body,
            caller: "user:somebody-else@example.com".to_owned(),
            context: self.context(),
        });
        let body = match answer.payload {
            Payload::Json(body) => body,
            Payload::Bytes(..) | Payload::Empty => Value::Null,
        };
        (answer.status, body)
    }
}
