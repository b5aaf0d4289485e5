//! The context against what the model was made for.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::Program;

pub(super) static CHECK: Check = Check {
    id: "context-above-model",
    title: "the context is longer than the model's own",
    reason: "A model gives nonsense beyond the context that it was trained with; Ollama cuts the setting back.",
    fix: "lower OLLAMA_CONTEXT_LENGTH to the model's limit",
    severity: Severity::Warning,
    source: "the models' cards",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.program != Program::Ollama {
        return;
    }
    let (Some((name, model)), Some(context)) = (server.model, server.number("OLLAMA_CONTEXT_LENGTH", ""))
    else {
        return;
    };
    if context > model.context {
        let message = format!("a context of {context} tokens is more than the {} of {name}", model.context);
        found.at(&server.setting_at("OLLAMA_CONTEXT_LENGTH"), message, Vec::new());
    }
}
