//! Requests against vLLM's sequences.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::Program;

pub(super) static CHECK: Check = Check {
    id: "concurrency-above-sequences",
    title: "more requests at once than vLLM keeps busy with",
    reason: "Beyond about twice --max-num-seqs requests only wait inside the instance, and Cloud Run starts no further one for them.",
    fix: "lower `concurrency` to --max-num-seqs, or up to twice that",
    severity: Severity::Warning,
    source: "Gemma 4 with vLLM, a measured write-up of Google's codelab",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.program != Program::Vllm {
        return;
    }
    let vllm = &subject.catalogue.vllm;
    let Some(sequences) = server.sequences(subject.catalogue) else { return };
    let (concurrency, most) =
        (server.concurrency(subject.catalogue), sequences.saturating_mul(vllm.sequences_factor.into()));
    if concurrency > most {
        let sum = vec![format!("{sequences} sequences × {} = {most}", vllm.sequences_factor)];
        found.at(
            &server.key("concurrency"),
            format!("{concurrency} requests at once are more than vLLM works on"),
            sum,
        );
    }
}
