//! Weights, cache and buffers against the GPU's memory.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::memory::Memory;

pub(super) static CHECK: Check = Check {
    id: "gpu-memory-tight",
    title: "with its buffers the model may not fit into the GPU's memory",
    reason: "Compute buffers and the image projector come on top of weights and cache. What does not fit is put on the CPU.",
    fix: "lower OLLAMA_CONTEXT_LENGTH or OLLAMA_NUM_PARALLEL, or set OLLAMA_KV_CACHE_TYPE to q8_0",
    severity: Severity::Warning,
    source: "Ollama's source; the models' layers",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(memory) = Memory::of(subject.server, subject.catalogue) else { return };
    if memory.least() <= memory.there && memory.most() > memory.there {
        let message = format!(
            "with buffers the model may take {:.1} GiB, the GPU has {:.1}",
            memory.most(),
            memory.there
        );
        found.at(&memory.pointer(subject.server), message, memory.sum);
    }
}
