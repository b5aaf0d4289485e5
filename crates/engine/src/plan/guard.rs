//! The guards: what the spec alone does not allow, and what the operator of a run allows. Each danger takes two keys.
//! `docs/decisions/0009-two-keys.md` says why they are as they are.

use std::collections::BTreeSet;

use model::{
    Change, Danger, Exposure, Found, Goal, Json, Protection, Resource, StackRecord, Step, Unknown, Unread,
};

use super::Planner;
use super::decide::Recovered;

/// Whether something is allowed in this run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Allowed {
    /// It is refused; the plan says how it is allowed.
    #[default]
    No,
    /// The operator allows it.
    Yes,
}

/// What the operator of a run allows: the second key of each guard, which no spec can turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consent {
    /// To let everybody in.
    pub public: Allowed,
    /// To give roles that reach far.
    pub broad_roles: Allowed,
    /// To delete what serves or holds something because its line went from the spec.
    pub deletion: Allowed,
    /// To delete what this stack did not put into its repositories and buckets.
    pub foreign_content: Allowed,
    /// What becomes of what was recovered by its stamp and is to go.
    pub recovered: Recovered,
    /// Members whom the operator named outside the spec: they may get broad roles, but not the basic ones.
    pub named: BTreeSet<String>,
}

impl Planner<'_> {
    /// Refuses what of a change is dangerous and not allowed, and notes all of it.
    pub(super) fn guard_hazards(&mut self, resource: &dyn Resource, change: &Change) {
        if !change.action.writes() {
            return;
        }
        for hazard in resource.hazards(change.action, &change.fields) {
            let consent = &self.options.consent;
            let refusal = match (&hazard.danger, consent.public, consent.broad_roles) {
                (Danger::Public, Allowed::No, _) => Some(("--allow-public", "take the line out of the spec")),
                (Danger::BroadRole { member }, _, Allowed::No) if !is_named(&consent.named, member) => {
                    Some((
                        "--allow-broad-roles",
                        "give a narrower role, on the resource itself where there is one",
                    ))
                }
                (Danger::BasicRole, _, Allowed::No) => {
                    Some(("--allow-broad-roles", "give the few roles that are needed instead"))
                }
                (Danger::Public | Danger::BroadRole { .. } | Danger::BasicRole, _, _) => None,
            };
            if let Some((flag, instead)) = refusal {
                let ways_out = vec![instead.to_owned(), format!("or allow it in this run with {flag}")];
                self.push(resource, hazard.what.clone(), ways_out);
            }
            self.hazards.push((resource.id().clone(), hazard));
        }
    }

    /// Refuses to delete what is protected, guarded, or holds something of somebody else's. `wanted` is what the spec
    /// says of it, if it still does.
    pub(super) fn guard_deletion(&mut self, resource: &dyn Resource, wanted: Option<&dyn Resource>) {
        let name = resource.full_name();
        match (wanted.unwrap_or(resource).protection(), self.options.goal, self.options.consent.deletion) {
            (Protection::Protected, _, _) => self.push_protected(resource, &name, wanted.is_some()),
            (Protection::Guarded, Goal::Present, Allowed::No) => {
                let problem = format!("{name} would be deleted, because the spec no longer asks for it");
                let ways_out = vec![
                    "put it back into the spec".to_owned(),
                    "or allow it with --allow-delete".to_owned(),
                ];
                self.push(resource, problem, ways_out);
            }
            (Protection::Guarded, Goal::Present, Allowed::Yes)
            | (Protection::Guarded, Goal::Absent, _)
            | (Protection::Free, _, _) => {}
        }
        self.guard_contents(resource);
    }

    /// Refuses to delete what is protected in order to make it again, or what holds something of somebody else's.
    pub(super) fn guard_remaking(&mut self, resource: &dyn Resource) {
        match resource.protection() {
            Protection::Protected => self.push_protected(resource, &resource.full_name(), true),
            Protection::Guarded | Protection::Free => {}
        }
        self.guard_contents(resource);
    }

    fn push_protected(&mut self, resource: &dyn Resource, name: &str, in_spec: bool) {
        let problem = format!("{name} would be deleted, and the spec protects it (`protect: true`)");
        let first = if in_spec {
            "write `protect: false` on the item"
        } else {
            "put it back into the spec with `protect: false`, apply, and take it out again"
        };
        self.push(resource, problem, vec![first.to_owned(), "or keep it in the spec as it is".to_owned()]);
    }

    fn guard_contents(&mut self, resource: &dyn Resource) {
        let Some(request) = resource.contents() else { return };
        let id = resource.id().clone();
        let (unknown, help) = match self.snapshot.contents(&id) {
            None => return self.unread.push(Unread { id, request }),
            Some(Ok(Found::Absent)) => return,
            Some(Ok(Found::Body(contents))) => return self.guard_foreign(resource, contents),
            // It was there a moment ago, so this tells nothing of what is in it.
            Some(Ok(Found::ApiDisabled(api))) => {
                (format!("{api} is not enabled"), Some("wait a minute and run again".to_owned()))
            }
            Some(Err(error)) => (error.message.clone(), error.help.clone()),
        };
        let problem = format!("what it holds could not be read: {unknown}");
        let place = resource.place().cloned();
        self.unknowns.push(Unknown { id, place, problem, help });
    }

    fn guard_foreign(&mut self, resource: &dyn Resource, contents: &Json) {
        let nothing = StackRecord::default();
        let record = self.read.stacks.get(&self.options.stack).unwrap_or(&nothing);
        let foreign = resource.foreign(contents, record);
        if !foreign.is_empty() && self.options.consent.foreign_content == Allowed::No {
            let problem = format!(
                "{} would be deleted with what this stack did not put there: {}",
                resource.full_name(),
                listed(&foreign)
            );
            let ways_out = vec![
                "move that elsewhere first".to_owned(),
                "or delete it, too, with --force-content".to_owned(),
            ];
            self.push(resource, problem, ways_out);
        }
    }
}

