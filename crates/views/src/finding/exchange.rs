//! One question to the cloud, and its answer.

use std::time::Duration;

use model::{ApiRequest, CloudError, Found};

/// A question and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What was asked.
    pub request: ApiRequest,
    /// How long the answer took, with repeats.
    pub took: Duration,
    /// What came back.
    pub answer: Result<Found, CloudError>,
}
