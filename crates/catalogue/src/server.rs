//! Model servers and ready-made containers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::source::Source;
use crate::version::Version;

/// Ollama.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ollama {
    /// The context that each slot gets where none is set, from so many GiB of GPU memory on.
    pub contexts: Steps<u64>,
    /// The driver that a release needs, from so much on.
    pub drivers: Steps<u64>,
    /// The image to build on, from so new a driver on.
    pub bases: BTreeMap<String, Base>,
    /// What the server needs beside weights and cache.
    pub buffers: Buffers,
    /// Bytes of one number of the cache.
    pub cache_bytes: CacheBytes,
    /// Environment variables.
    pub settings: BTreeMap<String, Setting>,
    /// Where the settings come from.
    pub source: Source,
}

/// Values that hold from a key on.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Steps<Value> {
    /// Each value by the first key that it holds for.
    pub from: BTreeMap<String, Value>,
    /// Where this comes from.
    pub source: Source,
}

/// What the server needs beside weights and cache.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Buffers {
    /// At most so many GiB.
    pub gib: f64,
    /// Where this comes from.
    pub source: Source,
}

/// Bytes of one number of the key-value cache.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CacheBytes {
    /// By type.
    pub types: BTreeMap<String, f64>,
    /// Where this comes from.
    pub source: Source,
}

/// An image to build on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Base {
    /// Its name without a tag.
    pub image: String,
    /// Its version, which is its tag.
    pub version: String,
    /// Its digest, `sha256:…`, where known.
    pub digest: Option<String>,
    /// Where this comes from.
    pub source: Source,
}

impl Base {
    /// The whole reference: `ollama/ollama:0.24.0`, with the digest where it is known.
    pub fn reference(&self) -> String {
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        format!("{}:{}{digest}", self.image, self.version)
    }
}

/// A setting of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setting {
    /// The value where none is given.
    pub default: String,
    /// What it is, in a few words.
    pub about: String,
}

impl Ollama {
    /// What a setting is where nobody sets it; empty for one that is not known.
    pub fn default_of(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", |setting| setting.default.as_str())
    }

    /// The context that each slot gets where none is set.
    pub fn context_for(&self, gib: f64) -> Option<u64> {
        let steps =
            self.contexts.from.iter().filter_map(|(key, tokens)| Some((key.parse::<f64>().ok()?, *tokens)));
        steps
            .filter(|(from, _)| *from <= gib)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, tokens)| tokens)
    }

    /// The driver that a release needs, and the first release that needs it; none for one that runs on any.
    pub fn driver_for(&self, version: &Version) -> Option<(Version, u64)> {
        let steps =
            self.drivers.from.iter().filter_map(|(key, driver)| Some((Version::parse(key)?, *driver)));
        steps.filter(|(from, _)| from <= version).max_by(|one, other| one.0.cmp(&other.0))
    }

    /// The driver that the newest releases need, and the first release that needs it.
    pub fn newest_driver(&self) -> Option<(Version, u64)> {
        let steps =
            self.drivers.from.iter().filter_map(|(key, driver)| Some((Version::parse(key)?, *driver)));
        steps.max_by(|one, other| one.0.cmp(&other.0))
    }

    /// The image to build on for a driver.
    pub fn base_for(&self, driver: u64) -> Option<&Base> {
        let steps = self.bases.iter().filter_map(|(key, base)| Some((key.parse::<u64>().ok()?, base)));
        steps.filter(|(from, _)| *from <= driver).max_by_key(|(from, _)| *from).map(|(_, base)| base)
    }
}

/// vLLM.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vllm {
    /// The image to run.
    pub base: Base,
    /// Up to so many times `--max-num-seqs` requests keep the GPU busy; more only wait.
    pub sequences_factor: u32,
    /// Engine arguments.
    pub settings: BTreeMap<String, Setting>,
    /// Where this comes from.
    pub source: Source,
}

impl Vllm {
    /// What an argument is where nobody gives it; empty for one that is not known.
    pub fn default_of(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", |setting| setting.default.as_str())
    }
}

/// A container that holds a model already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prebuilt {
    /// Its name without a tag.
    pub image: String,
    /// Its digest, `sha256:…`, where known.
    pub digest: Option<String>,
    /// The model inside.
    pub model: String,
    /// Where this comes from.
    pub source: Source,
}
