//! The context of each slot.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::{Program, Setting};

pub(super) static CHECK: Check = Check {
    id: "context-unset",
    title: "OLLAMA_CONTEXT_LENGTH is not set",
    reason: "Unset, the context follows the GPU's memory: short on a small GPU, where long prompts are cut without a word, and very long on a large one, where it fills the memory.",
    fix: "set OLLAMA_CONTEXT_LENGTH to what your prompts need",
    severity: Severity::Warning,
    source: "Ollama's source, v0.33.0-rc2",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(gpu) = server.gpu.filter(|_| server.program == Program::Ollama) else { return };
    let is_set = match server.setting("OLLAMA_CONTEXT_LENGTH") {
        Setting::Given(text) | Setting::Baked(text) => text.trim() != "0",
        Setting::Hidden => true,
        Setting::Unset => false,
    };
    if is_set {
        return;
    }
    let tokens = subject.catalogue.ollama.context_for(gpu.memory.gib).unwrap_or_default();
    let message = format!("OLLAMA_CONTEXT_LENGTH is not set; on this GPU each slot gets {tokens} tokens");
    found.at(&server.setting_at("OLLAMA_CONTEXT_LENGTH"), message, Vec::new());
}
