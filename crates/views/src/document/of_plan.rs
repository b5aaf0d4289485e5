//! From the engine's plan to what is shown of it. Grants are read off the policy edits of the steps, so it holds for any
//! kind that edits a policy. Knows no kind.

use model::{Danger, Step};

use super::{Access, Change, FILES_NAMED, Ignored, Plan, Sends, Way, references_named};

impl Plan {
    /// What is shown of a plan, and of what it ignored.
    pub fn of(plan: &model::Plan, ignored: model::Ignored) -> Self {
        Self {
            project: plan.project.clone(),
            stack: plan.stack.clone(),
            environment: None,
            policy: None,
            goal: plan.goal,
            fingerprint: engine::fingerprint(plan),
            changes: plan.changes.iter().map(|change| Change::of(change, plan)).collect(),
            refusals: plan.refusals.clone(),
            unknowns: plan.unknowns.clone(),
            exposures: plan.exposures.clone(),
            findings: Vec::new(),
            ignored: Ignored::of(ignored),
        }
    }
}

impl Change {
    fn of(change: &model::Change, plan: &model::Plan) -> Self {
        let is_edit = |step: &Step| matches!(step, Step::EditPolicy(_));
        Self {
            id: change.id.clone(),
            full_name: change.full_name.clone(),
            place: change.place.clone(),
            action: change.action,
            reason: change.reason.clone(),
            fields: change.fields.clone(),
            access: change.steps.iter().flat_map(|step| access(step, broad(change, plan))).collect(),
            is_only_access: !change.steps.is_empty() && change.steps.iter().all(is_edit),
            sends: change.steps.iter().find_map(sends),
            after: change.after.clone(),
            calls: change.steps.iter().map(|step| references_named(&step.shown())).collect(),
        }
    }
}

/// Why what a change gives reaches further than a stack needs, if it does.
fn broad<'plan>(change: &model::Change, plan: &'plan model::Plan) -> Option<&'plan str> {
    let mut hazards = plan.hazards.iter().filter(|(id, _)| *id == change.id);
    hazards.find_map(|(_, hazard)| match hazard.danger {
        Danger::BroadRole { .. } | Danger::BasicRole => Some(hazard.what.as_str()),
        Danger::Public => None,
    })
}

fn sends(step: &Step) -> Option<Sends> {
    match step {
        Step::Upload(upload) => {
            let paths = upload.content.paths();
            let first = paths.iter().take(FILES_NAMED).map(|path| (*path).to_owned()).collect();
            Some(Sends { files: paths.len(), bytes: upload.content.size(), first })
        }
        Step::Call { .. }
        | Step::Gathered(_)
        | Step::EditPolicy(_)
        | Step::Build { .. }
        | Step::EmptyBucket { .. } => None,
    }
}

fn access(step: &Step, broad: Option<&str>) -> Vec<Access> {
    match step {
        Step::EditPolicy(edit) => {
            let row = |way, broad: Option<&str>| {
                let broad = broad.map(str::to_owned);
                move |grant: &model::Grant| Access {
                    way,
                    grant: grant.in_order(),
                    on: edit.policy.shown.clone(),
                    broad: broad.clone(),
                }
            };
            let taken = edit.remove.iter().map(row(Way::Taken, None));
            taken.chain(edit.add.iter().map(row(Way::Given, broad))).collect()
        }
        Step::Call { .. }
        | Step::Gathered(_)
        | Step::Upload(_)
        | Step::Build { .. }
        | Step::EmptyBucket { .. } => Vec::new(),
    }
}
