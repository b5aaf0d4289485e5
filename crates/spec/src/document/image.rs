//! Images and how they are built.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::server::{OllamaImage, PrebuiltImage, VllmImage};
use crate::types::{
    BuildLocation, DependencyReference, Duration, EnvName, MachineType, RepositoryName, ScalarText,
    ServiceAccountReference,
};

/// An image: made by Cloud Build, from a folder with a Dockerfile (`build.context`) or from one that is rendered (`ollama`), or
/// one that is there already (`prebuilt`, `vllm`). Exactly one of these four says which.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// The name of the repository under `repositories` that an image is pushed to that is built.
    pub repository: Option<RepositoryName>,
    /// How the image is built.
    #[serde(default)]
    pub build: Build,
    /// Ollama with a model inside, from a Dockerfile that is rendered.
    pub ollama: Option<OllamaImage>,
    /// A published container with a model inside.
    pub prebuilt: Option<PrebuiltImage>,
    /// vLLM with its weights in a bucket.
    pub vllm: Option<VllmImage>,
    /// Other items of this spec that have to be there before the build.
    #[serde(default)]
    pub depends_on: Vec<DependencyReference>,
}

impl Image {
    /// Whether it is made here, and not only named.
    pub const fn is_built(&self) -> bool {
        self.prebuilt.is_none() && self.vllm.is_none()
    }
}

/// How an image is built. Source: Cloud Build v1, `Build`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Build {
    /// The folder that is sent, relative to the spec's own folder and inside it; none where the Dockerfile is rendered.
    #[schemars(length(min = 1), extend("examples" = ["./ollama-backend"]))]
    pub context: Option<String>,
    /// The Dockerfile, relative to the context.
    #[serde(default = "default_dockerfile")]
    #[schemars(length(min = 1))]
    pub dockerfile: String,
    /// Build arguments (`ARG` in the Dockerfile).
    #[serde(default)]
    pub args: IndexMap<EnvName, ScalarText>,
    /// The machine the build runs on.
    pub machine_type: Option<MachineType>,
    /// The size of the build machine's disk in GB.
    #[schemars(range(min = 1, max = 4000))]
    pub disk_size_gb: Option<u32>,
    /// How long the build may take, at most 24 hours.
    pub timeout: Option<Duration>,
    /// The service account the build runs as; the project's default if left out.
    pub service_account: Option<ServiceAccountReference>,
    /// Where the build runs; the spec's region if left out.
    pub location: Option<BuildLocation>,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            context: None,
            dockerfile: default_dockerfile(),
            args: IndexMap::new(),
            machine_type: None,
            disk_size_gb: None,
            timeout: None,
            service_account: None,
            location: None,
        }
    }
}

fn default_dockerfile() -> String {
    "Dockerfile".to_owned()
}
