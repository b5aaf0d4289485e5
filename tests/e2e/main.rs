//! The real binary against the emulator, as a user runs it: separate processes, its own folder, no account.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "tests may stop at the first surprise"
)]

mod answers;
mod as_gcloud;
mod bad_input;
mod bench;
mod ci;
mod commands;
mod comment;
mod cost;
mod credentials;
mod doctor;
mod drift;
mod environments;
mod events;
mod examples;
mod export;
mod failures;
mod github;
mod gitlab;
mod guards;
mod hostile;
mod images;
mod init;
mod interrupt;
mod lags;
mod lifecycle;
mod looking;
mod poisoned;
mod policy;
mod preflight;
mod project;
mod prompt;
mod proxy;
mod quota;
mod record;
mod rollout;
mod saved;
mod secrets;
mod smoke;
mod snapshots;
mod stand_in;
mod transcripts;
mod tutorial;
mod world;

/// Every request is gemmactl's own.
const REQUESTS: conformance::Requests = conformance::Requests::All;
