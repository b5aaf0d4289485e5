//! One question to the cloud, and its answer.

use std::time::Duration;

use model::{ApiRequest, CloudError, Found};

/// A question and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// What was asked.
    pub(crate) request: ApiRequest,
    /// How long the answer took, with repeats.
    pub(crate) took: Duration,
    /// What came back.
    pub(crate) answer: Result<Found, CloudError>,
}
