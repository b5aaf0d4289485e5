//! Arguments of `export`.

use std::path::PathBuf;

use clap::Args;

use super::CloudArguments;

/// Arguments of `export`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArguments {
    /// The live service.
    pub(crate) service: String,
    /// The project that it is in.
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: String,
    /// The region that it is in.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: String,
    /// The name of the stack that is to own it; the service's name if left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// Write the spec to this file, which must not be there yet; stdout if left out.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}
