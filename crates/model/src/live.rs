//! How a found object looks: managed fields in normal form, who owns it, who touched it last. Knows no kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{FieldPath, Fields, Json, StackName};

/// A found object.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// Its fields in the same normal form as the wanted ones.
    pub fields: Fields,
    /// Whose it is by its stamp.
    pub owner: Owner,
    /// The etag that a conditional write needs, where the API has one.
    pub etag: Option<String>,
    /// What tells it from a later namesake: uid, unique id, or creation time.
    pub uid: Option<String>,
    /// Who changed it last and when, where the API says so.
    pub touched: Option<Touched>,
    /// Whether it works.
    pub health: Health,
    /// Values that others refer to, by output name (`digest`).
    pub outputs: BTreeMap<String, String>,
    /// Fields that this stack set and the spec no longer asks for, with what is to be there instead. Filled in by the
    /// plan, which knows the record; empty when a kind has looked.
    pub taken_back: BTreeMap<FieldPath, Option<Json>>,
    /// Fields that a change writes. Filled in by the plan, which knows the outputs of others; empty when a kind has looked.
    pub changed: BTreeSet<FieldPath>,
    /// The object as answered, for merged writes and for giving back what gemmactl does not manage.
    pub raw: Arc<Json>,
}

impl Live {
    /// A found object with fields and owner, healthy, without outputs.
    pub fn new(fields: Fields, owner: Owner, raw: &Json) -> Self {
        let mut raw = raw.clone();
        // The order of an answer's keys means nothing; equal worlds give equal bytes.
        raw.sort_all_objects();
        Self {
            fields,
            owner,
            etag: None,
            uid: None,
            touched: None,
            health: Health::Ready,
            outputs: BTreeMap::new(),
            taken_back: BTreeMap::new(),
            changed: BTreeSet::new(),
            raw: Arc::new(raw),
        }
    }
}

/// Whose an object is, by the stamp it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Stamped by this stack.
    ThisStack,
    /// Stamped by another stack.
    OtherStack(StackName),
    /// A kind that can carry a stamp, without one.
    Unmarked,
    /// A kind that has no place for a stamp: an API, a binding.
    Unmarkable,
    /// What is left of such a thing: a binding whose account was deleted. It does nothing, so it is not what a spec wants;
    /// but it is taken away with the rest.
    Remains,
}

/// Who changed an object last, and when (RFC 3339), as the API says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// An e-mail address, mostly.
    pub by: Option<String>,
    /// RFC 3339.
    pub at: Option<String>,
}

/// Whether a found object works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It works, or the kind has no notion of health.
    Ready,
    /// A change is under way.
    Changing,
    /// It does not work; the text is the API's own.
    Unready(String),
}

/// An answer that is not of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the answer has no usable `{field}`: {problem}")]
pub struct ObserveError {
    /// The field, as a dotted path in the answer.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}
