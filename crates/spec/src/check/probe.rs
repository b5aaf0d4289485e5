//! Health checks. Source: Cloud Run Admin API v2, `Probe`, and "Configure container health checks for services".

use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::{Probe, Service};
use crate::types::Duration;

/// The longest delay, period or limit that any page names; the server has the last word below it.
const LONGEST: u64 = 1800;

/// What a probe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Startup,
    Liveness,
}

pub(super) fn check(service: &Service, at: &str, report: &mut Report<'_>) {
    if let Some(probe) = &service.startup_probe {
        one(probe, Purpose::Startup, &format!("{at}/startupProbe"), report);
    }
    if let Some(probe) = &service.liveness_probe {
        one(probe, Purpose::Liveness, &format!("{at}/livenessProbe"), report);
    }
}

fn one(probe: &Probe, purpose: Purpose, at: &str, report: &mut Report<'_>) {
    let kinds =
        [("http", probe.http.is_some()), ("tcp", probe.tcp.is_some()), ("grpc", probe.grpc.is_some())];
    let given: Vec<&str> = kinds.iter().filter(|(_, given)| *given).map(|(kind, _)| *kind).collect();
    if report.is_sound(&[at]) {
        let message = match given.as_slice() {
            [_] => None,
            [] => Some("a probe lacks its kind".to_owned()),
            several => Some(format!("a probe has {} kinds: {}", several.len(), several.join(", "))),
        };
        if let Some(message) = message {
            report.at_key(
                at,
                Diagnostic::new("probe-kind", message)
                    .with_help("give exactly one of `http`, `tcp` and `grpc`"),
            );
        }
    }
    if purpose == Purpose::Liveness && probe.tcp.is_some() && report.is_sound(&[&format!("{at}/tcp")]) {
        let problem = Diagnostic::new("probe-kind", "a liveness probe can not use `tcp`");
        report.at_key(&format!("{at}/tcp"), problem.with_help("Cloud Run takes `http` and `grpc` here"));
    }
    for (key, value, least) in
        [("initialDelay", probe.initial_delay, 0), ("timeout", probe.timeout, 1), ("period", probe.period, 1)]
    {
        let pointer = format!("{at}/{key}");
        let Some(seconds) = value.map(Duration::seconds).filter(|_| report.is_sound(&[&pointer])) else {
            continue;
        };
        if seconds < least || seconds > LONGEST {
            report.at_value(
                &pointer,
                Diagnostic::new(
                    "out-of-range",
                    format!("`{key}` has to be between {least}s and {LONGEST}s, found {seconds}s"),
                ),
            );
        }
    }
    let (timeout_at, period_at) = (format!("{at}/timeout"), format!("{at}/period"));
    if let (Some(timeout), Some(period)) = (probe.timeout, probe.period)
        && timeout > period
        && report.is_sound(&[&timeout_at, &period_at])
    {
        let problem = Diagnostic::new(
            "probe-times",
            format!("the probe's timeout {timeout} is longer than its period {period}"),
        );
        report.at_value(&timeout_at, problem.with_help("a check has to end before the next one begins"));
    }
}
