//! Arguments of `proxy`.

use std::net::SocketAddr;

use clap::Args;

use super::{CloudArguments, SpecArguments};

/// Arguments of `proxy`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProxyArguments {
    /// A service of the spec; may be left out where there is one only.
    pub(crate) service: Option<String>,
    /// Where to listen: loopback only, port 0 takes any free one. By default 127.0.0.1:8080, or another port where that one
    /// is taken.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Print where it listens as a JSON object on one line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}
