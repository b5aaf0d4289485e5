//! List prices in US dollars.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::source::Source;

/// Everything that has a price.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prices {
    /// Hours that a month is counted with.
    pub hours_per_month: f64,
    /// Price tiers of Cloud Run, by name.
    pub tiers: BTreeMap<String, Tier>,
    /// Which tier a region has. One that is not here has no known price.
    pub regions: BTreeMap<String, String>,
    /// Artifact Registry.
    pub storage: StoragePrice,
    /// Cloud Build.
    pub build: BuildPrices,
}

impl Prices {
    /// The prices of a region, where they are known.
    pub fn of_region(&self, region: &str) -> Option<&Tier> {
        self.tiers.get(self.regions.get(region)?)
    }
}

/// One price tier of Cloud Run, with instance-based billing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tier {
    /// One CPU for a second.
    pub cpu_second: f64,
    /// One GiB of memory for a second.
    pub memory_gib_second: f64,
    /// GPUs, by type.
    pub gpu_seconds: BTreeMap<String, GpuSeconds>,
    /// Where this comes from.
    pub source: Source,
}

/// One GPU for a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GpuSeconds {
    /// With zonal redundancy.
    pub redundant: f64,
    /// Without it.
    pub single: f64,
}

/// Keeping images.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoragePrice {
    /// One GB for a month.
    pub gb_month: f64,
    /// So many GB are free, once for each billing account.
    pub free_gb: f64,
    /// Where this comes from.
    pub source: Source,
}

/// Building images.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BuildPrices {
    /// The machine of a build that names none.
    pub default_machine: String,
    /// How long a build may take that sets no limit of its own.
    pub default_timeout_seconds: u64,
    /// One minute, by machine.
    pub minutes: BTreeMap<String, f64>,
    /// Where this comes from.
    pub source: Source,
}
