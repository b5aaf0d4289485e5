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
    /// List the generations of the record that are kept, or put one back.
    #[command(
        after_help = "Examples:\n  gemmactl record restore                     # what is kept, with time, serial and \
        stacks\n  gemmactl record restore --generation 1763906709123456\n\nWhat each stack gains and loses by it is \
        shown before the question. A generation that was deleted for good cannot be read: a copy of it is made an older \
        generation first."
    )]
    Restore(RecordRestoreArguments),
    /// Note in the record what bears the stack's stamp: for a record that was lost.
    #[command(
        after_help = "Examples:\n  gemmactl record rebuild\n  gemmactl destroy --recovered delete    # what was found \
        again may be deleted only so\n\nOnly what the spec names is looked at. APIs, role members and images bear no \
        stamp: they are not noted, and never deleted."
    )]
    Rebuild(RecordRebuildArguments),
    /// Give a stack another name; the next apply rewrites the stamps of what it made.
    #[command(
        after_help = "Examples:\n  gemmactl record rename ollama-gemma gemma\n  gemmactl apply    # once `stack: gemma` \
        stands in the spec"
    )]
    Rename(RecordRenameArguments),
}

/// Arguments of `record list` and `record show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordShowArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Form on stdout; json is the whole record as it is stored.
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    pub(crate) format: RecordFormat,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Arguments of `record unlock`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordUnlockArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Arguments of `record restore`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordRestoreArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Put this generation back, if the record is still as it was read.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) generation: Option<i64>,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Arguments of `record rebuild`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordRebuildArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Arguments of `record rename`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordRenameArguments {
    /// Its name in the record.
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The name that it gets.
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Forms of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
