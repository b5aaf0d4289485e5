//! What holds for every spec, in every project: the whole way from the text of a spec to the emulated project, with
//! generated stacks and generated projects. No child process, no network beyond loopback.
//!
//! `PROPTEST_CASES` sets how many cases each property gets.
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
mod lab;
mod life;
mod order;
mod photo;
mod prior;
mod settings;
mod yaml;

use proptest::prelude::ProptestConfig;

/// So many cases, unless the environment says otherwise.
fn cases(few: u32) -> ProptestConfig {
    let usual =
        ProptestConfig { max_shrink_time: 60_000, max_shrink_iters: 500, ..ProptestConfig::default() };
    if usual.cases == 256 { ProptestConfig { cases: few, ..usual } } else { usual }
}

/// Runs one case.
fn run<T>(case: impl Future<Output = T>) -> T {
    drop(rustls::crypto::ring::default_provider().install_default());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(case)
}
