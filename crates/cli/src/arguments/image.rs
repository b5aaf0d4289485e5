//! Arguments of `image`.

use clap::{Args, Subcommand};

use super::SpecArguments;

/// What to do with an image of the spec.
#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Print the Dockerfile that an image is built from: the folder's own, or the one that is rendered.
    #[command(
        after_help = "Examples:\n  gemmactl image dockerfile                  # of the only image that is built\n  \
        gemmactl image dockerfile gemma --env prod\n  \
        gemmactl image dockerfile gemma > ollama-backend/Dockerfile    # to go on with a folder of one's own"
    )]
    Dockerfile(DockerfileArguments),
}

/// Arguments of `image dockerfile`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DockerfileArguments {
    /// The image's name under `images`; not needed where only one is built.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
}
