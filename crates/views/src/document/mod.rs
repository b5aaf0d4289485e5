//! The plan as people and programs are shown it: what every surface is rendered from, and what a saved plan holds.
//! Plain data without a call in it, so it grants nothing: what is carried out is always planned anew.

mod approval;
mod drift;
pub mod file;
mod ignored;
mod of_plan;
pub mod operator_policy;
pub mod preflight;
mod public;
mod references;
pub mod since;

pub use approval::{Approval, Invocation};
pub use file::PlanFile;
pub use ignored::{Found, Ignored};
pub use public::Public;
pub use references::references_named;

use model::{
    Action, Cost, EnvironmentName, Exposure, FieldChange, Finding, Goal, Grant, Others, Place, ProjectId,
    Reason, Refusal, ResourceId, StackName, Unknown, location_of,
};

/// A plan, shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where.
    pub project: ProjectId,
    /// Whose.
    pub stack: StackName,
    /// For which environment of the spec, where it names any.
    pub environment: Option<EnvironmentName>,
    /// What for.
    pub goal: Goal,
    /// What tells this plan from every other: 64 hexadecimal digits, see [`engine::fingerprint`].
    pub fingerprint: String,
    /// In running order, every resource of the stack and of its record once.
    pub changes: Vec<Change>,
    /// What is refused; apply does nothing while there is one.
    pub refusals: Vec<Refusal>,
    /// What could not be read; apply does nothing while there is one.
    pub unknowns: Vec<Unknown>,
    /// What stands open to everybody already, and neither the spec asks for it nor this plan closes it; and of what nobody knows
    /// whether it does ([`Exposure::is_unread`]).
    pub exposures: Vec<Exposure>,
    /// How many grants of others each policy holds that this plan edits, in running order. They stay.
    pub others: Vec<Others>,
    /// How the spec stands against the operator's policy, where one was given.
    pub policy: Option<operator_policy::Judgement>,
    /// What the checks found in the spec, in the order of its lines.
    pub findings: Vec<Finding>,
    /// What it costs; none where nobody reckoned.
    pub cost: Option<Cost>,
    /// What its calls rely on; none where there was nothing to look at.
    pub preflight: Option<preflight::Preflight>,
    /// What was left alone on live objects.
    pub ignored: Ignored,
    /// How the process that runs was asked for it; none of a saved plan.
    pub invocation: Option<Invocation>,
}

/// What is to happen to one resource, shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which resource.
    pub id: ResourceId,
    /// The full name of the thing in the cloud.
    pub full_name: String,
    /// Where the spec asks for it.
    pub place: Option<Place>,
    /// What happens.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// Which fields change.
    pub fields: Vec<FieldChange>,
    /// Grants that come or go.
    pub access: Vec<Access>,
    /// Whether these grants are all that happens.
    pub is_only_access: bool,
    /// What is sent of the files beside the spec, if anything is.
    pub sends: Option<Sends>,
    /// What must be done before.
    pub after: Vec<ResourceId>,
    /// What is sent or done, one line each.
    pub calls: Vec<String>,
}

/// Files that are sent to a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sends {
    /// How many.
    pub files: usize,
    /// How long they are together, in bytes and before they are packed.
    pub bytes: u64,
    /// The paths of the first, so that what was not meant to go is seen.
    pub first: Vec<String>,
}

/// So many files are named before the rest is counted.
pub const FILES_NAMED: usize = 5;

/// Which way access moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is given.
    Given,
    /// It is taken away.
    Taken,
}

/// One grant that appears or goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// Given or taken.
    pub way: Way,
    /// Who gets or loses what.
    pub grant: Grant,
    /// Whose policy: `project demo-project`.
    pub on: String,
    /// Why the role reaches further than a stack needs, if it does.
    pub broad: Option<String>,
}

/// So many digits of a fingerprint are shown: more than anybody can try to make two plans alike in.
pub const SHORT: usize = 16;
/// So many digits a fingerprint has.
pub const LONG: usize = 64;

