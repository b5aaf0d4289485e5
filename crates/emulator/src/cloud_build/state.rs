//! What Cloud Build remembers: builds with the verdict that waits for them, and what is inside built images.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::artifact_registry::Image;
use crate::part::Part;

/// Cloud Build's share of a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// Builds by id.
    pub(super) builds: BTreeMap<String, Part<Build>>,
    /// Models by image digest.
    pub(super) models: BTreeMap<String, Vec<String>>,
    /// Environment variables by image digest.
    pub(super) variables: BTreeMap<String, BTreeMap<String, String>>,
}

/// One build.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Build {
    pub(super) location: String,
    /// The fields of the resource that do not change while it runs.
    pub(super) body: Map<String, Json>,
    pub(super) created: Timestamp,
    /// When it leaves the queue.
    pub(super) starts: Timestamp,
    /// When it is due.
    pub(super) due: Timestamp,
    /// How it will end.
    pub(super) verdict: Verdict,
    /// How it ended.
    pub(super) ended: Option<Ended>,
}

/// How a build is going to end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Verdict {
    /// All steps succeed; these images are pushed.
    Push(Vec<BuiltImage>),
    /// It fails.
    Fail(Failure),
    /// It takes longer than its `timeout`.
    TimeOut,
}

/// An image that a build made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BuiltImage {
    /// The reference to push it under.
    pub(super) reference: String,
    pub(super) image: Image,
    /// The models that its Dockerfile pulls.
    pub(super) models: Vec<String>,
    /// The environment variables that its Dockerfile sets.
    #[serde(default)]
    pub(super) variables: BTreeMap<String, String>,
}

/// A failure, in the words of `failureInfo` and `statusDetail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) kind: FailureType,
    pub(super) detail: String,
    /// The step that failed, counted from 0.
    pub(super) step: Option<usize>,
}

/// `failureInfo.type`, as far as it happens here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FailureType {
    FetchSourceFailed,
    PushFailed,
    PushImageNotFound,
    PushNotAuthorized,
    UserBuildStep,
}

impl FailureType {
    /// As the API names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FetchSourceFailed => "FETCH_SOURCE_FAILED",
            Self::PushFailed => "PUSH_FAILED",
            Self::PushImageNotFound => "PUSH_IMAGE_NOT_FOUND",
            Self::PushNotAuthorized => "PUSH_NOT_AUTHORIZED",
            Self::UserBuildStep => "USER_BUILD_STEP",
        }
    }
}

/// How and when a build ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) at: Timestamp,
    pub(super) result: BuildResult,
}

/// The final statuses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum BuildResult {
    /// `SUCCESS`, with what was pushed: reference and digest.
    Success(Vec<(String, String)>),
    /// `FAILURE`.
    Failure(Failure),
    /// `TIMEOUT`.
    Timeout,
    /// `CANCELLED`.
    Cancelled,
}

impl BuildResult {
    /// The build's `status`.
    pub(super) fn status(&self) -> &'static str {
        match self {
            Self::Success(_) => "SUCCESS",
            Self::Failure(_) => "FAILURE",
            Self::Timeout => "TIMEOUT",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl Build {
    /// The build's `status` at a time.
    pub(super) fn status(&self, now: Timestamp) -> &'static str {
        match &self.ended {
            Some(ended) => ended.result.status(),
            None if now < self.starts || self.starts == self.due => "QUEUED",
            None => "WORKING",
        }
    }
}
