//! Files and secrets that a service sees.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{AbsolutePath, BucketName, FileMode, Memory, SecretName, SecretVersionName};

/// A secret of Secret Manager at one version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretVersion {
    /// The secret.
    pub secret: SecretName,
    /// The version.
    pub version: SecretVersionName,
}

/// A volume: exactly one of its kinds. Source: Cloud Run Admin API v2, `Volume`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Volume {
    /// A Cloud Storage bucket.
    pub cloud_storage: Option<CloudStorageVolume>,
    /// Memory of the instance.
    pub in_memory: Option<InMemoryVolume>,
    /// An NFS share.
    pub nfs: Option<NfsVolume>,
    /// A secret as files.
    pub secret: Option<SecretVolume>,
}

/// A Cloud Storage bucket as a volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudStorageVolume {
    /// The bucket's name.
    pub bucket: BucketName,
    /// Whether the volume can only be read.
    pub read_only: Option<bool>,
    /// Options of Cloud Storage FUSE, without the leading hyphens.
    #[serde(default)]
    pub mount_options: Vec<String>,
}

/// Memory of the instance as a volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InMemoryVolume {
    /// The most it may hold; it counts against the instance's memory.
    pub size_limit: Option<Memory>,
}

/// An NFS share as a volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NfsVolume {
    /// The server's name or address.
    #[schemars(length(min = 1))]
    pub server: String,
    /// The path that the server exports.
    pub path: AbsolutePath,
    /// Whether the volume can only be read.
    pub read_only: Option<bool>,
}

/// A secret as a volume.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretVolume {
    /// The secret.
    pub secret: SecretName,
    /// Which versions appear as which files; the latest under the secret's name if empty.
    #[serde(default)]
    pub items: Vec<SecretItem>,
}

/// One version of a secret as one file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretItem {
    /// The version.
    pub version: SecretVersionName,
    /// The file's path inside the volume.
    #[schemars(length(min = 1))]
    pub path: String,
    /// The file's permission bits.
    pub mode: Option<FileMode>,
}

/// Where a volume is mounted: one absolute path, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MountPaths {
    /// One path.
    One(AbsolutePath),
    /// Several paths.
    Several(Vec<AbsolutePath>),
}

impl MountPaths {
    /// All the paths.
    pub fn paths(&self) -> &[AbsolutePath] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }
}
