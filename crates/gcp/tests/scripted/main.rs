//! The client against a small scripted server on this machine: what is sent, and what comes of the answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod builds;
mod calls;
mod credentials;
mod echoes;
mod operations;
mod policies;
mod reads;
mod record;
mod server;
mod tls;
mod uploads;
