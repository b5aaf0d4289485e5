//! Clients that nobody here wrote drive the emulator, and meet gemmactl there; and tools that nobody here wrote judge what it hands out.
//!
//! Where a client is missing its tests are skipped with a message; with `GEMMACTL_REQUIRE_CLIENTS=1` that is a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests may stop at the first surprise"
)]

#[path = "../wire/compare.rs"]
mod compare;
mod gcloud;
mod models;
mod python;
mod tools;
#[path = "../wire/flags.rs"]
#[expect(dead_code, reason = "shared with the tests of what gcloud sends, which use all of it")]
mod wire_flags;
#[path = "../wire/unoffered.rs"]
mod wire_unoffered;
#[path = "../e2e/world.rs"]
#[expect(dead_code, reason = "shared with the end-to-end tests, which use all of it")]
mod world;

/// Requests come from Google's clients, too.
const REQUESTS: conformance::Requests = conformance::Requests::Foreign;

/// Says that a test is skipped because a client is missing; fails where clients are required.
#[track_caller]
fn skip(test: &str, missing: &str) {
    assert!(
        std::env::var_os("GEMMACTL_REQUIRE_CLIENTS").is_none_or(|required| required != "1"),
        "{test}: {missing}, and GEMMACTL_REQUIRE_CLIENTS=1 requires it"
    );
    eprintln!("skipped: {test}: {missing}");
}
