//! How many instances there are, and which revision gets the requests.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{RevisionName, TrafficTag};

/// Scaling of the service as a whole. Source: Cloud Run Admin API v2, `ServiceScaling`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceScaling {
    /// The least instances, shared out over the revisions.
    #[schemars(range(max = 10000))]
    pub min: Option<u32>,
    /// The most instances over all revisions.
    #[schemars(range(min = 1, max = 10000))]
    pub max: Option<u32>,
    /// Whether Cloud Run scales, or the number under `manual` holds.
    pub mode: Option<ScalingMode>,
    /// The number of instances with mode `manual`.
    #[schemars(range(max = 10000))]
    pub manual: Option<u32>,
}

/// Who decides on the number of instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScalingMode {
    /// Cloud Run does, by load.
    Automatic,
    /// The spec does.
    Manual,
}

/// A share of the requests for one revision: exactly one of `latest` and `revision`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrafficTarget {
    /// The newest revision that is ready; only `true` may be written.
    pub latest: Option<bool>,
    /// A revision by name.
    pub revision: Option<RevisionName>,
    /// The share in percent; all shares together make 100.
    #[schemars(range(max = 100))]
    pub percent: Option<u32>,
    /// A tag that gives the revision an address of its own.
    pub tag: Option<TrafficTag>,
}
