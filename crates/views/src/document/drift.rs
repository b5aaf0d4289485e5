//! What others changed: a plan without what comes from the spec. Pure.

use std::collections::BTreeSet;

use model::{Action, Cause, FieldChange, Reason, ResourceId, Touched};

use super::{Change, Plan};

impl Plan {
    /// The same plan with only what somebody changed behind the spec's back: fields that drifted, things that are gone, what stands
    /// open to everybody. Edits of the spec and what it asks for the first time are left out. Of what is refused only that stays which
    /// could not be compared at all. The fingerprint stays that of the whole plan.
    #[must_use]
    pub fn drift(&self) -> Self {
        let rows: BTreeSet<&ResourceId> = self.changes.iter().map(|change| &change.id).collect();
        Self {
            changes: self.changes.iter().filter_map(Change::drift).collect(),
            refusals: self.refusals.iter().filter(|each| !rows.contains(&each.id)).cloned().collect(),
            cost: None,
            preflight: None,
            ..self.clone()
        }
    }

    /// Whether a plan of what others changed has anything to tell. What could not be read is told otherwise.
    pub fn has_drift(&self) -> bool {
        !self.changes.is_empty() || !self.refusals.is_empty() || self.open().next().is_some()
    }
}

impl Change {
    fn drift(&self) -> Option<Self> {
        let fields: Vec<FieldChange> = self.fields.iter().filter(|field| is_drift(field)).cloned().collect();
        let touched = match &self.reason {
            Reason::Drifted(touched) => touched.clone(),
            Reason::SpecEditedAndDrifted => fields.iter().find_map(|field| touched(&field.cause)).cloned(),
            Reason::StackRenamed { .. } if !fields.is_empty() => {
                fields.iter().find_map(|field| touched(&field.cause)).cloned()
            }
            Reason::NotFound
            | Reason::SpecEdited
            | Reason::StackRenamed { .. }
            | Reason::RecordAlone
            | Reason::Unhealthy { .. }
            | Reason::RolledBack
            | Reason::ParentReplaced { .. }
            | Reason::InputsChanged
            | Reason::FoundUnmarked
            | Reason::ThereBefore
            | Reason::RemovedFromSpec
            | Reason::Destroying
            | Reason::SharedSwitch { .. }
            | Reason::KeptByRule
            | Reason::InSync
            | Reason::Gone
            | Reason::NotOurs => return None,
        };
        let fields = match self.action {
            // It is gone as a whole.
            Action::Create => Vec::new(),
            Action::NoOp
            | Action::Adopt
            | Action::Update
            | Action::Replace
            | Action::Repair
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => fields,
        };
        Some(Self { fields, reason: Reason::Drifted(touched), ..self.clone() })
    }
}

fn is_drift(field: &FieldChange) -> bool {
    match field.cause {
        Cause::Drifted(_) => true,
        Cause::New
        | Cause::SpecEdited
        | Cause::RemovedFromSpec
        | Cause::Follows { .. }
        | Cause::InputChanged
        | Cause::Consequence
        | Cause::RolledBack => false,
    }
}

fn touched(cause: &Cause) -> Option<&Touched> {
    match cause {
        Cause::Drifted(touched) => touched.as_ref(),
        Cause::New
        | Cause::SpecEdited
        | Cause::RemovedFromSpec
        | Cause::Follows { .. }
        | Cause::InputChanged
        | Cause::Consequence
        | Cause::RolledBack => None,
    }
}
