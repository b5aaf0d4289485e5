//! After a write whose answer was lost: reads what is there before anything is tried again.

use model::{Api, ApiRequest, Body, CloudError, Found, Json, Method};

use crate::GoogleCloud;
use crate::created::{carries_marks_of, contains, created_path};
use crate::errors::{Failure, Fate, Problem, Reason};

/// The API that a request switches off: where it is read.
fn switched(request: &ApiRequest) -> Option<&str> {
    request.path.strip_suffix(":disable").filter(|_| request.api == Api::ServiceUsage)
}

/// What reading back found.
pub(super) enum ReadBack {
    /// What was to be written is there.
    Written(Json),
    /// It is not there.
    Absent,
    /// What was to be deleted is gone, or its deletion is under way; what was to be switched off is off.
    Gone,
    /// Something else is there, or it cannot be told.
    Unclear,
}

/// Whether a failed write must be read back: it may have been done, or its repetition was refused as "exists already",
/// "changed in between" or, where something is switched off, as off already.
pub(super) fn must_read_back(request: &ApiRequest, failure: &Failure) -> bool {
    let refused = failure.problem().map(Problem::reason);
    if switched(request).is_some() && refused == Some(Reason::Final) {
        return true;
    }
    failure.fate == Fate::PerhapsDone
        && failure.problem().is_none_or(|problem| {
            matches!(
                problem.reason(),
                Reason::Server | Reason::Exists | Reason::Aborted | Reason::Precondition
            )
        })
}

impl GoogleCloud {
    /// Reads what a create or a change was to write.
    pub(super) async fn read_back(&self, request: &ApiRequest) -> Result<ReadBack, CloudError> {
        if let Some(path) = switched(request) {
            let found = self.find(&ApiRequest::get(request.api, path)).await?;
            let is_off = |live: &Json| live.get("state").and_then(Json::as_str) == Some("DISABLED");
            return Ok(match found {
                Found::Body(live) if is_off(&live) => ReadBack::Gone,
                Found::Body(_) | Found::Absent | Found::ApiDisabled(_) => ReadBack::Unclear,
            });
        }
        let sent = match &request.body {
            Body::Json(json) => json,
            Body::Empty | Body::Bytes { .. } => &Json::Null,
        };
        let path = match request.method {
            Method::Post => created_path(request),
            Method::Patch | Method::Put | Method::Delete => Some(request.path.clone()),
            Method::Get => None,
        };
        let Some(path) = path else { return Ok(ReadBack::Unclear) };
        let found = self.find(&ApiRequest::get(request.api, path)).await?;
        Ok(match (found, request.method) {
            (Found::Absent, Method::Post) => ReadBack::Absent,
            (Found::Absent, Method::Delete) => ReadBack::Gone,
            (Found::Body(live), Method::Delete) if live.get("deleteTime").is_some() => ReadBack::Gone,
            (Found::Body(live), Method::Post) if carries_marks_of(&live, sent) => ReadBack::Written(live),
            (Found::Body(live), Method::Patch | Method::Put) if contains(&live, sent) => {
                ReadBack::Written(live)
            }
            (Found::Body(_) | Found::Absent | Found::ApiDisabled(_), _) => ReadBack::Unclear,
        })
    }
}
