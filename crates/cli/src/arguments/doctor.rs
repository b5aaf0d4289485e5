//! Arguments of `doctor`.

use std::path::PathBuf;

use clap::Args;

use super::{CheckFormat, CloudArguments, SpecArguments};

/// Arguments of `doctor`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DoctorArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Ask the cloud, too; only reads. Meant by itself with an emulator.
    #[arg(long)]
    pub(crate) live: bool,
    /// Form of the checks on stdout.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    /// Write a redacted report to this new file, to attach to a bug.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// The proxy that calls go through.
    #[arg(long, env = "HTTPS_PROXY", value_name = "URL", hide = true, hide_env_values = true)]
    pub(crate) proxy: Option<String>,
    /// The same as most tools on Unix write it.
    #[arg(long, env = "https_proxy", value_name = "URL", hide = true, hide_env_values = true)]
    pub(crate) unix_proxy: Option<String>,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}
