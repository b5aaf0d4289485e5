//! Arguments about plans that were made before: saving, showing, comparing, and applying just what was approved.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SurfaceArguments;

/// What is applied must be what was approved.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApprovedArguments {
    /// A saved plan (`plan -o FILE`): what is planned now must be the same, or nothing is done and the difference is
    /// shown (exit code 3).
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<PathBuf>,
    /// The fingerprint that a plan was approved by: what is planned now must have it, or nothing is done (exit code 3).
    #[arg(long, value_name = "FINGERPRINT", value_parser = parse_fingerprint, conflicts_with = "plan")]
    pub(crate) expect: Option<String>,
}

/// What a plan is saved to and compared with.
#[derive(Debug, Clone, Args)]
pub(crate) struct SavingArguments {
    /// Save the plan, for `show`, `apply PLAN` and `plan --since`. Only its owner may read the file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Say what is different from an earlier saved plan, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
}

/// Arguments of `show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ShowArguments {
    /// A saved plan, what `apply --json` printed, or what `bench -o` saved.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Say what is different from an earlier saved plan, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
    /// How it is shown on stdout.
    #[command(flatten)]
    pub(crate) surface: SurfaceArguments,
}

/// What a JSON Schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// The spec.
    Spec,
    /// An operator's policy.
    Policy,
    /// A saved plan, and what `plan --format json` prints.
    Plan,
    /// A line of what `apply --json` prints.
    Events,
    /// A measurement: what `bench --json` prints and `bench -o` saves.
    Bench,
}

/// The first digits of a fingerprint, enough of them that nobody can make another plan that begins so.
pub(super) fn parse_fingerprint(text: &str) -> Result<String, String> {
    let is_hex = text.chars().all(|digit| digit.is_ascii_hexdigit());
    if is_hex && (views::document::SHORT..=views::document::LONG).contains(&text.len()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a fingerprint is 16 to 64 hexadecimal digits, as a plan shows it".to_owned())
    }
}
