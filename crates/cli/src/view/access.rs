//! Who may do what after the plan that may not before, and the other way round: read off the policy edits of its
//! steps, so it holds for any kind that edits a policy. Knows no kind.

use model::{Change, Grant, Json, Place, Plan, Step};

/// Which way access moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Given,
    Taken,
}

/// One grant that appears or goes.
pub(super) struct Access<'plan> {
    pub(super) change: &'plan Change,
    pub(super) way: Way,
    pub(super) grant: &'plan Grant,
    /// Whose policy: `project demo-project`.
    pub(super) on: &'plan str,
}

/// Every grant that the plan gives or takes, in running order.
pub(super) fn of_plan(plan: &Plan) -> Vec<Access<'_>> {
    plan.changes.iter().flat_map(of_change).collect()
}

/// The grants of one change.
pub(super) fn of_change(change: &Change) -> Vec<Access<'_>> {
    let mut found = vec![];
    for step in &change.steps {
        match step {
            Step::EditPolicy(edit) => {
                let on = edit.policy.shown.as_str();
                let row = |way, grant| Access { change, way, grant, on };
                found.extend(edit.remove.iter().map(|grant| row(Way::Taken, grant)));
                found.extend(edit.add.iter().map(|grant| row(Way::Given, grant)));
            }
            Step::Call { .. }
            | Step::Gathered(_)
            | Step::Upload(_)
            | Step::Build { .. }
            | Step::EmptyBucket { .. } => {}
        }
    }
    found
}

/// Whether a change is nothing but grants, so that the access table says all of it.
pub(super) fn is_only_access(change: &Change) -> bool {
    !change.steps.is_empty() && change.steps.iter().all(|step| matches!(step, Step::EditPolicy(_)))
}

/// One way in which the plan opens something to everybody.
pub(super) struct Public<'plan> {
    /// Where the spec asks for it.
    pub(super) place: Option<&'plan Place>,
    /// Who is let in to what, in a sentence without full stop.
    pub(super) what: String,
}

/// Everything that the plan opens to everybody. Each way counts: a grant, and a service that no longer asks.
pub(super) fn public(plan: &Plan) -> Vec<Public<'_>> {
    let mut found = vec![];
    for change in &plan.changes {
        for access in of_change(change).iter().filter(|access| access.way == Way::Given) {
            if let Some(who) = everybody(&access.grant.member) {
                let what = format!("{who} gets {} on {}", access.grant.role, access.on);
                found.push(Public { place: change.place.as_ref(), what });
            }
        }
        // Source: Cloud Run Admin v2, `Service.invokerIamDisabled`; the spec's word is `invokerIamCheck`.
        let unchecked = |field: &&model::FieldChange| {
            field.path == "invokerIamCheck" && field.after.as_ref().and_then(Json::as_bool) == Some(false)
        };
        if change.action.writes() && change.fields.iter().any(|field| unchecked(&field)) {
            let what =
                format!("anyone on the internet may call {}, which no longer checks its callers", change.id);
            found.push(Public { place: change.place.as_ref(), what });
        }
    }
    found
}

/// The words for members that stand for everybody. Source: IAM, principal identifiers.
fn everybody(member: &str) -> Option<&'static str> {
    if member.eq_ignore_ascii_case("allUsers") {
        Some("anyone on the internet")
    } else if member.eq_ignore_ascii_case("allAuthenticatedUsers") {
        Some("anyone with a Google account")
    } else {
        None
    }
}
