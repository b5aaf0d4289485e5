//! What Google's pages said at a date: regions and GPU types. Data, so that it can be renewed without touching code.

/// When [`REGIONS`] was last compared with Google's list of Cloud Run locations.
pub(crate) const REGIONS_AS_OF: &str = "2026-11";

/// The regions of Cloud Run. Source: "Cloud Run locations".
pub(crate) const REGIONS: &[&str] = &[
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "asia-southeast3",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west1",
    "europe-west10",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "northamerica-south1",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
];

/// The multi-regions of Artifact Registry. Source: "Artifact Registry repository locations".
pub(crate) const MULTI_REGIONS: &[&str] = &["asia", "europe", "us"];

/// One GPU type of Cloud Run and the least instance that may carry it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GpuFacts {
    /// The name in `nodeSelector.accelerator`.
    pub(crate) name: &'static str,
    /// The least CPU, in thousandths of one.
    pub(crate) minimum_cpu_millis: u64,
    /// The least memory, in GiB.
    pub(crate) minimum_memory_gib: u64,
}

/// The GPU types of Cloud Run as of 2026-11. Source: "GPU support for services" and "GPU support for worker pools".
pub(crate) const GPUS: &[GpuFacts] = &[
    GpuFacts { name: "nvidia-l4", minimum_cpu_millis: 4_000, minimum_memory_gib: 16 },
    GpuFacts { name: "nvidia-rtx-pro-6000", minimum_cpu_millis: 20_000, minimum_memory_gib: 80 },
];
