//! Weights and cache against the GPU's memory.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::memory::Memory;

pub(super) static CHECK: Check = Check {
    id: "gpu-memory-exceeded",
    title: "weights and cache do not fit into the GPU's memory",
    reason: "Ollama puts the layers that do not fit on the CPU, and every answer takes many times as long.",
    fix: "lower OLLAMA_CONTEXT_LENGTH or OLLAMA_NUM_PARALLEL, set OLLAMA_KV_CACHE_TYPE to q8_0, or take a smaller model or a larger GPU",
    severity: Severity::Error,
    source: "Ollama's source; the models' layers",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(memory) = Memory::of(subject.server, subject.catalogue) else { return };
    if memory.least() > memory.there {
        let message =
            format!("weights and cache take {:.1} GiB, the GPU has {:.1}", memory.least(), memory.there);
        found.at(&memory.pointer(subject.server), message, memory.sum);
    }
}
