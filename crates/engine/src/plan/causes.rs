//! The reason of a change, from the causes of its fields. Pure.

use model::{Cause, FieldChange, Reason};

/// Why an object that is there is changed. None: no field says so.
pub(crate) fn reason(fields: &[FieldChange]) -> Option<Reason> {
    let mut edited = false;
    let mut drifted = None;
    let mut follows = None;
    for field in fields {
        match &field.cause {
            Cause::New | Cause::SpecEdited | Cause::RemovedFromSpec => edited = true,
            Cause::InputChanged => return Some(Reason::InputsChanged),
            Cause::Drifted(touched) => drifted = Some(touched),
            Cause::Follows { from } => follows = follows.or(Some(from)),
            // Shown beside what says why.
            Cause::Consequence | Cause::RolledBack => {}
        }
    }
    match (edited, drifted, follows) {
        (true, Some(_), _) => Some(Reason::SpecEditedAndDrifted),
        (true, None, _) => Some(Reason::SpecEdited),
        (false, Some(touched), _) => Some(Reason::Drifted(touched.clone())),
        (false, None, Some(from)) => Some(Reason::ParentReplaced { parent: from.clone() }),
        (false, None, None) => None,
    }
}
