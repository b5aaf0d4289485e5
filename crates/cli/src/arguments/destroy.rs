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
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// What is told of it.
    #[command(flatten)]
    pub(crate) told: ToldArguments,
    /// What is allowed.
    #[command(flatten)]
    pub(crate) content: ContentArguments,
    /// What was approved.
    #[command(flatten)]
    pub(crate) approved: ApprovedArguments,
}
