//! CPUs against what a new project has.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "cpu-above-new-project",
    title: "more CPUs than a new project's quota",
    reason: "Each region has a quota of CPUs and of memory beside that of GPUs, and a deployment over it is refused first.",
    fix: "lower `maxInstances`, or ask for more with gemmactl quota request where gemmactl doctor --live says that there is less",
    severity: Severity::Info,
    source: "operators' notes of 2025 and 2026",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(cpu), Some(most)) = (server.service.cpu, server.most_instances()) else { return };
    if server.service.gpu.is_none() {
        return;
    }
    let granted = subject.catalogue.cloud_run.quotas.cpu.new_project;
    let wanted = cpu.millis().saturating_mul(most);
    if wanted > granted {
        let sum = vec![format!(
            "{most} instances × {cpu} CPU = {}; a new project has {}",
            wanted / 1000,
            granted / 1000
        )];
        let message = format!("all instances together take {} CPUs of the region's quota", wanted / 1000);
        found.at(&server.key("cpu"), message, sum);
    }
}
