//! GPUs against what a project is granted by itself.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "max-instances-above-quota",
    title: "more GPUs than a region is granted by itself",
    reason: "Unless the project was granted more, the deployment is refused: Cloud Run compares the most instances, not those that run.",
    fix: "lower `maxInstances`, ask for more with gemmactl quota request (gemmactl quota show tells what is allowed), or set `gpu.zonalRedundancy: false`, which has a quota of its own",
    severity: Severity::Warning,
    source: "GPU support for services; GPU zonal redundancy",
    date: "2026-11",
    look,
};

/// Of a quota that may count thousandths of GPUs, which gemmactl does not ask for.
const IN_THOUSANDTHS: &str = "lower `maxInstances`, ask for more at https://console.cloud.google.com/iam-admin/quotas (gemmactl quota request does not: whether this quota counts GPUs or thousandths of them is not known for sure), or set `gpu.zonalRedundancy: false`, which has a quota of its own";

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(gpu), Some(facts), Some(most)) = (&server.service.gpu, server.gpu, server.most_instances())
    else {
        return;
    };
    let redundant = gpu.zonal_redundancy.unwrap_or(true);
    let (quota, mode) =
        if redundant { (&facts.quota.redundant, "with") } else { (&facts.quota.single, "without") };
    let each = u64::from(gpu.count.unwrap_or(1));
    let wanted = most.saturating_mul(each);
    if wanted > quota.at_first_use {
        let message = format!(
            "{wanted} GPUs {mode} zonal redundancy are more than the {} that a region is granted by itself",
            quota.at_first_use
        );
        let sum = vec![format!(
            "{most} instances × {each} GPU = {wanted}; granted by itself: {}",
            quota.at_first_use
        )];
        let pointer = server.key(if redundant { "gpu/zonalRedundancy" } else { "maxInstances" });
        match quota.thousandths_from {
            None => found.at(&pointer, message, sum),
            Some(_) => found.with_fix(&pointer, message, sum, IN_THOUSANDTHS),
        }
    }
}
