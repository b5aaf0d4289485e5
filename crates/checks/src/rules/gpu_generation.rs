//! The execution environment.

use model::Severity;

use crate::check::{Check, Found, Subject};
use spec::ExecutionEnvironment;

pub(super) static CHECK: Check = Check {
    id: "gpu-generation",
    title: "a service with a GPU runs in the first generation",
    reason: "GPUs are there in the second generation only; Cloud Run refuses the deployment.",
    fix: "write `executionEnvironment: gen2`, or leave it out",
    severity: Severity::Error,
    source: "GPU support for services; GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.service.gpu.is_some()
        && server.service.execution_environment == Some(ExecutionEnvironment::Gen1)
    {
        found.at(
            &server.key("executionEnvironment"),
            "a GPU needs the execution environment `gen2`",
            Vec::new(),
        );
    }
}
