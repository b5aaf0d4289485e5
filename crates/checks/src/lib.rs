//! Coherence checks: whether the settings of a spec agree with each other and with what the catalogue knows of GPUs,
//! models and model servers. A check is a pure function of the spec and the catalogue; it asks nobody and reads nothing.
//! Must never know a cloud, a plan or how a finding is shown.
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

mod capacity;
mod check;
mod dockerfile;
mod examination;
mod lint;
mod memory;
mod reference;
mod rules;
mod server;
mod startup;
mod weights;

pub use capacity::{Capacity, capacity};
pub use check::Check;
pub use examination::{Examination, examine};
pub use reference::reference;
pub use rules::CHECKS;
pub use server::{Program, value_of};
pub use weights::{asked_model, weights};
