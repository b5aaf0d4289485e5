//! Health checks of an instance.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{AbsolutePath, Duration, HeaderName};

/// A health check: exactly one of `http`, `tcp` and `grpc`, and how often. Source: Cloud Run Admin API v2, `Probe`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// Asks by an HTTP GET; any answer from 200 to 399 is healthy.
    pub http: Option<HttpProbe>,
    /// Opens a TCP connection; only for startup.
    pub tcp: Option<TcpProbe>,
    /// Asks by the gRPC health protocol.
    pub grpc: Option<GrpcProbe>,
    /// How long to wait before the first check.
    pub initial_delay: Option<Duration>,
    /// How long one check may take; not longer than `period`.
    pub timeout: Option<Duration>,
    /// How often to check.
    pub period: Option<Duration>,
    /// After how many failures in a row the instance counts as failed.
    #[schemars(range(min = 1, max = 1000))]
    pub failure_threshold: Option<u32>,
}

/// A check by HTTP GET.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpProbe {
    /// The path that is asked; `/` if left out.
    pub path: Option<AbsolutePath>,
    /// The port; the container's own if left out.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Headers that are sent.
    #[serde(default)]
    pub headers: IndexMap<HeaderName, String>,
}

/// A check by TCP connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TcpProbe {
    /// The port; the container's own if left out.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
}

/// A check by the gRPC health protocol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrpcProbe {
    /// The port; the container's own if left out.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// The service whose health is asked for; the server as a whole if left out.
    pub service: Option<String>,
}
