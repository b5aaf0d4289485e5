//! Where the documents lag behind the services, or say less than is so. The only place for it; each with its reason.

use super::violation::Violation;

/// A fact of the tables that does not hold as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// The fact, as violations name it.
    pub fact: &'static str,
    /// Why a disagreement with it is none.
    pub reason: &'static str,
}

/// Every exception.
pub const EXCEPTIONS: &[Exception] = &[Exception {
    fact: "artifactregistry.v1 artifactregistry.projects.locations.repositories.create?repository_id",
    reason: "older clients send the name as the protocol buffers write it, and it is taken (recorded)",
}];

/// Whether a violation is one of the exceptions.
pub(crate) fn is_excepted(violation: &Violation) -> bool {
    EXCEPTIONS.iter().any(|exception| exception.fact == violation.fact)
}
