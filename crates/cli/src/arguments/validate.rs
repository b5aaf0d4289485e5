//! Arguments of `validate`.

use clap::{Args, ValueEnum};

use super::{PolicyArguments, SpecArguments};

/// Arguments of `validate`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ValidateArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// What the spec is held against.
    #[command(flatten)]
    pub(crate) policy: PolicyArguments,
    /// Form of the problems.
    #[arg(long, value_enum, default_value_t = ProblemFormat::Text)]
    pub(crate) format: ProblemFormat,
}

/// Forms of the problems of a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProblemFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, which shows the problems beside their lines.
    Annotations,
}
