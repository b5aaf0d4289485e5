//! The network around a service.

use schemars::JsonSchema;
use serde::Deserialize;

/// The way into a VPC network: a connector, or a network and subnet. Source: Cloud Run Admin API v2, `VpcAccess`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vpc {
    /// A Serverless VPC Access connector, by name or full resource name.
    #[schemars(length(min = 1))]
    pub connector: Option<String>,
    /// The network, for direct egress.
    #[schemars(length(min = 1))]
    pub network: Option<String>,
    /// The subnet, for direct egress.
    #[schemars(length(min = 1))]
    pub subnet: Option<String>,
    /// Network tags, for direct egress.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which outgoing requests go through the network.
    pub egress: Option<Egress>,
}

/// Which outgoing requests go through the VPC network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Egress {
    /// All of them.
    AllTraffic,
    /// Those to private addresses.
    PrivateRangesOnly,
}

/// Where requests may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ingress {
    /// Anywhere.
    All,
    /// The project's own networks.
    Internal,
    /// The project's own networks and its load balancers.
    InternalAndCloudLoadBalancing,
}
