//! Arguments of `quota`.

use clap::{Args, Subcommand};

use super::{CloudArguments, SpecArguments};

/// What can be done about quotas.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show what the services want of each quota, what is allowed, and what became of earlier requests.
    #[command(after_help = "Examples:\n  gemmactl quota show\n  gemmactl quota show ollama-gemma --json")]
    Show(QuotaShowArguments),
    /// Ask Google for what the services want and is not allowed, after a question.
    #[command(after_help = "Examples:\n  gemmactl quota request --contact me@example.com\n  \
        gemmactl quota request ollama-gemma --value 8 --justification \"load test in May\"\n\n\
        A request is decided by Google, at once or in days; gemmactl quota show tells how it stands. Nothing is bought by it.")]
    Request(QuotaRequestArguments),
}

/// Arguments of `quota show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct QuotaShowArguments {
    /// A service of the spec; all of them if left out.
    pub(crate) service: Option<String>,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Arguments of `quota request`.
#[derive(Debug, Clone, Args)]
pub(crate) struct QuotaRequestArguments {
    /// So many GPUs in all instead of what the services want.
    #[arg(long, value_name = "GPUS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) value: Option<u32>,
    /// The address at which Google answers; your own, unless a service account asks.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) contact: Option<String>,
    /// Why, in a sentence; otherwise the sum.
    #[arg(long, value_name = "TEXT")]
    pub(crate) justification: Option<String>,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// What is asked for, and for whom.
    #[command(flatten)]
    pub(crate) show: QuotaShowArguments,
}
