//! Graph, snapshot, plan, apply and the ownership record's one writer.
//!
//! The way through this crate is the way of a run: [`Graph::build`] orders the resources, [`snapshot()`] asks the
//! cloud once, [`plan()`] decides everything, [`apply()`] decides nothing and carries out. It knows no kind of
//! resource, no HTTP, no clock of the day and no terminal: kinds are behind `model::Resource`, the cloud behind
//! `model::Cloud`, the place of the record behind `model::RecordStore`.
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

pub mod applied;
pub mod apply;
pub mod fingerprint;
pub mod graph;
pub mod lease;
pub mod ledger;
pub mod plan;
pub mod rebuild;
pub mod record;
pub mod rename;
pub mod restore;
pub mod saved_snapshot;
pub mod snapshot;

pub use applied::applied_form;
pub use apply::{StopSignal, apply};
pub use fingerprint::fingerprint;
pub use graph::{Edge, Graph, GraphError};
pub use lease::{Rhythm, Watched, free, has_work, in_the_way, unlock, watch};
pub use ledger::{Ledger, WallClock};
pub use plan::{AdoptPolicy, Allowed, Commands, Consent, PlanOptions, Recovered, ReplacePolicy, plan};
pub use rebuild::{Rebuilt, rebuild};
pub use rename::{RenameError, rename};
pub use restore::{RecordDifference, StackDifference};
pub use saved_snapshot::{Recorder, SavedSnapshot};
pub use snapshot::{Seen, Snapshot, Watch, contents, snapshot, snapshot_of, snapshot_watching};
