//! What holds for every spec, in every project: the whole way from the text of a spec to the emulated project, with
//! generated stacks and generated projects. No child process, no network beyond loopback.
//!
//! `GEMMACTL_CASES` multiplies the cases that each property gets. `docs/properties.md` lists them all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::struct_excessive_bools,
    reason = "tests may stop at the first surprise"
)]

mod compare;
mod draft;
mod edit;
mod failures;
mod guards;
mod intents;
mod lab;
mod life;
mod memory;
mod order;
mod photo;
mod prior;
mod removed;
mod secrets;
mod settings;
mod surfaces;
mod tampered;
mod two;
mod yaml;

use proptest::prelude::ProptestConfig;

/// So many cases with each change; `GEMMACTL_CASES` multiplies.
fn cases(few: u32) -> ProptestConfig {
    ProptestConfig { max_shrink_time: 60_000, max_shrink_iters: 500, ..conformance::config(few) }
}

/// Runs one case.
fn run<T>(case: impl Future<Output = T>) -> T {
    drop(rustls::crypto::ring::default_provider().install_default());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(case)
}
