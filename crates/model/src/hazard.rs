//! What a plan may not do because a spec says so alone, and what stands open already. Knows no kind.

use crate::{ApiRequest, Place, ResourceId};

/// Something dangerous that a change does, for which the operator of the run has to give leave, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// What sort of danger.
    pub danger: Danger,
    /// What happens and why it is dangerous: a sentence without full stop.
    pub what: String,
}

/// Sorts of danger, by what has to be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Danger {
    /// Everybody gets in.
    Public,
    /// A role that reaches far. Somebody whom the operator named may get it.
    BroadRole {
        /// Who gets it.
        member: String,
    },
    /// A role that reaches everything, whoever gets it.
    BasicRole,
}

/// What it takes to delete something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// That the spec no longer asks for it.
    Free,
    /// The operator's leave, too, when only its line went from the spec: it serves, or holds what is lost with it.
    Guarded,
    /// The spec forbids it (`protect: true`), whatever the operator says.
    Protected,
}

/// Something of this stack to which everybody gets in although its spec does not ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Which resource.
    pub id: ResourceId,
    /// Where the spec asks for it.
    pub place: Option<Place>,
    /// Who gets in, as the policy says it; empty if that could not be read.
    pub member: String,
    /// Whose policy says so, in the words of [`crate::PolicyRef::shown`].
    pub on: String,
    /// All of it in a sentence without full stop.
    pub what: String,
}

impl Exposure {
    /// Whether nobody knows who gets in: the policy could not be read. It is no all-clear, and no alarm either.
    pub fn is_unread(&self) -> bool {
        self.member.is_empty()
    }
}

/// What a thing holds that has to be read before the thing may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Which resource.
    pub id: ResourceId,
    /// The read.
    pub request: ApiRequest,
}
