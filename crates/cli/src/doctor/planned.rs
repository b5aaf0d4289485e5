//! Whether a plan can be made, and what it would do. The plan itself is shown by `gemmactl plan`.

use std::collections::BTreeSet;

use model::{Action, Plan, PolicyEdit, Step};

use super::answer::unread;
use super::setup::counted;
use crate::error::CliError;
use crate::flow::Prepared;
use views::finding::check::{Check, CheckId, Level};

/// The roles on the project that a plan gives to a member.
pub(super) fn roles_for(plan: &Plan, member: &str) -> BTreeSet<String> {
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    steps
        .filter_map(edits_project)
        .flat_map(|edit| &edit.add)
        .filter(|grant| grant.condition.is_none() && grant.member.eq_ignore_ascii_case(member))
        .map(|grant| grant.role.clone())
        .collect()
}

/// The edit of the project's own policy that a step is, if it is one.
pub(super) fn edits_project(step: &Step) -> Option<&PolicyEdit> {
    match step {
        Step::EditPolicy(edit) if edit.policy.write.path.starts_with("v3/projects/") => Some(edit),
        Step::EditPolicy(_)
        | Step::Call { .. }
        | Step::Gathered(_)
        | Step::Upload(_)
        | Step::Build { .. }
        | Step::EmptyBucket { .. }
        | Step::Check(_) => None,
    }
}

/// Judges the attempt to make a plan.
pub(super) fn check(prepared: &Result<Prepared, CliError>) -> Check {
    let id = CheckId::Plan;
    let plan = match prepared {
        Ok(prepared) => &prepared.plan,
        Err(CliError::Cloud(error) | CliError::Record(model::RecordError::Cloud(error))) => {
            return unread(id, error);
        }
        Err(error) => return Check::new(id, Level::Failed, format!("no plan can be made: {error}")),
    };
    let unchanged = plan.count(Action::NoOp) + plan.count(Action::Keep);
    let mut check = Check::new(
        id,
        Level::Ok,
        format!("{} to make, {unchanged} unchanged", counted(plan.changes.len() - unchanged, "change")),
    );
    for unknown in &plan.unknowns {
        check = check.seeing(format!("{} could not be read: {}", unknown.id, unknown.problem));
    }
    for refusal in &plan.refusals {
        check = check.seeing(format!("{} is refused: {}", refusal.id, refusal.problem));
    }
    if plan.unknowns.is_empty() && plan.refusals.is_empty() {
        return check;
    }
    check.at_least(Level::Failed).say("gemmactl plan shows it with the ways out")
}
