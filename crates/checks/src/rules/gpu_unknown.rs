//! A type of GPU that the catalogue does not know.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "gpu-unknown",
    title: "the GPU's type is not known here",
    reason: "Nothing can be checked or priced for it, and a slip in the name is refused only when the service is deployed.",
    fix: "check the name, or describe the type in a file for --catalog",
    severity: Severity::Warning,
    source: "GPU support for services; GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(gpu) = &server.service.gpu else { return };
    if server.gpu.is_none() {
        let known: Vec<&str> = subject.catalogue.gpus.keys().map(String::as_str).collect();
        let message =
            format!("the GPU type `{}` is not known here; known are {}", gpu.gpu_type, known.join(" and "));
        found.at(&server.key("gpu/type"), message, Vec::new());
    }
}
