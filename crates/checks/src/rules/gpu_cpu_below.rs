//! CPUs of an instance with a GPU.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "gpu-cpu-below",
    title: "fewer CPUs than the GPU asks for",
    reason: "Cloud Run refuses the deployment. Left out, it takes one CPU.",
    fix: "raise `cpu`",
    severity: Severity::Error,
    source: "GPU support for services; GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(gpu), Some(facts)) = (&server.service.gpu, server.gpu) else { return };
    let (name, least) = (&gpu.gpu_type, facts.instance.minimum_cpu);
    let fix = format!("write `cpu: {least}` or more");
    match server.service.cpu {
        Some(cpu) if cpu.millis() < least * 1000 => {
            found.with_fix(
                &server.key("cpu"),
                format!("`{name}` needs at least {least} CPUs"),
                Vec::new(),
                fix,
            );
        }
        Some(_) => {}
        None => {
            let default = subject.catalogue.cloud_run.defaults.cpu;
            let message =
                format!("a service with `{name}` lacks `cpu`; the server takes {default} without it");
            found.with_fix(&server.key("gpu"), message, Vec::new(), fix);
        }
    }
}
