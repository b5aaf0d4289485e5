//! Arguments about what is told of a run, besides progress.

use std::path::PathBuf;

use clap::Args;

/// What is told of a run.
#[derive(Debug, Clone, Args)]
pub(crate) struct ToldArguments {
    /// Print one JSON event a line on stdout: specs/schema/events.schema.json. `show` replays them.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a Markdown report, whether the run succeeds or fails. Only its owner may read the file.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}
