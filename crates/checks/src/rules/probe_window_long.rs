//! The longest window.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::startup::Window;

pub(super) static CHECK: Check = Check {
    id: "probe-window-long",
    title: "the startup probe's window is longer than all pages allow",
    reason: "The services page allows 1800 s with a GPU, the container contract and the API text say 240 s. The service is the judge.",
    fix: "keep period × failureThreshold within 240 s, and put the rest into `initialDelay`",
    severity: Severity::Info,
    source: "Configure container health checks for services; container contract",
    date: "2026-10",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.service.startup_probe.is_none() {
        return;
    }
    let window = Window::of(server, subject.catalogue);
    let longest = subject.catalogue.cloud_run.startup.longest_seconds;
    let checks = window.period.saturating_mul(window.times);
    if checks > longest || window.delay > longest {
        let message = format!("a window of over {longest} s may be refused");
        found.at(&server.key("startupProbe"), message, vec![window.sum()]);
    }
}
