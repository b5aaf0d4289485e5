//! How a plan is shown: in which form, and how much of it.

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use views::plan_markdown::LEAST_BYTES;

/// How a plan is shown on stdout.
#[derive(Debug, Clone, Args)]
pub(crate) struct SurfaceArguments {
    /// Form of the plan on stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// How much of it, for a terminal.
    #[arg(long, value_enum, default_value_t = DetailLevel::Changes)]
    pub(crate) detail: DetailLevel,
    /// Bytes of Markdown at most: what does not fit is written shorter, never cut [default: 60000, of a summary 1000000].
    #[arg(long, value_name = "BYTES", value_parser = RangedU64ValueParser::<usize>::new().range(LEAST_BYTES as u64..))]
    pub(crate) max_bytes: Option<usize>,
    /// Where the whole plan can be found, for Markdown that had to be written shorter.
    #[arg(long, value_name = "WHERE")]
    pub(crate) whole: Option<String>,
}

/// Forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal.
    Text,
    /// Markdown for a comment in a pull request.
    Markdown,
    /// Markdown for the summary of a CI job, with nothing folded that matters.
    Summary,
    /// For machines.
    Json,
    /// One page that needs nothing else: with the running order drawn, and a search.
    Html,
    /// SARIF 2.1.0, for code scanning: what a reviewer has to see, beside the lines of the spec.
    Sarif,
    /// The same as workflow commands of GitHub Actions.
    Annotations,
}

/// How much of a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DetailLevel {
    /// One line a resource.
    Summary,
    /// What changes.
    Changes,
    /// Unchanged resources and every field of new ones, too.
    Full,
}
