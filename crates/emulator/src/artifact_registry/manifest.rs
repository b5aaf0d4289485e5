//! Manifests of images that do not exist as bytes: made from a seed, so that the same build gives the same manifest
//! and the digest is, as the registry protocol demands, the SHA-256 of the manifest.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::blobs::sha256_hex;

/// The media type of every manifest here.
pub(super) const MEDIA_TYPE: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// An image: what made it, and how large it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Image {
    /// Equal for equal images: a digest of all inputs.
    pub(crate) seed: String,
    /// The bytes of all layers together.
    pub(crate) size_bytes: u64,
}

impl Image {
    /// The manifest, as the registry protocol answers it.
    pub(crate) fn manifest(&self) -> String {
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MEDIA_TYPE,
            "config": descriptor("application/vnd.docker.container.image.v1+json", "config", &self.seed, 1024),
            "layers": [descriptor(
                "application/vnd.docker.image.rootfs.diff.tar.gzip", "layer", &self.seed, self.size_bytes,
            )],
        });
        manifest.to_string()
    }

    /// The digest of the manifest, `sha256:...`.
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", sha256_hex(self.manifest().as_bytes()))
    }

    /// A public image that the emulator was never told of.
    pub(super) fn of_public_name(name: &str) -> Self {
        Self { seed: sha256_hex(name.as_bytes()), size_bytes: 1_000_000_000 }
    }
}

fn descriptor(media_type: &str, part: &str, seed: &str, size: u64) -> Json {
    let digest = sha256_hex(format!("{part} {seed}").as_bytes());
    json!({ "mediaType": media_type, "size": size, "digest": format!("sha256:{digest}") })
}
