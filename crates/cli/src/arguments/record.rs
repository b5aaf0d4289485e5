//! Arguments of `record`.

use clap::{Args, Subcommand, ValueEnum};

use super::{CloudArguments, SpecArguments};

/// What can be done with the record.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RecordCommand {
    /// List the stacks of the project.
    List(RecordShowArguments),
    /// Show what the spec's stack made.
    Show(RecordShowArguments),
    /// Free the spec's stack from a run that is dead; asks for the stack's name.
    Unlock(RecordUnlockArguments),
}

/// Arguments of `record list` and `record show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordShowArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Form on stdout; json is the whole record as it is stored.
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    pub(crate) format: RecordFormat,
}

/// Arguments of `record unlock`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordUnlockArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Forms of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
