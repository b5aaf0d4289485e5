//! The port to the cloud. Retries, operation polling and credentials live behind it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use crate::{ApiRequest, Json, Step};

/// What a read found. Absence is typed: these are different answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// The answer's body.
    Body(Json),
    /// The API answered that there is no such thing.
    Absent,
    /// The API of this name is not enabled in the project.
    ApiDisabled(String),
}

/// What a finished step hands on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    /// Outputs by name: `digest`, `generation`, `uri`.
    pub outputs: BTreeMap<String, String>,
    /// The final answer: the operation's response, or the call's own body.
    pub body: Json,
}

/// How a running step goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// What it is doing or waiting for: `build WORKING`, `waiting for run.googleapis.com to answer`.
    Waiting(String),
    /// Bytes sent of all.
    Sent {
        /// So far.
        bytes: u64,
        /// In all.
        of: u64,
    },
    /// A page where people can follow it.
    Link(String),
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// No usable credentials.
    Credentials,
    /// The endpoint could not be reached, or the connection broke.
    Unreachable,
    /// Permission denied.
    Denied,
    /// The API is not enabled.
    ApiDisabled,
    /// Not found.
    NotFound,
    /// Changed by someone else in between (409, 412): read and plan again.
    Conflict,
    /// It exists already.
    Exists,
    /// A quota does not allow it.
    Quota,
    /// The request is refused as it is.
    Invalid,
    /// It was accepted, and then failed: a build, a revision, an operation.
    Failed,
    /// It did not end in time.
    Timeout,
    /// The service failed (5xx) for longer than retries go on.
    Unavailable,
    /// The answer is not of the expected form.
    Malformed,
    /// A local problem: a file that cannot be read.
    Local,
    /// The run was asked to stop.
    Stopped,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Credentials,
        Self::Unreachable,
        Self::Denied,
        Self::ApiDisabled,
        Self::NotFound,
        Self::Conflict,
        Self::Exists,
        Self::Quota,
        Self::Invalid,
        Self::Failed,
        Self::Timeout,
        Self::Unavailable,
        Self::Malformed,
        Self::Local,
        Self::Stopped,
    ];

    /// The published word for it, in events and in saved snapshots.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::ApiDisabled => "apiDisabled",
            Self::NotFound => "notFound",
            Self::Conflict => "conflict",
            Self::Exists => "exists",
            Self::Quota => "quota",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::Local => "local",
            Self::Stopped => "stopped",
        }
    }

    /// The kind of a published word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// How far a call came that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// It changed nothing.
    Nothing,
    /// It was accepted, or nobody knows: something may be there, or half-done.
    Begun,
}

/// What went wrong, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CloudError {
    /// What a caller can do about it.
    pub kind: ErrorKind,
    /// What, in one lowercase fragment, with the API's own text where there is one.
    pub message: String,
    /// The API call, for example `POST run.googleapis.com/v2/...`.
    pub call: Option<String>,
    /// What the user can do next.
    pub help: Option<String>,
    /// How far the call came.
    pub extent: Extent,
}

impl CloudError {
    /// An error without call and help. What failed after it was accepted, or did not end, has begun.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let extent = match kind {
            ErrorKind::Failed | ErrorKind::Timeout => Extent::Begun,
            ErrorKind::Credentials
            | ErrorKind::Unreachable
            | ErrorKind::Denied
            | ErrorKind::ApiDisabled
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::Exists
            | ErrorKind::Quota
            | ErrorKind::Invalid
            | ErrorKind::Unavailable
            | ErrorKind::Malformed
            | ErrorKind::Local
            | ErrorKind::Stopped => Extent::Nothing,
        };
        Self { kind, message: message.into(), call: None, help: None, extent }
    }

    /// The same of a call that may have changed something.
    #[must_use]
    pub fn begun(mut self) -> Self {
        self.extent = Extent::Begun;
        self
    }

    /// The same with the call it came from.
    #[must_use]
    pub fn at(mut self, request: &ApiRequest) -> Self {
        self.call = Some(request.shown());
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Google Cloud, live or emulated.
pub trait Cloud: Send + Sync {
    /// Reads; follows pages where the request says so; retries what may be retried.
    fn read(&self, request: &ApiRequest) -> impl Future<Output = Result<Found, CloudError>> + Send;

    /// Carries a step out to its end, telling how it goes. References in it are filled already.
    fn run(
        &self,
        step: &Step,
        supervisor: &dyn Supervisor,
    ) -> impl Future<Output = Result<Done, CloudError>> + Send;
}

/// The run that a step belongs to, as the step meets it. A function that takes a [`Progress`] is one that permits everything.
pub trait Supervisor: Send + Sync {
    /// Hears how the step goes.
    fn tell(&self, progress: Progress);

    /// Asked before each request of the step that may change something, each repeat of one included.
    ///
    /// Errors: the run does not hold its stack any more, or cannot show that it does. The request must not be sent.
    fn permit(&self) -> Permission<'_> {
        Box::pin(async { Ok(()) })
    }
}

/// What a [`Supervisor`] answers.
pub type Permission<'run> = Pin<Box<dyn Future<Output = Result<(), CloudError>> + Send + 'run>>;

/// Hears nothing and permits everything: for reads, and for writes that guard themselves.
#[derive(Debug, Clone, Copy)]
pub struct Unsupervised;

impl Supervisor for Unsupervised {
    fn tell(&self, _: Progress) {}
}

impl<F: Fn(Progress) + Send + Sync> Supervisor for F {
    fn tell(&self, progress: Progress) {
        self(progress);
    }
}
