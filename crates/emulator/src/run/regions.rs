//! Cloud Run's regions and its GPUs in them: data. Regions: the locations page; GPUs: the GPU support pages, 2026.

use super::quantity::GIB;

/// Region and the short code in the hashed addresses (which is for show: nothing depends on it).
const REGIONS: &[(&str, &str)] = &[
    ("africa-south1", "bq"),
    ("asia-east1", "de"),
    ("asia-east2", "df"),
    ("asia-northeast1", "an"),
    ("asia-northeast2", "dt"),
    ("asia-northeast3", "du"),
    ("asia-south1", "el"),
    ("asia-south2", "em"),
    ("asia-southeast1", "as"),
    ("asia-southeast2", "et"),
    ("australia-southeast1", "ts"),
    ("australia-southeast2", "km"),
    ("europe-central2", "lm"),
    ("europe-north1", "lz"),
    ("europe-southwest1", "no"),
    ("europe-west1", "ew"),
    ("europe-west10", "oe"),
    ("europe-west12", "og"),
    ("europe-west2", "nw"),
    ("europe-west3", "ey"),
    ("europe-west4", "ez"),
    ("europe-west6", "oa"),
    ("europe-west8", "oc"),
    ("europe-west9", "od"),
    ("me-central1", "ww"),
    ("me-central2", "wx"),
    ("me-west1", "zf"),
    ("northamerica-northeast1", "nn"),
    ("northamerica-northeast2", "pd"),
    ("southamerica-east1", "rj"),
    ("southamerica-west1", "tl"),
    ("us-central1", "uc"),
    ("us-east1", "ue"),
    ("us-east4", "uk"),
    ("us-east5", "ul"),
    ("us-south1", "vp"),
    ("us-west1", "uw"),
    ("us-west2", "wl"),
    ("us-west3", "wm"),
    ("us-west4", "wn"),
];

/// A type of GPU.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gpu {
    /// The accelerator's name in `nodeSelector`.
    pub(super) name: &'static str,
    /// Smallest CPU, in thousandths.
    pub(super) least_milli_cpu: u64,
    /// Smallest memory, in bytes.
    pub(super) least_memory: u64,
    /// Where it is offered.
    pub(super) regions: &'static [&'static str],
    /// What one GPU counts for in the quota APIs, though not in the deploy gate.
    pub(super) counted_as: i64,
    /// Quota with zonal redundancy off.
    pub(super) without_redundancy: Quota,
    /// Quota with zonal redundancy on.
    pub(super) with_redundancy: Quota,
}

/// A quota of GPUs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quota {
    /// Id in Cloud Quotas and in the gate's refusals.
    pub(super) id: &'static str,
    /// Metric in Service Usage.
    pub(super) metric: &'static str,
    /// Name for people.
    pub(super) title: &'static str,
    /// Whole GPUs granted to an ordinary project.
    pub(super) granted: i64,
}

pub(super) const GPUS: &[Gpu] = &[
    Gpu {
        name: "nvidia-l4",
        least_milli_cpu: 4_000,
        least_memory: 16 * GIB,
        regions: &[
            "asia-southeast1",
            "asia-south1",
            "europe-west1",
            "europe-west4",
            "us-central1",
            "us-east4",
        ],
        counted_as: 1,
        without_redundancy: Quota {
            id: "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion",
            metric: "run.googleapis.com/nvidia_l4_gpu_allocation_no_zonal_redundancy",
            title: "Total Nvidia L4 GPU allocation without zonal redundancy",
            granted: 3,
        },
        with_redundancy: Quota {
            id: "NvidiaL4GpuAllocPerProjectRegion",
            metric: "run.googleapis.com/nvidia_l4_gpu_allocation",
            title: "Total Nvidia L4 GPU allocation with zonal redundancy",
            granted: 0,
        },
    },
    Gpu {
        name: "nvidia-rtx-pro-6000",
        least_milli_cpu: 20_000,
        least_memory: 80 * GIB,
        regions: &["asia-southeast1", "asia-south2", "europe-west4", "us-central1"],
        // Users saw 1000 where one GPU was allowed. The metrics' names are by analogy: nobody has quoted them.
        counted_as: 1000,
        without_redundancy: Quota {
            id: "NvidiaRtxPro6000GpuAllocNoZonalRedundancyPerProjectRegion",
            metric: "run.googleapis.com/nvidia_rtx_pro_6000_gpu_allocation_no_zonal_redundancy",
            title: "Total Nvidia RTX PRO 6000 GPU allocation without zonal redundancy",
            granted: 1,
        },
        with_redundancy: Quota {
            id: "NvidiaRtxPro6000GpuAllocPerProjectRegion",
            metric: "run.googleapis.com/nvidia_rtx_pro_6000_gpu_allocation",
            title: "Total Nvidia RTX PRO 6000 GPU allocation with zonal redundancy",
            granted: 0,
        },
    },
];

/// The short code of a region; `None` when Cloud Run is not there.
pub(super) fn code(region: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(name, _)| *name == region).map(|(_, code)| *code)
}

/// Every region where Cloud Run is.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(name, _)| *name)
}

/// The GPU with this accelerator name.
pub(super) fn gpu(accelerator: &str) -> Option<&'static Gpu> {
    GPUS.iter().find(|gpu| gpu.name == accelerator)
}
