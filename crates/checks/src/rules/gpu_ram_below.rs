//! Memory of an instance with a GPU.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "gpu-ram-below",
    title: "less memory than the GPU asks for",
    reason: "Cloud Run refuses the deployment. Left out, it takes half a GiB.",
    fix: "raise `memory`",
    severity: Severity::Error,
    source: "GPU support for services; GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(gpu), Some(facts)) = (&server.service.gpu, server.gpu) else { return };
    let (name, least) = (&gpu.gpu_type, facts.instance.minimum_memory_gib);
    let fix = format!("write `memory: {least}Gi` or more");
    match server.service.memory {
        Some(memory) if memory.bytes() < least << 30 => {
            let message = format!("`{name}` needs at least {least}Gi of memory");
            found.with_fix(&server.key("memory"), message, Vec::new(), fix);
        }
        Some(_) => {}
        None => {
            let default = subject.catalogue.cloud_run.defaults.memory_mib;
            let message =
                format!("a service with `{name}` lacks `memory`; the server takes {default}Mi without it");
            found.with_fix(&server.key("gpu"), message, Vec::new(), fix);
        }
    }
}
