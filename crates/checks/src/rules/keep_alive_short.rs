//! How long an idle model stays loaded.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::{Program, Setting};

pub(super) static CHECK: Check = Check {
    id: "keep-alive-short",
    title: "the model is dropped from the GPU while the instance lives on",
    reason: "The instance is paid for all the same, and the next request waits until the weights are loaded again.",
    fix: "set OLLAMA_KEEP_ALIVE to -1",
    severity: Severity::Warning,
    source: "Ollama's source; Run Gemma with Ollama on Cloud Run",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.program != Program::Ollama || server.service.gpu.is_none() || server.built().is_none() {
        return;
    }
    let value = match server.setting("OLLAMA_KEEP_ALIVE") {
        Setting::Given(text) | Setting::Baked(text) => text,
        Setting::Hidden => return,
        Setting::Unset => subject.catalogue.ollama.default_of("OLLAMA_KEEP_ALIVE").to_owned(),
    };
    if !value.trim().starts_with('-') {
        let message = format!("an idle model leaves the GPU after {value}");
        found.at(&server.setting_at("OLLAMA_KEEP_ALIVE"), message, Vec::new());
    }
}
