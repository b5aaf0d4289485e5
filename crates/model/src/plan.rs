//! The plan: plain data down to the calls, in running order. Holds no mode, so apply has nothing to decide.

use std::collections::BTreeMap;

use crate::{
    Action, Command, Exposure, FieldChange, FieldPath, Goal, Hazard, Json, Outputs, Place, ProjectId, Reason,
    ResourceId, StackName, Step, Unread,
};

/// What is to happen to one resource.
#[derive(Debug, Clone)]
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
    /// What must be done before: ids of other changes of this plan.
    pub after: Vec<ResourceId>,
    /// The exact calls.
    pub steps: Vec<Step>,
    /// What a shell runs to do the same by gcloud. Not part of what the plan does, so not of its fingerprint either.
    pub commands: Vec<Command>,
    /// The wanted fields as the record is to remember them once this is done; may hold references.
    pub applied: BTreeMap<FieldPath, Json>,
}

/// Something the plan refuses to do, with the ways out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which resource.
    pub id: ResourceId,
    /// Where the spec asks for it.
    pub place: Option<Place>,
    /// What is refused and why.
    pub problem: String,
    /// What the user can do.
    pub ways_out: Vec<String>,
}

/// A resource whose live state could not be read: never taken for absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Which resource.
    pub id: ResourceId,
    /// Where the spec asks for it.
    pub place: Option<Place>,
    /// What went wrong, in the words of the error.
    pub problem: String,
    /// What the user can do.
    pub help: Option<String>,
}

/// Grants in a policy that are not this stack's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Others {
    /// Whose policy, in the words of [`crate::PolicyRef::shown`].
    pub on: String,
    /// How many.
    pub grants: usize,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where.
    pub project: ProjectId,
    /// Whose.
    pub stack: StackName,
    /// What for.
    pub goal: Goal,
    /// In running order, every resource of the stack and of its record once.
    pub changes: Vec<Change>,
    /// What is refused; apply does nothing while there is one.
    pub refusals: Vec<Refusal>,
    /// What could not be read; apply does nothing while there is one.
    pub unknowns: Vec<Unknown>,
    /// What the changes do that the spec alone does not allow, allowed or not.
    pub hazards: Vec<(ResourceId, Hazard)>,
    /// What stands open to everybody already, and neither the spec asks for it nor this plan closes it.
    pub exposures: Vec<Exposure>,
    /// How many grants of others each policy holds that this plan edits, in running order. They stay.
    pub others: Vec<Others>,
    /// What has to be read before things may be deleted; apply does nothing while there is one.
    pub unread: Vec<Unread>,
    /// Outputs that are known already.
    pub outputs: Outputs,
    /// The record as it is to stand before the first call: every intent written, what was there before noted.
    /// Equal to the record that was read when there is nothing to note.
    pub record: crate::Inventory,
}

impl Plan {
    /// Whether applying it would write anything to the cloud or drop anything from the record.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|change| matches!(change.action, Action::NoOp | Action::Keep))
    }

    /// How many changes have an action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}
