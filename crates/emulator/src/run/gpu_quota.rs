//! The GPU quotas of a project: what the deploy gate allows, and what the quota APIs show of it.

use crate::world::Project;

use super::regions::{GPUS, Gpu, Quota};

/// A quota as the quota APIs show it, in their units.
pub(crate) struct GpuQuota {
    /// Quota id of Cloud Quotas.
    pub(crate) id: &'static str,
    /// Metric of Service Usage.
    pub(crate) metric: &'static str,
    /// Name for people.
    pub(crate) title: &'static str,
    /// Where the GPU is offered.
    pub(crate) regions: &'static [&'static str],
    /// Regions with a value of their own.
    pub(crate) regional: Vec<(&'static str, i64)>,
    /// The value everywhere else.
    pub(crate) elsewhere: i64,
    /// What an ordinary project is granted.
    pub(crate) granted: i64,
    /// How many of the API's unit are one GPU.
    pub(crate) counted_as: i64,
}

/// How many whole GPUs the deploy gate allows in a region.
pub(super) fn allowed(project: &Project, quota: &Quota, location: &str) -> i64 {
    let quotas = &project.tuning.quotas;
    let own = quotas.get(&format!("{}/{location}", quota.id));
    own.or_else(|| quotas.get(quota.id)).copied().unwrap_or(quota.granted)
}

/// All GPU quotas of a project.
pub(crate) fn gpu_quotas(project: &Project) -> Vec<GpuQuota> {
    let both = |gpu: &'static Gpu| [(gpu, &gpu.without_redundancy), (gpu, &gpu.with_redundancy)];
    GPUS.iter()
        .flat_map(both)
        .map(|(gpu, quota)| {
            let given = &project.tuning.quotas;
            let own = |region: &&&str| given.contains_key(&format!("{}/{region}", quota.id));
            let everywhere = given.get(quota.id).copied().unwrap_or(quota.granted);
            GpuQuota {
                id: quota.id,
                metric: quota.metric,
                title: quota.title,
                regions: gpu.regions,
                regional: gpu
                    .regions
                    .iter()
                    .filter(own)
                    .map(|region| (*region, allowed(project, quota, region) * gpu.counted_as))
                    .collect(),
                elsewhere: everywhere * gpu.counted_as,
                granted: quota.granted * gpu.counted_as,
                counted_as: gpu.counted_as,
            }
        })
        .collect()
}
