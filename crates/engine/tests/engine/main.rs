//! The engine against toy kinds, a cloud in memory and a record in memory. Hermetic; time is paused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_imports,
    reason = "tests may stop at the first surprise"
)]

mod apply;
mod fingerprint;
mod graph;
mod guards;
mod lease;
mod ledger;
mod ownership;
mod properties;
mod remembered;
mod saved_snapshot;
mod snapshot;
mod stack;
mod toy;