impl Plan {
    /// The same plan, made in an environment of the spec.
    #[must_use]
    pub fn in_environment(mut self, environment: Option<EnvironmentName>) -> Self {
        self.environment = environment;
        self
    }

    /// The same plan, asked for like this.
    #[must_use]
    pub fn asked_for(mut self, invocation: Invocation) -> Self {
        self.invocation = Some(invocation);
        self
    }

    /// The same plan, held against an operator's policy.
    #[must_use]
    pub fn judged(mut self, policy: Option<operator_policy::Judgement>) -> Self {
        self.policy = policy;
        self
    }

    /// The first digits of the fingerprint, as people are shown it.
    pub fn fingerprint_shown(&self) -> &str {
        self.fingerprint.get(..SHORT).unwrap_or(&self.fingerprint)
    }

    /// Whether applying it would write anything to the cloud or drop anything from the record.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|change| matches!(change.action, Action::NoOp | Action::Keep))
    }

    /// How many times the operator's policy denies something.
    pub fn denied(&self) -> usize {
        self.policy.as_ref().map_or(0, |policy| policy.denied().count())
    }

    /// The same plan with what it costs.
    #[must_use]
    pub fn priced(mut self, cost: Cost) -> Self {
        self.cost = Some(cost);
        self
    }

    /// The same plan with what its calls rely on.
    #[must_use]
    pub fn relying_on(mut self, preflight: Option<preflight::Preflight>) -> Self {
        self.preflight = preflight;
        self
    }

    /// Whether it costs more than was allowed.
    pub fn is_over_budget(&self) -> bool {
        self.cost.as_ref().and_then(Cost::over_budget).is_some()
    }

    /// Whether something is refused, denied, over budget or unknown, so that apply does nothing.
    pub fn is_blocked(&self) -> bool {
        self.denied() > 0 || self.is_over_budget() || !self.refusals.is_empty() || !self.unknowns.is_empty()
    }

    /// The locations that full names of the plan speak of, in the order in which they are first met.
    pub fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<&str> = vec![];
        for change in &self.changes {
            let location = location_of(&change.full_name);
            regions.extend(location.filter(|name| !regions.contains(name)));
        }
        regions
    }

    /// Every grant that the plan gives or takes, in running order, with its change.
    pub fn access(&self) -> impl Iterator<Item = (&Change, &Access)> {
        self.changes.iter().flat_map(|change| change.access.iter().map(move |access| (change, access)))
    }

    /// What is deleted in the cloud, for good or to be made again, in running order. A grant that goes is no deletion but access.
    pub fn deletions(&self) -> impl Iterator<Item = &Change> {
        let is_lost = |change: &&Change| matches!(change.action, Action::Delete | Action::Replace);
        self.changes.iter().filter(is_lost).filter(|change| !change.is_only_access)
    }

    /// What this stack loses, in running order: what is deleted, made again, or given back to whoever had it.
    pub fn destructive(&self) -> impl Iterator<Item = &Change> {
        let is_lost =
            |change: &&Change| matches!(change.action, Action::Delete | Action::Replace | Action::Detach);
        self.changes.iter().filter(is_lost).filter(|change| !change.is_only_access)
    }

    /// What else happens, in running order: neither access alone nor a loss.
    pub fn edits(&self) -> impl Iterator<Item = &Change> {
        let is_edit = |change: &&Change| match change.action {
            Action::Create | Action::Adopt | Action::Update | Action::Repair | Action::Forget => true,
            Action::NoOp | Action::Keep | Action::Delete | Action::Replace | Action::Detach => false,
        };
        self.changes.iter().filter(is_edit).filter(|change| !change.is_only_access)
    }

    /// What stays although the stack lets go of it.
    pub fn kept(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action == Action::Keep)
    }

    /// What is as it should be.
    pub fn unchanged(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action == Action::NoOp)
    }

    /// How many changes have an action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}
