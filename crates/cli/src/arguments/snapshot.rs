//! Arguments of `snapshot`.

use std::path::PathBuf;

use clap::Args;

use super::{CloudArguments, SpecArguments};

/// Arguments of `snapshot`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SnapshotArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Where to save it. Only its owner may read the file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}
