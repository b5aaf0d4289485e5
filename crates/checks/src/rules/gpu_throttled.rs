//! CPU between requests.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "gpu-throttled",
    title: "a service with a GPU throttles its CPU",
    reason: "A GPU makes instance-based billing compulsory; Cloud Run refuses the deployment.",
    fix: "write `cpuThrottling: false`",
    severity: Severity::Error,
    source: "GPU support for services; GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.service.gpu.is_some() && server.service.cpu_throttling == Some(true) {
        found.at(&server.key("cpuThrottling"), "a service with a GPU can not throttle its CPU", Vec::new());
    }
}
