//! From the engine's plan to what is shown of it. Grants are read off the policy edits of the steps, so it holds for any
//! kind that edits a policy. Knows no kind.

use model::Step;

use super::{Access, Change, Ignored, Plan, Way, references_named};

impl Plan {
    /// What is shown of a plan, and of what it ignored.
    pub(crate) fn of(plan: &model::Plan, ignored: model::Ignored) -> Self {
        Self {
            project: plan.project.clone(),
            stack: plan.stack.clone(),
            goal: plan.goal,
            fingerprint: engine::fingerprint(plan),
            changes: plan.changes.iter().map(Change::of).collect(),
            refusals: plan.refusals.clone(),
            unknowns: plan.unknowns.clone(),
            ignored: Ignored::of(ignored),
        }
    }
}

impl Change {
    fn of(change: &model::Change) -> Self {
        let is_edit = |step: &Step| matches!(step, Step::EditPolicy(_));
        Self {
            id: change.id.clone(),
            full_name: change.full_name.clone(),
            place: change.place.clone(),
            action: change.action,
            reason: change.reason.clone(),
            fields: change.fields.clone(),
            access: change.steps.iter().flat_map(access).collect(),
            is_only_access: !change.steps.is_empty() && change.steps.iter().all(is_edit),
            after: change.after.clone(),
            calls: change.steps.iter().map(|step| references_named(&step.shown())).collect(),
        }
    }
}

fn access(step: &Step) -> Vec<Access> {
    match step {
        Step::EditPolicy(edit) => {
            let row = |way| {
                move |grant: &model::Grant| Access {
                    way,
                    grant: grant.clone(),
                    on: edit.policy.shown.clone(),
                }
            };
            let taken = edit.remove.iter().map(row(Way::Taken));
            taken.chain(edit.add.iter().map(row(Way::Given))).collect()
        }
        Step::Call { .. }
        | Step::Gathered(_)
        | Step::Upload(_)
        | Step::Build { .. }
        | Step::EmptyBucket { .. } => Vec::new(),
    }
}
