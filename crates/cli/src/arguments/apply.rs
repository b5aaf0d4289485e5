//! Arguments of `apply`.

use clap::Args;

use super::saved::ApprovedArguments;
use super::{BudgetArguments, CloudArguments, DetailLevel, PolicyArguments, SpecArguments, ToldArguments};
use crate::consent::ConsentArguments;

/// What is looked at before anything is changed.
#[derive(Debug, Clone, Args)]
pub(crate) struct PreflightArguments {
    /// Do not look whether what the plan's calls rely on holds: billing, permissions, quotas.
    #[arg(long)]
    pub(crate) no_preflight: bool,
    /// Go on although the preflight says that it will fail half-way.
    #[arg(long, conflicts_with = "no_preflight")]
    pub(crate) allow_failed_preflight: bool,
}

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
    /// What is looked at before.
    #[command(flatten)]
    pub(crate) preflight: PreflightArguments,
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
