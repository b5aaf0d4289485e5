//! When an instance counts as started.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::Program;

pub(super) static CHECK: Check = Check {
    id: "probe-before-model",
    title: "the startup probe passes before the model is loaded",
    reason: "Ollama opens its port before any model is on the GPU, so the first requests wait for the weights and count as slow or failed.",
    fix: "load the model in the entry point first, and probe a port that opens only then",
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
