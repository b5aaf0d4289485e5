//! Arguments of `apply`.

use clap::Args;

use super::saved::ApprovedArguments;
use super::{BudgetArguments, CloudArguments, DetailLevel, PolicyArguments, SpecArguments, ToldArguments};
use crate::consent::ConsentArguments;

/// Arguments of `apply`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApplyArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// What is told of it.
    #[command(flatten)]
    pub(crate) told: ToldArguments,
    /// Ask the services for proof that they answer although nothing changes.
    #[arg(long)]
    pub(crate) smoke: bool,
    /// What was approved.
    #[command(flatten)]
    pub(crate) approved: ApprovedArguments,
    /// How much of the plan is shown.
    #[arg(long, value_enum, default_value_t = DetailLevel::Changes)]
    pub(crate) detail: DetailLevel,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// What is allowed.
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    /// What the spec is held against.
    #[command(flatten)]
    pub(crate) policy: PolicyArguments,
    /// What it may cost.
    #[command(flatten)]
    pub(crate) budget: BudgetArguments,
}
