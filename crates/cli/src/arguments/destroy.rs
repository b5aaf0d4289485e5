//! Arguments of `destroy`.

use clap::Args;

use super::saved::ApprovedArguments;
use super::{CloudArguments, SpecArguments, ToldArguments};
use crate::consent::ContentArguments;

/// Arguments of `destroy`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DestroyArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// What is told of it.
    #[command(flatten)]
    pub(crate) told: ToldArguments,
    /// What was approved.
    #[command(flatten)]
    pub(crate) approved: ApprovedArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// What is allowed.
    #[command(flatten)]
    pub(crate) content: ContentArguments,
}
