//! When an instance counts as started.

use model::Severity;
use spec::READY_PORT;

use crate::check::{Check, Found, Subject};
use crate::server::Program;

pub(super) static CHECK: Check = Check {
    id: "probe-before-model",
    title: "the startup probe passes before the model is loaded",
    reason: "Ollama opens its port before any model is on the GPU, so the first requests wait for the weights and count as slow or failed.",
    fix: "load the model in the entry point first, and probe a port that opens only then; with `ollama` under `images` both are done",
    severity: Severity::Warning,
    source: "Ollama's source; users' reports",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(built) = server.built() else { return };
    if server.program != Program::Ollama || server.service.gpu.is_none() {
        return;
    }
    if built.warmed.is_some() {
        rendered(subject, found);
        return;
    }
    // What another entry point does before it opens a port is not known here.
    let start: Vec<&str> = built.dockerfile.start.iter().map(String::as_str).collect();
    let plain =
        matches!(start.as_slice(), [program, "serve"] if program.rsplit('/').next() == Some("ollama"));
    if !plain || server.service.command.is_some() {
        return;
    }
    let what = match &server.service.startup_probe {
        None => "without a startup probe an instance counts as started once its port is open".to_owned(),
        Some(probe) if probe.http.is_some() => {
            "Ollama answers this probe before a model is loaded".to_owned()
        }
        Some(_) => "the port is open before a model is loaded".to_owned(),
    };
    found.at(&server.key("startupProbe"), what, Vec::new());
}

/// A rendered image loads the model before it opens the port for the probe.
fn rendered(subject: &Subject<'_>, found: &mut Found<'_>) {
    let service = subject.server.service;
    let Some(probe) = service.startup_probe.as_ref().filter(|_| service.command.is_none()) else { return };
    let ports = [
        ("http", probe.http.as_ref().map(|http| http.port)),
        ("tcp", probe.tcp.as_ref().map(|tcp| tcp.port)),
        ("grpc", probe.grpc.as_ref().map(|grpc| grpc.port)),
    ];
    for (kind, port) in ports {
        if port.is_some_and(|port| port != Some(READY_PORT)) {
            let message = "the port that this probe asks is open before the model is loaded";
            let fix = format!(
                "ask port {READY_PORT}, which the rendered image opens last, or leave `startupProbe` out"
            );
            found.with_fix(&subject.server.key(&format!("startupProbe/{kind}")), message, Vec::new(), fix);
        }
    }
}
