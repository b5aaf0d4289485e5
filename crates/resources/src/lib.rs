//! The kinds of resources: one file each, and [`KINDS`].
//!
//! Turns a checked spec into resources that describe themselves: where each is found, how a found one looks, what is
//! wanted, and the exact calls for an action. Everything here is pure: no network, no clock, no files, no record.
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

mod account;
mod api;
mod api_fields;
mod broad;
mod bucket;
mod export;
mod hidden;
mod image;
mod invoker;
mod item;
mod json;
mod kind;
mod repository;
mod role;
mod scope;
mod service;
mod stamp;

pub use account::email as account_email;
pub use api_fields::{ApiField, ApiObject, OneOf, Origin, Reading, Standing, visit_ignored};
pub use export::{Exported, export};
pub use kind::{Kind, RecallError, Recalled};
pub use role::project_policy;
pub use service::rollback;

use model::{Entry, ProjectId, Resource, ResourceId, StackName};
use spec::Spec;

use crate::scope::Scope;

/// Every kind, in the order in which plans list them.
pub const KINDS: &[Kind] = &[
    api::KIND,
    account::KIND,
    role::KIND,
    repository::KIND,
    bucket::KIND,
    image::KIND,
    service::KIND,
    invoker::KIND,
];

/// The resources that a spec asks for, kind by kind. The spec is checked already, so nothing can fail.
pub fn resolve(spec: &Spec) -> Vec<Box<dyn Resource>> {
    let scope = Scope::of(spec);
    KINDS.iter().flat_map(|kind| (kind.resolve)(&scope)).collect()
}

/// The identity of a resource after its stack got another name. It changes where the thing is named after the stack:
/// such a thing stays until the next apply, which makes one of the new name and takes the old one away.
pub fn renamed(id: &ResourceId, old: &StackName, new: &StackName) -> ResourceId {
    if id.kind() == bucket::KIND.name.0 { bucket::renamed(id, old, new) } else { id.clone() }
}

/// Rebuilds a resource that only the record still knows. Errors: its kind is unknown, or its entry says too little.
pub fn recall(
    project: &ProjectId,
    stack: &StackName,
    id: &ResourceId,
    entry: &Entry,
) -> Result<Box<dyn Resource>, RecallError> {
    let kind = KINDS
        .iter()
        .find(|kind| kind.name.0 == id.kind())
        .ok_or_else(|| RecallError::UnknownKind { id: id.clone() })?;
    (kind.recall)(&Recalled { project, stack, id, entry })
        .ok_or_else(|| RecallError::Unusable { id: id.clone(), full_name: entry.full_name.clone() })
}
