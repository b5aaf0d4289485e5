//! How a request ended without the wanted answer, before it is explained to people.

use model::CloudError;

use super::Problem;

/// A request that did not give the wanted answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) fate: Fate,
}

/// Why.
#[derive(Debug)]
pub(crate) enum Cause {
    /// The API refused it.
    Refused(Problem),
    /// There was no connection.
    Unreachable(String),
    /// The connection broke, or no answer came in time.
    Lost(String),
    /// The answer is not of the expected form.
    Malformed(String),
    /// There is no usable credential, or the request cannot be sent.
    Ours(CloudError),
}

/// Whether one of the attempts may have been carried out although no answer says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// None was.
    NotDone,
    /// One may have been.
    PerhapsDone,
}

impl Failure {
    /// What the API said, if it said something.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        match &self.cause {
            Cause::Refused(problem) => Some(problem),
            Cause::Unreachable(_) | Cause::Lost(_) | Cause::Malformed(_) | Cause::Ours(_) => None,
        }
    }

    /// The HTTP status of the refusal, 0 when there was none.
    pub(crate) fn http(&self) -> u16 {
        self.problem().map_or(0, |problem| problem.http)
    }
}

impl From<CloudError> for Failure {
    fn from(error: CloudError) -> Self {
        Self { cause: Cause::Ours(error), fate: Fate::NotDone }
    }
}
