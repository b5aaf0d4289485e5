//! One model: its size, and the memory that its key-value cache takes.

use serde::Deserialize;

use crate::source::Source;

/// A model.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelFacts {
    /// The weights, in units of 10^9 bytes.
    pub weights_gb: f64,
    /// The most tokens that it was made for.
    pub context: u64,
    /// Its licence.
    pub licence: String,
    /// The shape that the cache follows from, where known.
    pub cache: Option<CacheShape>,
    /// The digest of its manifest in Ollama's registry, `sha256:…`, where known.
    pub digest: Option<String>,
    /// Where this comes from.
    pub source: Source,
}

impl ModelFacts {
    /// The weights in GiB.
    pub fn weights_gib(&self) -> f64 {
        self.weights_gb * 1e9 / BYTES_PER_GIB
    }
}

const BYTES_PER_GIB: f64 = 1_073_741_824.0;

/// What the size of the key-value cache follows from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CacheShape {
    /// Layers.
    pub layers: u32,
    /// Heads of keys and values.
    pub heads: u32,
    /// Numbers for each head.
    pub head_size: u32,
    /// One layer in so many sees the whole context.
    pub global_every: u32,
    /// The tokens that the other layers see.
    pub window: u32,
}

impl CacheShape {
    /// Bytes for each token of the context, at so many bytes a number.
    pub fn bytes_per_token(&self, bytes: f64) -> f64 {
        self.bytes_per_layer(bytes) * f64::from(self.global_layers())
    }

    /// Bytes for each slot that do not grow with the context, at so many bytes a number.
    pub fn bytes_per_slot(&self, bytes: f64) -> f64 {
        let local = self.layers.saturating_sub(self.global_layers());
        self.bytes_per_layer(bytes) * f64::from(local) * f64::from(self.window)
    }

    /// The cache of one slot in GiB.
    pub fn gib_per_slot(&self, context: u64, bytes: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "contexts are far below 2^52 tokens")]
        let tokens = context as f64;
        (self.bytes_per_token(bytes) * tokens + self.bytes_per_slot(bytes)) / BYTES_PER_GIB
    }

    fn global_layers(&self) -> u32 {
        self.layers.checked_div(self.global_every).unwrap_or(self.layers)
    }

    /// A key and a value for each number of each head.
    fn bytes_per_layer(&self, bytes: f64) -> f64 {
        2.0 * f64::from(self.heads) * f64::from(self.head_size) * bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    #[test]
    fn the_cache_of_gemma_3_is_what_its_layers_say() {
        for (tag, per_token, per_slot) in [
            ("gemma3:270m", 3.0, 7.5),
            ("gemma3:1b", 4.0, 11.0),
            ("gemma3:4b", 20.0, 116.0),
            ("gemma3:12b", 64.0, 320.0),
            ("gemma3:27b", 80.0, 416.0),
        ] {
            let cache = Catalogue::shipped().models[tag].cache.unwrap();
            let (token, slot) =
                (cache.bytes_per_token(2.0) / 1024.0, cache.bytes_per_slot(2.0) / 1_048_576.0);
            assert!(
                (token - per_token).abs() < 0.01 && (slot - per_slot).abs() < 0.01,
                "{tag}: {token} {slot}"
            );
        }
    }
}
