//! What runs are asked to do, and with which waits.

/// The waits of a run that is alone: whoever holds a lease is known to be dead, so it is not watched for long. Nothing else is
/// judged by the clock, for a machine that does much else at once makes any call slow.
pub(crate) const ALONE: &str = "patience=2m,watch=300ms,retry=20ms,propagation=1m";

/// What a run is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Apply,
    Destroy,
    /// All requests of a service to the revision that served before.
    Rollback,
    /// A plan, which says by its exit code whether it is empty.
    Plan,
}

impl Command {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Rollback => "rollback",
            Self::Plan => "plan",
        }
    }

    pub(crate) const fn flag(self) -> &'static str {
        match self {
            Self::Apply | Self::Destroy | Self::Rollback => "--yes",
            Self::Plan => "--detailed-exitcode",
        }
    }
}
