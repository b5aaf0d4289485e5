//! What is known of Cloud Run's GPUs, quotas and prices, of models and of model servers: data files with the date, the
//! page and the trust of every figure, which an operator can override. Knows no spec, no cloud and no check.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests may stop at the first surprise"
    )
)]

mod cloud_run;
mod gpu;
mod load;
mod model;
mod price;
mod server;
mod source;
mod tree;
mod version;

pub use cloud_run::{CloudRun, Defaults, GeneralQuota, ImageLimit, Loading, LongAnswers, Quotas, Startup};
pub use gpu::{Driver, Gpu, GpuMemory, GpuQuota, GpuQuotas, Instance, Regions};
pub use load::CatalogueError;
pub use model::{CacheShape, ModelFacts};
pub use price::{BuildPrices, GpuSeconds, Prices, StoragePrice, Tier};
pub use server::{Base, Ollama, Prebuilt, Setting, Vllm};
pub use source::{Source, Trust};
pub use version::Version;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Everything that is known, by subject.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Catalogue {
    /// GPU types, by the name in `nodeSelector.accelerator`.
    pub gpus: BTreeMap<String, Gpu>,
    /// Cloud Run itself.
    pub cloud_run: CloudRun,
    /// List prices.
    pub prices: Prices,
    /// Models, by Ollama tag or by the name of a folder of weights.
    pub models: BTreeMap<String, ModelFacts>,
    /// Ollama.
    pub ollama: Ollama,
    /// vLLM.
    pub vllm: Vllm,
    /// Containers that hold a model already, by name.
    pub prebuilt: BTreeMap<String, Prebuilt>,
}

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(load::shipped);

impl Catalogue {
    /// What this program was shipped with.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// What is known of a model by the tag that people write: without a tag, `latest` is meant. Case and a path before a
    /// folder's name count for nothing.
    pub fn model(&self, name: &str) -> Option<(&str, &ModelFacts)> {
        let plain = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        self.models.get_key_value(&plain).map(|(name, facts)| (name.as_str(), facts))
    }
}
