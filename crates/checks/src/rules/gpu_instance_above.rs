//! The largest instance.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "gpu-instance-above",
    title: "more CPUs or memory than an instance may have",
    reason: "Cloud Run refuses what is over its maxima for the machines of this GPU.",
    fix: "lower it to the maximum",
    severity: Severity::Warning,
    source: "Cloud Run quotas and limits",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(instance) = server.gpu.map(|gpu| &gpu.instance) else { return };
    if let (Some(cpu), Some(most)) = (server.service.cpu, instance.maximum_cpu)
        && cpu.millis() > most * 1000
    {
        found.at(
            &server.key("cpu"),
            format!("an instance with this GPU has at most {most} CPUs"),
            Vec::new(),
        );
    }
    if let (Some(memory), Some(most)) = (server.service.memory, instance.maximum_memory_gib)
        && memory.bytes() > most << 30
    {
        found.at(
            &server.key("memory"),
            format!("an instance with this GPU has at most {most}Gi of memory"),
            Vec::new(),
        );
    }
}
