//! A request's time against that of a long answer.

use model::Severity;

use crate::check::{Check, Found, Subject};
use spec::types::Duration;

use crate::server::Program;

pub(super) static CHECK: Check = Check {
    id: "timeout-short",
    title: "a long answer may be cut off",
    reason: "A streamed answer counts as one request, and a long one of a slow model takes minutes; at the timeout it is cut in the middle.",
    fix: "write `timeout: 600s` or more",
    severity: Severity::Info,
    source: "Run Gemma with Ollama on Cloud Run",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.service.gpu.is_none() || server.program == Program::Other {
        return;
    }
    let cloud_run = &subject.catalogue.cloud_run;
    let timeout = server.service.timeout.map_or(cloud_run.defaults.timeout_seconds, Duration::seconds);
    let advised = cloud_run.long_answers.timeout_seconds;
    if timeout < advised {
        found.at(
            &server.key("timeout"),
            format!("a request ends after {timeout} s; long answers take up to {advised}"),
            Vec::new(),
        );
    }
}
