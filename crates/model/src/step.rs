//! The exact acts of an action, fixed at plan time. A new way of acting is a new variant of [`Step`].

use std::sync::Arc;

use crate::{ApiRequest, Content, PolicyEdit, ResourceId};

/// One act. Strings in requests may hold references to outputs; apply fills them in just before it runs the step.
#[derive(Debug, Clone)]
pub enum Step {
    /// One request, and what to wait for afterwards.
    Call {
        /// The request.
        request: ApiRequest,
        /// What to wait for.
        wait: Wait,
    },
    /// A request that one call can make for many resources (`services:batchEnable`).
    Gathered(Gathered),
    /// Grants to add and remove; edits of one policy are joined.
    EditPolicy(PolicyEdit),
    /// Content to put into Cloud Storage under a name that tells its digest.
    Upload(Upload),
    /// A build to run to its end; gives the outputs `digest` (of the first image) and `build` (its id).
    Build {
        /// `POST .../builds`.
        create: ApiRequest,
        /// Path of the builds, to which the id is added: `v1/projects/p/locations/r/builds`.
        builds: String,
    },
    /// Deletes every object of a bucket that gemmactl made, so that the bucket can go.
    EmptyBucket {
        /// The bucket's name.
        bucket: String,
    },
    /// A question to what was deployed: only if its answer is good the change goes on.
    Check(Check),
}

/// What to wait for after a request was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: the answer is the result.
    Nothing,
    /// The long-running operation in the answer. Source: AIP-151.
    Operation,
    /// The operation, and then that the service is ready: a finished operation does not say healthy (recorded).
    Ready,
    /// Until a GET of the same path answers "not found".
    Gone,
}

/// A request that one call can make for many resources.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// Requests of one family can be gathered.
    pub family: String,
    /// The parent, handed to `gather`.
    pub parent: String,
    /// Our part.
    pub key: String,
    /// At most so many in one call.
    pub at_most: usize,
    /// Builds the request.
    pub gather: fn(&str, &[&str]) -> ApiRequest,
    /// What to wait for.
    pub wait: Wait,
}

/// Content to upload. Gives the output `generation` of the object.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The bucket.
    pub bucket: String,
    /// The object's name, which tells its digest: an object of that name that is there already is the same.
    pub object: String,
    /// Media type.
    pub content_type: String,
    /// What to send.
    pub content: Arc<dyn Content>,
}

/// A question to a revision of a service before it gets more of the requests.
#[derive(Debug, Clone)]
pub struct Check {
    /// The service.
    pub service: ResourceId,
    /// The tag at whose address the revision answers.
    pub tag: String,
    /// What is sent if the answer is not good, before the change fails; then its operation is waited for.
    pub otherwise: ApiRequest,
}

impl Step {
    /// A request with nothing to wait for.
    pub fn call(request: ApiRequest) -> Self {
        Self::Call { request, wait: Wait::Nothing }
    }

    /// A request whose answer is a long-running operation.
    pub fn operation(request: ApiRequest) -> Self {
        Self::Call { request, wait: Wait::Operation }
    }

    /// What is being done, for progress lines: `POST run.googleapis.com/v2/...`, `upload`, `build`.
    pub fn shown(&self) -> String {
        match self {
            Self::Call { request, .. } => request.shown(),
            Self::Gathered(gathered) => (gathered.gather)(&gathered.parent, &[&gathered.key]).shown(),
            Self::EditPolicy(edit) => format!("edit the policy of {}", edit.policy.shown),
            Self::Upload(upload) => format!("upload gs://{}/{}", upload.bucket, upload.object),
            Self::Build { create, .. } => create.shown(),
            Self::EmptyBucket { bucket } => format!("empty gs://{bucket}"),
            Self::Check(check) => format!("ask {} at its tag {}", check.service, check.tag),
        }
    }
}
