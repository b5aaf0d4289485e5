//! Requests against slots: far more.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::memory::ollama_slots;

pub(super) static CHECK: Check = Check {
    id: "concurrency-far-above-slots",
    title: "more than twice as many requests at once as the server has slots",
    reason: "Requests queue inside the instance, where Cloud Run does not see them: it starts no further instance for them.",
    fix: "set `concurrency` to OLLAMA_NUM_PARALLEL, or up to twice that",
    severity: Severity::Warning,
    source: "Run Gemma with Ollama on Cloud Run; Ollama's source",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(slots) = ollama_slots(subject) else { return };
    let concurrency = server.concurrency(subject.catalogue);
    if concurrency > slots * 2 {
        let waiting = concurrency - slots;
        let sum = vec![format!("{concurrency} requests - {slots} slots = {waiting} that wait")];
        let unset = if server.service.concurrency.is_none() { " (Cloud Run's own choice)" } else { "" };
        let message = format!(
            "of {concurrency} requests at once{unset}, {waiting} wait for one of Ollama's {slots} slots"
        );
        found.at(&server.key("concurrency"), message, sum);
    }
}
