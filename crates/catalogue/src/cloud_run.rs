//! Cloud Run itself.

use serde::Deserialize;

use crate::source::Source;

/// What Cloud Run takes, allows and grants.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudRun {
    /// What it takes where a spec is silent.
    pub defaults: Defaults,
    /// How long an instance may take to start.
    pub startup: Startup,
    /// Quotas that every service draws on.
    pub quotas: Quotas,
    /// Weights inside images.
    pub image: ImageLimit,
    /// Requests that take long.
    pub long_answers: LongAnswers,
    /// Loading of weights.
    pub loading: Loading,
}

/// What Cloud Run takes where a spec is silent.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Defaults {
    /// CPUs.
    pub cpu: u64,
    /// Memory, in MiB.
    pub memory_mib: u64,
    /// Requests at once for an instance.
    pub concurrency: u32,
    /// The most instances.
    pub max_instances: u32,
    /// How long a request may take.
    pub timeout_seconds: u64,
    /// Where this comes from.
    pub source: Source,
}

/// How long an instance may take to start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Startup {
    /// Without a probe of one's own.
    pub window_seconds: u64,
    /// Periods times threshold, up to where no page disagrees.
    pub longest_seconds: u64,
    /// The same for a service with a GPU, by the newest page.
    pub longest_with_gpu_seconds: u64,
    /// Where this comes from.
    pub source: Source,
}

/// Quotas that every service draws on, by region.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotas {
    /// Thousandths of a CPU.
    pub cpu: GeneralQuota,
    /// Bytes.
    pub memory: GeneralQuota,
}

/// A quota on CPUs or memory.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GeneralQuota {
    /// Of Cloud Quotas.
    pub id: String,
    /// What a new project is granted, in the quota's own unit.
    pub new_project: u64,
    /// Where this comes from.
    pub source: Source,
}

/// Weights inside images.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageLimit {
    /// Up to so many GB they start well from an image.
    pub weights_gb: f64,
    /// Where this comes from.
    pub source: Source,
}

/// Requests that take long.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LongAnswers {
    /// The least that a model's answer should be given.
    pub timeout_seconds: u64,
    /// Where this comes from.
    pub source: Source,
}

/// How long weights take from Cloud Storage until the server is ready.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Loading {
    /// For each GiB of weights.
    pub seconds_per_gib: f64,
    /// Where this comes from.
    pub source: Source,
}
