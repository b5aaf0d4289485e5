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
    /// Print a custom role of exactly the permissions that the spec needs now, as YAML, in place of the checks; asks the cloud as --live does.
    #[arg(
        long,
        value_name = "ID",
        num_args = 0..=1,
        default_missing_value = "gemmactl",
        value_parser = parse_role_id,
        conflicts_with_all = ["format", "report"]
    )]
    pub(crate) custom_role: Option<String>,
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

/// The id of a custom role, as IAM takes it.
fn parse_role_id(text: &str) -> Result<String, String> {
    let fits = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
    if fits && (3..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("the id of a role is 3 to 64 letters, digits, `_` and `.`".to_owned())
    }
}
