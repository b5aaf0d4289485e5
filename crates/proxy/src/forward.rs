//! One request: looked at, passed on, and its answer passed back.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use gcp::service::{ServiceAnswer, ServiceBody, ServiceClient, ServiceFailure};

use crate::gate::{Gate, Refusal};
use crate::{answer, headers, upgrade};

/// Something that whoever runs the proxy may want to know.
#[derive(Debug)]
pub enum Notice {
    /// A request was not passed on.
    Failed(ServiceFailure),
    /// Cloud Run's front end, or the service, does not let the caller in: 401 or 403.
    NotAllowed(u16),
}

/// What a request meets.
pub(crate) struct Door {
    pub(crate) client: ServiceClient,
    pub(crate) gate: Gate,
    pub(crate) notice: Box<dyn Fn(Notice) + Send + Sync>,
}

/// Answers a request.
pub(crate) async fn respond(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    if let Some(refusal) = door.gate.refusal(&parts.method, &parts.uri, &parts.headers) {
        let status = match refusal {
            Refusal::Tunnel => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::Host => StatusCode::MISDIRECTED_REQUEST,
            Refusal::Origin | Refusal::Site => StatusCode::FORBIDDEN,
        };
        return answer::error(status, &path, refusal.text());
    }
    let mut passed_on = headers::asked(&parts.headers);
    let near = upgrade::wish(&mut parts, &mut passed_on);
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let body = (!body.is_end_stream()).then(|| ServiceBody::wrap_stream(body.into_data_stream()));
    match (door.client.send(parts.method, target, passed_on, body).await, near) {
        (Ok(answer), Some(near)) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
            upgrade::join(near, answer)
        }
        (Ok(answer), _) => {
            if let StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN = answer.status() {
                (door.notice)(Notice::NotAllowed(answer.status().as_u16()));
            }
            passed_back(answer)
        }
        (Err(failure), _) => {
            let status = match &failure {
                ServiceFailure::Target(_) => StatusCode::BAD_REQUEST,
                ServiceFailure::Credentials(_) | ServiceFailure::Unreachable(_) | ServiceFailure::Lost(_) => {
                    StatusCode::BAD_GATEWAY
                }
            };
            let response = answer::error(status, &path, &format!("gemmactl proxy: {failure}"));
            (door.notice)(Notice::Failed(failure));
            response
        }
    }
}

fn passed_back(answer: ServiceAnswer) -> Response {
    let (mut parts, body) = axum::http::Response::from(answer).into_parts();
    parts.headers = headers::answered(&parts.headers);
    // What the client keeps for itself beside the answer is of no use here.
    parts.extensions.clear();
    parts.version = axum::http::Version::HTTP_11;
    Response::from_parts(parts, Body::new(body))
}
