//! Arguments of `status`.

use clap::Args;

use super::{CheckFormat, CloudArguments, SpecArguments};

/// Arguments of `status`.
#[derive(Debug, Clone, Args)]
pub(crate) struct StatusArguments {
    /// A service of the spec; all of them if left out.
    pub(crate) service: Option<String>,
    /// Form on stdout.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}
