//! What comes from outside, understood without a connection: the functions by which the client reads error bodies, the
//! record and credential files, for tests that hand them any bytes. Sends nothing and opens nothing.

use std::path::Path;

use bytes::Bytes;
use model::{ApiRequest, CloudError, Inventory, ProjectId};
use reqwest::header::HeaderMap;

use crate::errors::{Cause, Context, Failure, Fate, Problem, explain};
use crate::http::Answer;

/// What people are told when a request is refused with this HTTP status and body.
pub fn refusal(status: u16, body: &[u8], request: &ApiRequest, project: &ProjectId) -> CloudError {
    let answer = Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body) };
    let failure = Failure { cause: Cause::Refused(Problem::of(&answer)), fate: Fate::NotDone };
    explain(
        failure,
        &Context {
            project: project.as_str(),
            endpoint: "Google Cloud",
            api: request.api,
            method: request.method,
            path: &request.path,
            member: None,
        },
    )
}

/// The record of a project. Errors: what is wrong with it, as a fragment.
pub fn record(bytes: &[u8], project: &ProjectId) -> Result<Inventory, String> {
    crate::record::decode(bytes, project)
}

/// The kind of credentials that a file of this text holds, for people. Errors: it is not understood, or wants its
/// secrets sent elsewhere.
pub fn credentials(file: &Path, text: &str) -> Result<String, CloudError> {
    crate::auth::credentials(file, text)
}
