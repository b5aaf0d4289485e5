//! Arguments of `prompt`.

use std::time::Duration;

use clap::Args;

use super::duration::parse_duration;
use super::{CloudArguments, SpecArguments};

/// Arguments of `prompt`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PromptArguments {
    /// What to ask, after the name of the service where the spec has several.
    #[arg(value_names = ["SERVICE", "PROMPT"], num_args = 1..=2, required = true)]
    pub(crate) words: Vec<String>,
    /// The model; by default the first that the service lists.
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// What the model is told beforehand.
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// How long to wait for the whole answer, the start of an instance included.
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    /// Print one JSON object a line: each piece of the answer, and then its figures.
    #[arg(long)]
    pub(crate) json: bool,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

impl PromptArguments {
    /// The service, if it is named, and the prompt.
    pub(crate) fn service_and_prompt(&self) -> (Option<&str>, &str) {
        match self.words.as_slice() {
            [service, prompt, ..] => (Some(service), prompt),
            [prompt] => (None, prompt),
            [] => (None, ""),
        }
    }
}
