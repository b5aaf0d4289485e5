//! The nouns of gemmactl: names, fields, requests, steps, plan, events, record, and the traits [`Resource`],
//! [`Cloud`] and [`RecordStore`] through which the other crates meet.
//!
//! This crate holds data and the small pure functions that keep it consistent. It knows no kind of resource,
//! no HTTP client, no clock, no file system and no terminal.
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

pub mod action;
pub mod cloud;
pub mod command;
pub mod content;
pub mod cost;
pub mod digest;
pub mod encoding;
pub mod event;
pub mod fields;
pub mod finding;
pub mod hazard;
pub mod ignored;
pub mod live;
pub mod lookup;
pub mod names;
pub mod outputs;
pub mod place;
pub mod plan;
pub mod policy;
pub mod quantity;
pub mod record;
pub mod record_history;
pub mod request;
pub mod resource;
pub mod secret;
pub mod step;
pub mod unseen;

pub use action::{Action, Cause, FieldChange, Goal, Reason};
pub use cloud::{
    Cloud, CloudError, Done, ErrorKind, Extent, Found, Permission, Progress, Supervisor, Unsupervised,
};
pub use command::{Command, Run};
pub use content::{Archive, Content};
pub use cost::{
    BuildCost, BuildPrice, Cost, Money, Month, Priced, Rate, Redundancy, Running, ServiceCost, StorageCost,
    Stored,
};
pub use event::{ApplyReport, Event, Outcome};
pub use fields::{Effect, Field, FieldPath, FieldRule, Fields, Unset};
pub use finding::{Finding, Severity};
pub use hazard::{Danger, Exposure, Hazard, Protection, Unread};
pub use ignored::{IgnoreRule, Ignored, IgnoredField};
pub use live::{Health, Live, ObserveError, Owner, Touched};
pub use lookup::{Lookup, Siblings, Split};
pub use names::{
    EnvironmentName, KindName, NameError, ProjectId, Region, ResourceId, StackName, last_part, location_of,
};
pub use outputs::{Outputs, reference};
pub use place::Place;
pub use plan::{Change, Others, Plan, Refusal, Unknown};
pub use policy::{Binding, Grant, PolicyEdit, PolicyRef};
pub use record::{
    Entry, Held, HeldThing, Inventory, Lease, Origin, Prior, RecordError, RecordStore, SharedKey,
    StackRecord, State, Versioned,
};
pub use record_history::{RecordVersion, Standing, VersionContent};
pub use request::{Api, ApiRequest, Body, Method};
pub use resource::{Consequence, Dependency, OnDestroy, Resource, Tenure, Tie};
pub use step::{Check, Gathered, Step, Upload, Wait};

/// A JSON value: what the APIs speak.
pub type Json = serde_json::Value;
