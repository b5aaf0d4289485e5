//! What apply tells while it works. Engine and views meet only here.

use crate::{Action, CloudError, Extent, Progress, ResourceId};

/// One thing that happened during apply.
#[derive(Debug, Clone)]
pub enum Event {
    /// Work on a resource began.
    Started {
        /// Which.
        id: ResourceId,
        /// What is being done.
        action: Action,
    },
    /// One of its steps began.
    StepStarted {
        /// Which resource.
        id: ResourceId,
        /// The step as [`crate::Step::shown`] says it.
        step: String,
    },
    /// A step says how it goes.
    Progress {
        /// Which resource.
        id: ResourceId,
        /// How it goes.
        progress: Progress,
    },
    /// A resource is done.
    Done {
        /// Which.
        id: ResourceId,
        /// What was done.
        action: Action,
    },
    /// A resource failed.
    Failed {
        /// Which.
        id: ResourceId,
        /// Why.
        error: CloudError,
    },
    /// A resource was not begun because another failed.
    Skipped {
        /// Which.
        id: ResourceId,
        /// The one that failed.
        because: ResourceId,
    },
    /// A resource was not begun because the run was asked to stop.
    NotStarted {
        /// Which.
        id: ResourceId,
    },
}

/// How one resource ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Done, with the outputs it gave.
    Done(Vec<(String, String)>),
    /// Failed.
    Failed(CloudError),
    /// Not begun because another failed.
    Skipped(ResourceId),
    /// Not begun because the run was asked to stop.
    NotStarted,
}

/// How an apply ended, in running order.
#[derive(Debug, Clone, Default)]
pub struct ApplyReport {
    /// Every resource that had something to do.
    pub outcomes: Vec<(ResourceId, Action, Outcome)>,
}

impl ApplyReport {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(|(_, _, outcome)| matches!(outcome, Outcome::Done(_)))
    }

    /// Whether anything was done, or begun by something that then failed.
    pub fn did_anything(&self) -> bool {
        self.outcomes.iter().any(|(_, _, outcome)| match outcome {
            Outcome::Done(_) => true,
            Outcome::Failed(error) => error.extent == Extent::Begun,
            Outcome::Skipped(_) | Outcome::NotStarted => false,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_failed_did_something_only_if_it_had_begun() {
        let id = ResourceId::parse("thing/a").unwrap();
        let error = || CloudError::new(ErrorKind::Denied, "no");
        for (outcome, did) in [
            (Outcome::Done(Vec::new()), true),
            (Outcome::Failed(error().begun()), true),
            (Outcome::Failed(error()), false),
            (Outcome::Skipped(id.clone()), false),
            (Outcome::NotStarted, false),
        ] {
            let report = ApplyReport { outcomes: vec![(id.clone(), Action::Create, outcome)] };
            assert_eq!(report.did_anything(), did, "{report:?}");
        }
    }
}
