//! Requests against slots: too few.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::memory::ollama_slots;

pub(super) static CHECK: Check = Check {
    id: "concurrency-below-slots",
    title: "fewer requests at once than the server has slots",
    reason: "Slots that no request reaches take GPU memory for nothing, and more instances are started than needed.",
    fix: "set `concurrency` and OLLAMA_NUM_PARALLEL to the same number",
    severity: Severity::Warning,
    source: "Run Gemma with Ollama on Cloud Run; Ollama's source",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(slots) = ollama_slots(subject) else { return };
    let concurrency = server.concurrency(subject.catalogue);
    if concurrency < slots {
        let message =
            format!("an instance takes {concurrency} requests at once, but Ollama has {slots} slots");
        found.at(&server.key("concurrency"), message, Vec::new());
    }
}
