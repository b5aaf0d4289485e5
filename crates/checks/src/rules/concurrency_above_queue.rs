//! Requests against slots and queue.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::memory::ollama_slots;

pub(super) static CHECK: Check = Check {
    id: "concurrency-above-queue",
    title: "more requests at once than slots and queue hold",
    reason: "Ollama answers 503 to what no longer fits into its queue, though Cloud Run took the request.",
    fix: "lower `concurrency`, or raise OLLAMA_MAX_QUEUE",
    severity: Severity::Warning,
    source: "Ollama's source",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(slots) = ollama_slots(subject) else { return };
    let default = subject.catalogue.ollama.default_of("OLLAMA_MAX_QUEUE");
    let Some(queue) = server.number("OLLAMA_MAX_QUEUE", default) else { return };
    let concurrency = server.concurrency(subject.catalogue);
    let held = slots.saturating_add(queue);
    if concurrency > held {
        let sum = vec![format!("{slots} slots + {queue} in the queue = {held}")];
        let message =
            format!("{concurrency} requests at once are more than Ollama holds; it answers 503 to the rest");
        found.at(&server.key("concurrency"), message, sum);
    }
}
