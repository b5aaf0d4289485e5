//! The runs whose calls the cases are about.

use crate::command::Command;

/// The stack with a service that is rolled out share by share, as it is to be.
pub(crate) const ROLLED: &str = "rolled";

/// A clean run, each of whose calls is a point of some cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// The first stack is made from nothing.
    Apply,
    /// It is taken away.
    Destroy,
    /// A service that serves is edited, and its new revision rolled out.
    Rollout,
    /// All its requests go back to the revision before.
    Rollback,
}

impl Scene {
    /// Every one.
    pub(crate) const ALL: [Self; 4] = [Self::Apply, Self::Destroy, Self::Rollout, Self::Rollback];

    /// What is run.
    pub(crate) const fn command(self) -> Command {
        match self {
            Self::Apply | Self::Rollout => Command::Apply,
            Self::Destroy => Command::Destroy,
            Self::Rollback => Command::Rollback,
        }
    }

    /// Of which stack.
    pub(crate) const fn stack(self) -> &'static str {
        match self {
            Self::Apply | Self::Destroy => "one",
            Self::Rollout | Self::Rollback => ROLLED,
        }
    }

    /// How it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Rollout => "rollout",
            Self::Rollback => "rollback",
        }
    }
}
