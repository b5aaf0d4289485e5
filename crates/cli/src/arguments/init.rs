//! Arguments of `init`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `init`.
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArguments {
    /// A `gcloud run deploy` command, in quotes, that the spec is to mean the same as.
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["gpu", "caller", "weights", "prebuilt"])]
    pub(crate) from_command: Option<String>,
    /// The model, by its Ollama tag. With --from-command: rendered in place of the folder of --source.
    #[arg(long, value_name = "MODEL", help_heading = "Answers")]
    pub(crate) model: Option<String>,
    /// The GPU type.
    #[arg(long, value_name = "TYPE", help_heading = "Answers")]
    pub(crate) gpu: Option<String>,
    /// The project; a variable of the spec if left out.
    #[arg(long, value_name = "PROJECT", help_heading = "Answers")]
    pub(crate) project: Option<String>,
    /// The region.
    #[arg(long, value_name = "REGION", help_heading = "Answers")]
    pub(crate) region: Option<String>,
    /// Who may call the service, for example group:ml-users@example.com.
    #[arg(long, value_name = "MEMBER", help_heading = "Answers")]
    pub(crate) caller: Option<String>,
    /// Run the published container of the model, and build nothing.
    #[arg(long, help_heading = "Answers", conflicts_with_all = ["weights", "dockerfile"])]
    pub(crate) prebuilt: bool,
    /// Run vLLM with the weights of a bucket, gs://BUCKET/FOLDER, and build nothing.
    #[arg(long, value_name = "URL", help_heading = "Answers", conflicts_with_all = ["model", "dockerfile"])]
    pub(crate) weights: Option<String>,
    /// Write the Dockerfile into this folder, to be changed by hand, in place of having it rendered.
    #[arg(long, value_name = "FOLDER", help_heading = "Answers")]
    pub(crate) dockerfile: Option<String>,
    /// Ask nothing: what is left out is chosen.
    #[arg(long, help_heading = "Answers")]
    pub(crate) defaults: bool,
    /// Write the spec to this file, which must not be there yet.
    #[arg(short, long, default_value = "gemmactl.yaml", value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Print the spec, and write nothing.
    #[arg(long)]
    pub(crate) print: bool,
}
