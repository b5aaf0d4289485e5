//! What gcloud sends for its flags, and what gemmactl sends for the settings of the same meaning: held against each other.
//! gcloud speaks Cloud Run's v1, gemmactl v2; the way from one to the other here is the test's own.
//!
//! The flags' v1 fields were recorded. `GEMMACTL_GCLOUD_WIRE` names the folder of those recordings, one exchange a line; with
//! it, every field that is claimed here must be in them. `tests/clients` holds the same table against a gcloud that runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests may stop at the first surprise, and these read a folder that is named from outside"
)]

mod access;
mod as_gcloud;
mod compare;
mod flags;
mod from_command;
mod held;
mod knative;
mod recorded;
mod sent;
mod tutorial;
mod unoffered;
