//! How a resource is found: by a read of its own, or as a part of a read that many share. Knows no kind.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{ApiRequest, Json};

/// Splits a shared answer into its parts, by key. Called once for an answer, however many resources share it. A part
/// that stands in the answer as it is is lent, not copied.
pub type Split = for<'json> fn(&'json Json) -> BTreeMap<String, Cow<'json, Json>>;

/// The read that finds a resource. Equal requests of a snapshot are sent once.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// An object that a GET answers; not found means absent.
    Object {
        /// The GET.
        request: ApiRequest,
        /// A cheaper way when a plan has many of them.
        siblings: Option<Siblings>,
    },
    /// A part of an answer: a member in a policy, say. A missing part means absent, and so does a missing whole.
    Part {
        /// The read of the whole.
        request: ApiRequest,
        /// Splits the whole.
        split: Split,
        /// The key of our part.
        key: String,
    },
}

impl Lookup {
    /// A GET of its own.
    pub fn object(request: ApiRequest) -> Self {
        Self::Object { request, siblings: None }
    }

    /// The read that finds it when it is read alone.
    pub fn request(&self) -> &ApiRequest {
        match self {
            Self::Object { request, .. } | Self::Part { request, .. } => request,
        }
    }
}

/// Objects that one request can read together: a batch read (`services:batchGet`) or a list.
#[derive(Debug, Clone)]
pub struct Siblings {
    /// Lookups of one family can be gathered: kind and parent, for example `services of projects/p`.
    pub family: String,
    /// The parent, handed to `gather`.
    pub parent: String,
    /// Our key within the family.
    pub key: String,
    /// From how many on the gathered read is used.
    pub from: usize,
    /// At most so many keys in one gathered read; a list takes any number (`usize::MAX`).
    pub at_most: usize,
    /// Builds the gathered read of a parent and keys.
    pub gather: fn(&str, &[&str]) -> ApiRequest,
    /// Splits its answer by key.
    pub split: Split,
}
