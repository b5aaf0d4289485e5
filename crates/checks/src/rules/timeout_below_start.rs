//! A request's time against that of a start.

use model::Severity;

use crate::check::{Check, Found, Subject};
use spec::types::Duration;

use crate::startup::Window;

pub(super) static CHECK: Check = Check {
    id: "timeout-below-start",
    title: "a request may time out while its instance still starts",
    reason: "With no warm instance a request waits for the start, and its time runs from the beginning.",
    fix: "raise `timeout` above the startup probe's window, or keep an instance with `minInstances: 1`",
    severity: Severity::Warning,
    source: "Cloud Run: request timeout; container health checks",
    date: "2026-10",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.service.gpu.is_none() || server.service.min_instances.unwrap_or_default() > 0 {
        return;
    }
    let default = subject.catalogue.cloud_run.defaults.timeout_seconds;
    let timeout = server.service.timeout.map_or(default, Duration::seconds);
    let window = Window::of(server, subject.catalogue);
    if timeout < window.seconds() {
        let sum = vec![format!("a start may take {}", window.sum())];
        let message = format!("a request ends after {timeout} s, a start may take {} s", window.seconds());
        found.at(&server.key("timeout"), message, sum);
    }
}
