//! Arguments of `plan`.

use std::path::PathBuf;

use clap::Args;

use super::saved::SavingArguments;
use super::{BudgetArguments, CloudArguments, PolicyArguments, SpecArguments, SurfaceArguments};
use crate::consent::ConsentArguments;

/// Arguments of `plan`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Clone, Args)]
pub(crate) struct PlanArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Plan from a saved snapshot (`snapshot -o FILE`) instead of asking a cloud.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["emulator", "endpoint"])]
    pub(crate) against: Option<PathBuf>,
    /// Plan the removal of the stack instead.
    #[arg(long, conflicts_with = "policy")]
    pub(crate) destroy: bool,
    /// Tell only what others changed in the cloud; edits of the spec and what it asks for the first time are left out.
    #[arg(long, conflicts_with_all = ["destroy", "output", "since", "policy", "budget"])]
    pub(crate) drift_only: bool,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Exit with 4, too, when everybody gets into something that the spec does not open.
    #[arg(long)]
    pub(crate) guard: bool,
    /// Do not look whether what the plan's calls rely on holds: billing, permissions, quotas.
    #[arg(long)]
    pub(crate) no_preflight: bool,
    /// List every field of live objects that is no difference, with its value and the rule that ignores it.
    #[arg(long)]
    pub(crate) show_ignored: bool,
    /// Print a shell script in place of the plan, with each step as the command of gcloud that does it.
    #[arg(long, conflicts_with_all = ["format", "detail", "drift_only", "show_ignored", "since"])]
    pub(crate) as_gcloud: bool,
    /// How it is shown on stdout.
    #[command(flatten)]
    pub(crate) surface: SurfaceArguments,
    /// What it is saved to and compared with.
    #[command(flatten)]
    pub(crate) saving: SavingArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// What apply would be allowed.
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    /// What the spec is held against.
    #[command(flatten)]
    pub(crate) policy: PolicyArguments,
    /// What it may cost.
    #[command(flatten)]
    pub(crate) budget: BudgetArguments,
}
