//! Model servers that need no folder of one's own.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{
    BaseImage, BucketName, EnvName, FolderPath, ImageDigest, ModelDigest, OllamaModel, PrebuiltName,
    ScalarText,
};

/// Ollama with a model inside. The Dockerfile is rendered: it pulls the model, holds its digest against what is expected, and
/// loads the model before the startup probe passes. `gemmactl image dockerfile` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OllamaImage {
    /// The model that is pulled into the image.
    pub model: OllamaModel,
    /// The digest of the model's manifest; the build fails on any other. That of the catalogue if left out, where it knows one.
    pub digest: Option<ModelDigest>,
    /// The image to build on; the newest release that runs on the driver of the GPU if left out.
    pub base: Option<BaseImage>,
    /// Environment variables of the image, and other values for those that are rendered, such as `OLLAMA_KEEP_ALIVE`.
    #[serde(default)]
    pub env: IndexMap<EnvName, ScalarText>,
}

/// A published container with a model inside; nothing is built.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrebuiltImage {
    /// Which one.
    pub name: PrebuiltName,
    /// The digest to run; that of the catalogue if left out, where it knows one, else whatever is published last.
    pub digest: Option<ImageDigest>,
}

/// vLLM with its weights in a Cloud Storage bucket; nothing is built. Services that run it are started with what stands here,
/// get the bucket as a volume where it is mounted, and a startup probe that passes once the model is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VllmImage {
    /// The image to run; that of the catalogue if left out.
    pub base: Option<BaseImage>,
    /// Where the weights are.
    pub weights: Weights,
    /// The name that callers use for the model; the last part of the folder in lower case if left out.
    pub served_name: Option<FolderPath>,
    /// Tokens of one request (`--max-model-len`); the model's own limit if left out.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub context_length: Option<u32>,
    /// Requests that are answered at once (`--max-num-seqs`).
    #[schemars(range(min = 1, max = 4096))]
    pub sequences: Option<u32>,
    /// More arguments of `vllm serve`.
    #[serde(default)]
    pub args: Vec<String>,
}

/// Weights in a bucket, which should be in the region of the service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Weights {
    /// The bucket.
    pub bucket: BucketName,
    /// The folder in it that holds the model.
    pub folder: FolderPath,
    /// How they get to the GPU; `mount` if left out.
    pub load: Option<WeightsLoad>,
}

/// How weights get from a bucket to the GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum WeightsLoad {
    /// The bucket is a read-only volume. The simplest way.
    Mount,
    /// vLLM reads many parts of the bucket at once. Faster; the image must hold the Run:ai streamer.
    Stream,
}
