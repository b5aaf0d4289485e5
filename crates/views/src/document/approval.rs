//! By what a plan is approved: the same words on every surface.

use model::Goal;

use super::Plan;

/// What can be done with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Something stands in its way: nobody can approve it.
    Blocked,
    /// There is nothing in it to approve.
    Nothing,
    /// What is given to the program carries out this plan and no other: `apply --env prod --expect 0123456789abcdef`.
    Arguments(String),
}

impl Plan {
    /// By what it is approved.
    pub fn approval(&self) -> Approval {
        if self.is_blocked() {
            return Approval::Blocked;
        }
        if self.is_empty() {
            return Approval::Nothing;
        }
        let command = match self.goal {
            Goal::Present => "apply",
            Goal::Absent => "destroy",
        };
        let environment = self.environment.as_ref().map(|name| format!(" --env {name}")).unwrap_or_default();
        Approval::Arguments(format!("{command}{environment} --expect {}", self.fingerprint_shown()))
    }
}
