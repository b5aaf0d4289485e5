//! GiB against what a new project has.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "memory-above-new-project",
    title: "more memory than a new project's quota",
    reason: "Each region has a quota of CPUs and of memory beside that of GPUs, and a deployment over it is refused first.",
    fix: "lower `maxInstances`, or ask for more with gemmactl quota request where gemmactl doctor --live says that there is less",
    severity: Severity::Info,
    source: "operators' notes of 2025 and 2026",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(memory), Some(most)) = (server.service.memory, server.most_instances()) else { return };
    if server.service.gpu.is_none() {
        return;
    }
    let granted = subject.catalogue.cloud_run.quotas.memory.new_project;
    let wanted = memory.bytes().saturating_mul(most);
    if wanted > granted {
        let (each, all, there) = (memory.bytes() >> 30, wanted >> 30, granted >> 30);
        let sum = vec![format!("{most} instances × {each} GiB = {all}; a new project has {there}")];
        let message = format!("all instances together take {all} GiB of the region's memory quota");
        found.at(&server.key("memory"), message, sum);
    }
}
