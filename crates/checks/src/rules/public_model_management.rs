//! What a public Ollama offers.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::Program;

pub(super) static CHECK: Check = Check {
    id: "public-model-management",
    title: "everybody may pull, make and delete models",
    reason: "Ollama's API for managing models is open to whoever may call the service: anybody can fill its memory or take the model away.",
    fix: "name the callers under `invokers`, or put a server in front that passes only the routes for answers",
    severity: Severity::Warning,
    source: "Ollama's source",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.program != Program::Ollama || !server.is_public() {
        return;
    }
    let pointer =
        if server.service.invoker_iam_check == Some(false) { "invokerIamCheck" } else { "invokers" };
    let message = "everybody may call /api/pull, /api/create and /api/delete of this service";
    found.at(&server.key(pointer), message, Vec::new());
}
