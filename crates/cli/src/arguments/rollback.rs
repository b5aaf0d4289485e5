//! Arguments of `rollback`.

use clap::Args;

use super::{CloudArguments, SpecArguments, SurfaceArguments, ToldArguments};

/// Arguments of `rollback`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RollbackArguments {
    /// A service of the spec; may be left out if it has only one.
    pub(crate) service: Option<String>,
    /// The revision that gets all requests; the newest one that served before if left out.
    #[arg(long, value_name = "REVISION")]
    pub(crate) to: Option<String>,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The fingerprint that the plan was approved by: what is planned now must have it, or nothing is done (exit code 3).
    #[arg(long, value_name = "FINGERPRINT", value_parser = super::saved::parse_fingerprint)]
    pub(crate) expect: Option<String>,
    /// Only show the plan: nothing is asked and nothing is changed.
    #[arg(long, conflicts_with_all = ["yes", "expect", "json", "report"])]
    pub(crate) plan: bool,
    /// Save the plan, for `show`. It is carried out by `rollback --expect`, not by `apply`.
    #[arg(short, long, value_name = "FILE", requires = "plan")]
    pub(crate) output: Option<std::path::PathBuf>,
    /// How the plan is shown on stdout with --plan.
    #[command(flatten)]
    pub(crate) surface: SurfaceArguments,
    /// What is told of it.
    #[command(flatten)]
    pub(crate) told: ToldArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}