/// What stands open already, less what the changes close.
pub(super) fn exposures(found: &[Exposure], changes: &[Change]) -> Vec<Exposure> {
    let closes = |exposure: &Exposure| {
        changes.iter().filter(|change| change.action.writes()).flat_map(|change| &change.steps).any(|step| {
            match step {
                Step::EditPolicy(edit) if edit.policy.shown == exposure.on => {
                    edit.remove.iter().any(|grant| grant.member == exposure.member)
                }
                Step::EditPolicy(_)
                | Step::Call { .. }
                | Step::Gathered(_)
                | Step::Upload(_)
                | Step::Build { .. }
                | Step::EmptyBucket { .. }
                | Step::Check(_) => false,
            }
        })
    };
    found.iter().filter(|exposure| !closes(exposure)).cloned().collect()
}

fn is_named(named: &BTreeSet<String>, member: &str) -> bool {
    named.iter().any(|name| name.eq_ignore_ascii_case(member))
}

/// The first few, and how many more.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use model::{Action, Api, ApiRequest, Grant, PolicyEdit, PolicyRef, Reason, ResourceId};

    use super::*;

    fn edit(action: Action, on: &str, member: &str) -> Change {
        let request = ApiRequest::get(Api::Run, "policy");
        let policy = PolicyRef { read: request.clone(), write: request, shown: on.to_owned() };
        let grant =
            Grant { role: "roles/run.invoker".to_owned(), member: member.to_owned(), condition: None };
        Change {
            id: ResourceId::parse("invoker/a").unwrap(),
            full_name: "a".to_owned(),
            place: None,
            action,
            reason: Reason::RemovedFromSpec,
            fields: Vec::new(),
            after: Vec::new(),
            steps: vec![Step::EditPolicy(PolicyEdit { policy, add: Vec::new(), remove: vec![grant] })],
            commands: Vec::new(),
            applied: [].into(),
        }
    }

    #[test]
    fn an_exposure_is_closed_by_a_change_that_takes_that_member_out_of_that_policy_alone() {
        let exposure = Exposure {
            id: ResourceId::parse("service/a").unwrap(),
            place: None,
            member: "allUsers".to_owned(),
            on: "service a".to_owned(),
            what: "everybody gets in".to_owned(),
        };
        let left = |change: Change| exposures(std::slice::from_ref(&exposure), &[change]).len();
        assert_eq!(exposures(std::slice::from_ref(&exposure), &[]).len(), 1);
        assert_eq!(left(edit(Action::Delete, "service a", "allUsers")), 0);
        assert_eq!(left(edit(Action::Keep, "service a", "allUsers")), 1);
        assert_eq!(left(edit(Action::Delete, "service b", "allUsers")), 1);
        assert_eq!(left(edit(Action::Delete, "service a", "allAuthenticatedUsers")), 1);
    }
}
