//! Arguments of `bench`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tuning::Levels;

use super::duration::parse_duration;
use super::{CloudArguments, SpecArguments};

/// Arguments of `bench`.
#[derive(Debug, Clone, Args)]
pub(crate) struct BenchArguments {
    /// A service of the spec; may be left out where the spec has one only.
    pub(crate) service: Option<String>,
    /// How many prompts are under way at once, one level after the other; 1 is always among them.
    #[arg(long, value_name = "N,N,..", value_parser = Levels::parse, conflicts_with = "up_to", allow_hyphen_values = true)]
    levels: Option<Levels>,
    /// The levels 1, 2, 4, 8 and so on, up to this one.
    #[arg(long, value_name = "N", value_parser = Levels::up_to, default_value = "16", allow_hyphen_values = true)]
    up_to: Levels,
    /// Prompts of each level, but no fewer than are under way at once [default: four times the level, and at least 10].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    requests: Option<u32>,
    /// What is asked. A number is put before each prompt, so that none is answered from a cache.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "Explain in a few sentences how a river forms its valley."
    )]
    pub(crate) prompt: String,
    /// Tokens of an answer at the most.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_tokens: u32,
    /// The model; by default the first that the service lists.
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// How long all of it may take; what was measured until then is shown.
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = parse_duration)]
    pub(crate) time_limit: Duration,
    /// Send the prompts without a question.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Print the measurement as JSON: specs/schema/bench.schema.json.
    #[arg(long)]
    pub(crate) json: bool,
    /// Save the measurement, for `show`. Only its owner may read the file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write it as one page of HTML, too. Only its owner may read the file.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// At least so many prompts make a level, unless somebody says otherwise.
const LEAST: u32 = 10;

impl BenchArguments {
    /// The levels, each with its number of prompts.
    pub(crate) fn load(&self) -> Vec<(u32, u32)> {
        let levels = self.levels.as_ref().unwrap_or(&self.up_to);
        let prompts = |level: u32| match self.requests {
            Some(requests) => requests.max(level),
            None => level.saturating_mul(4).max(LEAST),
        };
        levels.iter().map(|level| (level, prompts(level))).collect()
    }
}
