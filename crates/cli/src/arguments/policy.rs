//! The operator's policy on the command line.

use std::path::PathBuf;

use clap::Args;

/// The operator's policy.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArguments {
    /// Rules for what the spec may ask for; a broken rule of level deny ends with exit code 4. The spec never names it.
    #[arg(long, value_name = "FILE", help_heading = "Guards")]
    pub(crate) policy: Option<PathBuf>,
}
