//! What a rollback leaves as it is in the record, and what a later plan says of it.

use model::{Cause, Entry, Finding, Inventory, Plan, Reason, Severity, State};

/// The record as it is to stand before a rollback: all that is known of the service stays, but that it was rolled back, and
/// who served until then. Only where the requests go is moved; what the spec asked for at the last apply is still what it asked
/// for then.
pub(crate) fn keep_the_rest(plan: &mut Plan, record: &Inventory, revision: &str) {
    if !plan.changes.iter().any(|change| change.action.writes()) {
        plan.record = record.clone();
        return;
    }
    for change in plan.changes.iter_mut().filter(|change| change.action.writes()) {
        // A stamp that is missing, or bears an earlier name, is for the next apply.
        change.fields.retain(|field| field.path != "stamp");
        let next =
            plan.record.stacks.get_mut(&plan.stack).and_then(|stack| stack.entries.get_mut(&change.id));
        let Some(next) = next else { continue };
        if let Some(known) = record.entry(&plan.stack, &change.id) {
            change.applied.clone_from(&known.applied);
            let served = std::mem::take(&mut next.served);
            *next = Entry { state: State::Intent, served, ..known.clone() };
        } else {
            change.applied.clear();
        }
        next.rolled_back = Some(revision.to_owned());
        change.reason = Reason::RolledBack;
        for field in &mut change.fields {
            field.cause = Cause::RolledBack;
        }
    }
}

/// What a plan would undo of a rollback, for whoever reviews it.
pub(crate) fn findings(plan: &Plan, record: &Inventory) -> Vec<Finding> {
    let moved =
        plan.changes.iter().filter(|change| change.fields.iter().any(|field| field.path == "traffic"));
    let undone = moved.filter_map(|change| {
        let revision = record.entry(&plan.stack, &change.id)?.rolled_back.as_deref()?;
        Some(Finding {
            check: "rolled-back".to_owned(),
            severity: Severity::Warning,
            message: format!(
                "{} was rolled back to {revision} by gemmactl rollback; apply gives its requests to the newest revision again",
                change.id
            ),
            sum: Vec::new(),
            fix: Some("mend what the rollback was for before you apply".to_owned()),
            place: change.place.clone(),
        })
    });
    undone.collect()
}
