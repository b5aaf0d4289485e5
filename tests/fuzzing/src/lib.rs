//! What each fuzz target does with its input: one file and one function a target. `fuzz/` calls them under libFuzzer,
//! `tests/replay.rs` calls them as ordinary tests, with the inputs under `corpus/` and with mutations of these.
//!
//! A target panics when the program would, and when what comes out is not what the program promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a target stops at the first surprise"
)]

mod bench;
mod context;
mod credentials;
mod events;
mod mutate;
mod observe;
mod plan;
mod record;
mod refusal;
mod sample;
mod saved_plan;
mod shown;
mod snapshot;
mod spec_file;

pub use bench::bench;
pub use context::context;
pub use credentials::credentials;
pub use events::events;
pub use mutate::mutate;
pub use observe::observe;
pub use plan::plan;
pub use record::record;
pub use refusal::refusal;
pub use saved_plan::saved_plan;
pub use snapshot::snapshot;
pub use spec_file::spec;

/// A fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is also that of its folder under `corpus/`.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "bench", run: bench },
    Target { name: "context", run: context },
    Target { name: "credentials", run: credentials },
    Target { name: "events", run: events },
    Target { name: "observe", run: observe },
    Target { name: "plan", run: plan },
    Target { name: "record", run: record },
    Target { name: "refusal", run: refusal },
    Target { name: "saved_plan", run: saved_plan },
    Target { name: "snapshot", run: snapshot },
    Target { name: "spec", run: spec },
];
