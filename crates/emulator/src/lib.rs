//! An HTTP server on loopback that imitates the Google Cloud APIs that gemmactl uses.
//!
//! It exists so that anyone can try and test a stack without an account, and so that tests have a cloud that refuses what
//! the real one refuses. It shares no code and no types with the client: a wrong field name must fail here, not agree
//! with itself. It must never know what a stack, a plan or a record is.
//!
//! One loopback address answers for every API. Requests are told apart by their path; the host (the real API host in an
//! absolute-form request or a `Host` header) is only a hint. Imitated: Service Usage, Resource Manager, IAM service
//! accounts and credentials, Cloud Storage, Artifact Registry with the registry protocol's manifests, Cloud Build,
//! Cloud Run Admin v2, what Cloud Billing and Cloud Quotas
//! tell of a project, the metadata server, and the deployed service itself, answered by a small Ollama-shaped server under the service's own
//! host name (`NAME-NUMBER.REGION.run.localhost` reaches it without any name resolution of the real `run.app`).
//!
//! Beside the imitated APIs there are control routes under `/emulator/`, described in [`control`].

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests may stop at the first surprise"
    )
)]

mod artifact_registry;
mod billing;
mod blobs;
mod call;
mod clock;
mod cloud_build;
mod consistency;
pub mod control;
mod emulator;
mod enums;
mod error;
mod faults;
mod gate;
mod guard;
mod hosts;
mod iam;
mod journal;
mod labels;
mod logging;
mod metadata;
mod model_server;
mod oauth;
mod operations;
mod part;
mod partial;
mod policy;
mod quotas;
mod resource_manager;
mod routes;
mod run;
mod server;
mod service_usage;
mod settings;
mod state_file;
mod storage;
mod world;

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod server_tests;
#[cfg(test)]
mod testing;

pub use clock::Clock;
pub use consistency::{Lag, UnknownLag};
pub use emulator::{Emulator, EmulatorError};
pub use faults::{Fault, Faults, HeldCall, Outside, Rule, RuleError, Shown, ShownRule, When, path_fits};
pub use journal::Exchange;
pub use server::{Running, app, serve, start};
pub use settings::{Durations, Settings, StateStore};
