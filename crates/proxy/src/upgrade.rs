//! Joins the two connections of a request that changes the protocol, such as to WebSocket.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gcp::service::ServiceAnswer;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::headers;

/// The caller's side of a connection that may change its protocol. `None`: this request does not ask for it.
pub(crate) fn wish(parts: &mut Parts, passed_on: &mut HeaderMap) -> Option<OnUpgrade> {
    let protocol = headers::protocol(&parts.headers)?;
    let near = parts.extensions.remove::<OnUpgrade>()?;
    headers::change_to(passed_on, protocol);
    Some(near)
}

/// The answer that the protocol changes; from then on bytes go both ways until one side ends.
pub(crate) fn join(near: OnUpgrade, answer: ServiceAnswer) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    *response.headers_mut() = headers::answered(answer.headers());
    if let Some(protocol) = headers::protocol(answer.headers()) {
        headers::change_to(response.headers_mut(), protocol);
    }
    tokio::spawn(async move {
        if let (Ok(near), Ok(mut far)) = (near.await, answer.upgrade().await) {
            // However it ends, both sides are closed, which is all that either can be told.
            drop(tokio::io::copy_bidirectional(&mut TokioIo::new(near), &mut far).await);
        }
    });
    response
}
