//! One GPU type of Cloud Run.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::source::Source;

/// A GPU type.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gpu {
    /// Its memory.
    pub memory: GpuMemory,
    /// The instance that may carry it.
    pub instance: Instance,
    /// Its driver.
    pub driver: Driver,
    /// Where it is offered.
    pub regions: Regions,
    /// Its quotas.
    pub quota: GpuQuotas,
}

/// The memory of a GPU.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GpuMemory {
    /// What programs see, in GiB.
    pub gib: f64,
    /// Where this comes from.
    pub source: Source,
}

/// Bounds of the instance that carries a GPU.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Instance {
    /// The least CPUs.
    pub minimum_cpu: u64,
    /// The most CPUs, where known.
    pub maximum_cpu: Option<u64>,
    /// The least memory, in GiB.
    pub minimum_memory_gib: u64,
    /// The most memory, in GiB, where known.
    pub maximum_memory_gib: Option<u64>,
    /// Where this comes from.
    pub source: Source,
}

/// The driver on Cloud Run's machines.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Driver {
    /// The major version.
    pub version: u64,
    /// The newest CUDA that it runs.
    pub cuda: String,
    /// Where this comes from.
    pub source: Source,
}

/// Where a GPU is offered.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Regions {
    /// Regions, each with whether it is open to everybody; otherwise it is by invitation.
    pub open: BTreeMap<String, bool>,
    /// Where this comes from.
    pub source: Source,
}

/// The two quotas of a GPU.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GpuQuotas {
    /// With zonal redundancy.
    pub redundant: GpuQuota,
    /// Without it.
    pub single: GpuQuota,
}

/// A quota in the words of Cloud Quotas and Service Usage.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GpuQuota {
    /// Of Cloud Quotas.
    pub id: String,
    /// Of Service Usage.
    pub metric: Option<String>,
    /// What a region is granted by itself with its first deployment, in GPUs.
    pub at_first_use: u64,
    /// From this value on it is counted in thousandths; never where left out.
    pub thousandths_from: Option<u64>,
    /// Where this comes from.
    pub source: Source,
}
