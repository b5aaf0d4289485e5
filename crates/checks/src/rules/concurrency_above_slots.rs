//! Requests against slots: somewhat more.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::memory::ollama_slots;

pub(super) static CHECK: Check = Check {
    id: "concurrency-above-slots",
    title: "up to twice as many requests at once as the server has slots",
    reason: "The GPU stays busy between answers, but a part of the requests waits inside the instance for a slot.",
    fix: "for short waits set `concurrency` to OLLAMA_NUM_PARALLEL",
    severity: Severity::Info,
    source: "Run Gemma with Ollama on Cloud Run; Ollama's source",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let Some(slots) = ollama_slots(subject) else { return };
    let concurrency = server.concurrency(subject.catalogue);
    if concurrency > slots && concurrency <= slots * 2 {
        let waiting = concurrency - slots;
        let sum = vec![format!("{concurrency} requests - {slots} slots = {waiting} that wait")];
        let message =
            format!("of {concurrency} requests at once, {waiting} wait for one of Ollama's {slots} slots");
        found.at(&server.key("concurrency"), message, sum);
    }
}
