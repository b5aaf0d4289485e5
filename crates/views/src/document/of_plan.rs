//! From the engine's plan to what is shown of it. Grants are read off the policy edits of the steps, so it holds for any
//! kind that edits a policy. Knows no kind.

use std::collections::BTreeMap;

use model::{Danger, FieldChange, Grant, ResourceId, Step};

use super::{Access, Change, FILES_NAMED, Ignored, Plan, Sends, Way, references_named};

impl Plan {
    /// What is shown of a plan, and of what it ignored. Equal plans look equal: what has no order of its own gets one.
    pub fn of(plan: &model::Plan, ignored: model::Ignored) -> Self {
        let broad = broad(plan);
        let mut refusals = plan.refusals.clone();
        refusals.sort_by(|one, other| {
            (&one.place, &one.id, &one.problem).cmp(&(&other.place, &other.id, &other.problem))
        });
        let mut unknowns = plan.unknowns.clone();
        unknowns.sort_by(|one, other| {
            (&one.place, &one.id, &one.problem).cmp(&(&other.place, &other.id, &other.problem))
        });
        let mut exposures = plan.exposures.clone();
        exposures.sort_by(|one, other| {
            (&one.place, &one.id, &one.what).cmp(&(&other.place, &other.id, &other.what))
        });
        Self {
            project: plan.project.clone(),
            stack: plan.stack.clone(),
            environment: None,
            policy: None,
            goal: plan.goal,
            fingerprint: engine::fingerprint(plan),
            changes: plan.changes.iter().map(|change| Change::of(change, &broad)).collect(),
            refusals,
            unknowns,
            exposures,
            others: plan.others.clone(),
            findings: Vec::new(),
            cost: None,
            preflight: None,
            ignored: Ignored::of(ignored),
            invocation: None,
        }
    }
}

impl Change {
    fn of(change: &model::Change, broad: &BTreeMap<&ResourceId, &str>) -> Self {
        let broad = broad.get(&change.id).copied();
        let is_edit = |step: &Step| matches!(step, Step::EditPolicy(_));
        Self {
            id: change.id.clone(),
            full_name: change.full_name.clone(),
            place: change.place.clone(),
            action: change.action,
            reason: change.reason.clone(),
            fields: change.fields.iter().cloned().map(in_order).collect(),
            access: change.steps.iter().flat_map(|step| access(step, broad)).collect(),
            is_only_access: !change.steps.is_empty() && change.steps.iter().all(is_edit),
            sends: change.steps.iter().find_map(sends),
            after: in_id_order(change.after.clone()),
            calls: change.steps.iter().map(|step| references_named(&step.shown())).collect(),
        }
    }
}

/// A field whose values have the keys of objects in the order of the alphabet.
fn in_order(mut field: FieldChange) -> FieldChange {
    for value in field.before.iter_mut().chain(&mut field.after) {
        value.sort_all_objects();
    }
    field
}

fn in_id_order(mut ids: Vec<ResourceId>) -> Vec<ResourceId> {
    ids.sort_unstable();
    ids
}

/// Why what a change gives reaches further than a stack needs, of those where it does.
fn broad(plan: &model::Plan) -> BTreeMap<&ResourceId, &str> {
    let mut broad: BTreeMap<&ResourceId, &str> = BTreeMap::new();
    for (id, hazard) in &plan.hazards {
        match hazard.danger {
            Danger::BroadRole { .. } | Danger::BasicRole => {
                let first = broad.entry(id).or_insert(&hazard.what);
                *first = (*first).min(&hazard.what);
            }
            Danger::Public => {}
        }
    }
    broad
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
        | Step::EmptyBucket { .. }
        | Step::Check(_) => None,
    }
}

fn access(step: &Step, broad: Option<&str>) -> Vec<Access> {
    match step {
        Step::EditPolicy(edit) => {
            let row = |way, broad: Option<&str>| {
                let broad = broad.map(str::to_owned);
                move |grant: &Grant| Access {
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
        | Step::EmptyBucket { .. }
        | Step::Check(_) => Vec::new(),
    }
}
