//! What a snapshot's answer means for one resource. A disabled API is absence only where this plan switches it on.

use model::{Entry, Live, Origin, Owner, Prior, Resource, StackName, State, Tenure, Unknown};

use super::Planner;
use super::decide::{Adoption, Case, Identity, Known, Leave, Presence, Wish};
use crate::plan::AdoptPolicy;
use crate::snapshot::Seen;

/// What is known of a resource's live state.
pub(crate) enum Sight<'plan> {
    Live(&'plan Live),
    Absent,
    /// Cannot be known; the plan says so.
    Unknown(Unknown),
    /// Cannot be known, and need not be: nothing of ours can be there, or the next plan will see it.
    Hidden,
}

impl<'plan> Planner<'plan> {
    /// The live state of a resource that the spec wants.
    pub(crate) fn sight_of_wanted(
        &self,
        resource: &dyn Resource,
        seen: Option<&'plan Seen>,
        entry: Option<&Entry>,
    ) -> Sight<'plan> {
        match seen {
            Some(Seen::Live(live)) if live.owner == Owner::Remains => Sight::Absent,
            Some(Seen::Live(live)) => Sight::Live(live),
            Some(Seen::Absent) => Sight::Absent,
            Some(Seen::Unreadable(error)) => unreadable(resource, error),
            None => unseen(resource),
            Some(Seen::ApiDisabled(api)) => match self.switch(api) {
                Some(Seen::Absent) => Sight::Absent,
                // Switched on moments ago; the other API has not heard of it yet.
                Some(Seen::Live(_)) if entry.is_none_or(|entry| entry.state == State::Intent) => {
                    Sight::Absent
                }
                Some(Seen::Live(_)) => Sight::Unknown(unknown(
                    resource,
                    format!("{api} is enabled, but does not answer yet"),
                    Some("wait a minute and run plan again".to_owned()),
                )),
                Some(Seen::ApiDisabled(_) | Seen::Unreadable(_)) => switch_unread(resource, api),
                None => not_enabled(resource, api),
            },
        }
    }

    /// The live state of a resource that is to go.
    pub(crate) fn sight_of_gone(
        &self,
        resource: &dyn Resource,
        seen: Option<&'plan Seen>,
        entry: Option<&Entry>,
    ) -> Sight<'plan> {
        match (seen, entry) {
            (Some(Seen::Live(live)), _) => Sight::Live(live),
            (Some(Seen::Absent), _) => Sight::Absent,
            (Some(Seen::Unreadable(error)), _) => unreadable(resource, error),
            (None, _) => unseen(resource),
            (Some(Seen::ApiDisabled(_)), None) => Sight::Hidden,
            (Some(Seen::ApiDisabled(api)), Some(entry)) => match self.switch(api) {
                _ if self.switched_by_us(api, entry) => Sight::Absent,
                // Once this plan has switched it on, the next plan sees what is there.
                Some(Seen::Absent) if self.options.goal == model::Goal::Present => Sight::Hidden,
                Some(Seen::Absent | Seen::Live(_) | Seen::ApiDisabled(_) | Seen::Unreadable(_)) | None => {
                    not_enabled_any_more(resource, api)
                }
            },
        }
    }

    /// How the resource of the spec that switches an API on was found.
    fn switch(&self, api: &str) -> Option<&'plan Seen> {
        let id = self.graph.id_at(*self.switches.get(api)?)?;
        self.snapshot.get(id)
    }

    /// Whether an API that is off tells that a thing in it is not there, because this stack's own run was cut off:
    /// either before the API was switched on, which comes before the thing is made, or after it was switched off,
    /// which comes after the thing was deleted.
    fn switched_by_us(&self, api: &str, entry: &Entry) -> bool {
        let entries = self.read.stacks.get(&self.options.stack).map(|stack| &stack.entries);
        let mut switches = entries.into_iter().flatten().filter(|(id, switch)| {
            id.name() == api && entry.after.contains(id) && self.read.shared.contains_key(&switch.full_name)
        });
        switches.any(|(_, switch)| match (switch.state, entry.state) {
            (State::Intent, State::Intent) => switch.prior == Prior::Absent,
            // An intent that was found absent is only forgotten, and stands in the record until it is.
            (State::Removing, State::Intent | State::Removing) => true,
            (State::Removing, State::Present)
            | (State::Intent, State::Present | State::Removing)
            | (State::Present, State::Intent | State::Present | State::Removing) => false,
        })
    }

    /// Everything that decides about a resource.
    pub(crate) fn case(
        &self,
        wish: Wish,
        resource: &dyn Resource,
        live: Option<&Live>,
        entry: Option<&Entry>,
        leave: Leave,
    ) -> Case {
        Case {
            wish,
            presence: live.map_or(Presence::Absent, |live| match &live.owner {
                Owner::ThisStack if self.now_called(resource).is_some() => Presence::OtherStack,
                Owner::ThisStack => Presence::Ours,
                Owner::OtherStack(other) if entry.is_some_and(|entry| entry.stamps.contains(other)) => {
                    Presence::Ours
                }
                Owner::OtherStack(_) => Presence::OtherStack,
                Owner::Unmarked => Presence::Unmarked,
                Owner::Unmarkable | Owner::Remains => Presence::Unmarkable,
            }),
            known: entry.map_or(Known::Nothing, |entry| match entry.origin {
                // What was recovered may have been taken over once: what becomes of it is for the operator to say.
                Origin::Created | Origin::Recovered => Known::Created,
                Origin::Adopted => Known::Adopted,
            }),
            identity: match (entry.and_then(|e| e.uid.as_ref()), live.and_then(|l| l.uid.as_ref())) {
                (Some(recorded), Some(found)) if recorded == found => Identity::Same,
                (Some(_), Some(_)) => Identity::Differs,
                (Some(_) | None, None) | (None, Some(_)) => Identity::Unsaid,
            },
            prior: self.prior(resource, entry),
            adoption: match (resource.may_adopt(), self.options.adopt) {
                (true, AdoptPolicy::AsSpecSays) => Adoption::Allowed,
                (true, AdoptPolicy::Refuse) => Adoption::RefusedByRun,
                (false, AdoptPolicy::AsSpecSays | AdoptPolicy::Refuse) => Adoption::NotAsked,
            },
            leave,
            recovered: self.options.consent.recovered,
        }
    }

    /// The stack that a thing of this stack's stamp belongs to all the same: one that had this stack's name before.
    pub(crate) fn now_called(&self, resource: &dyn Resource) -> Option<&'plan StackName> {
        if self.renamed.is_empty() { None } else { self.renamed.get(resource.full_name().as_str()).copied() }
    }

    /// Whether it was there before: for a shared thing, before any stack.
    pub(crate) fn prior(&self, resource: &dyn Resource, entry: Option<&Entry>) -> Prior {
        let shared = match resource.tenure() {
            Tenure::Shared => self.read.shared.get(&resource.full_name()).map(|key| key.prior),
            Tenure::Own => None,
        };
        let own = entry.map(|entry| match entry.origin {
            Origin::Recovered => Prior::Unknown,
            Origin::Created | Origin::Adopted => entry.prior,
        });
        shared.or(own).unwrap_or(Prior::Absent)
    }
}

fn unknown(resource: &dyn Resource, problem: String, help: Option<String>) -> Unknown {
    Unknown { id: resource.id().clone(), place: resource.place().cloned(), problem, help }
}

fn unreadable<'plan>(resource: &dyn Resource, error: &model::CloudError) -> Sight<'plan> {
    let problem = match &error.call {
        Some(call) => format!("{call}: {}", error.message),
        None => error.message.clone(),
    };
    Sight::Unknown(unknown(resource, problem, error.help.clone()))
}

fn unseen<'plan>(resource: &dyn Resource) -> Sight<'plan> {
    let problem = "the snapshot holds no answer for it".to_owned();
    Sight::Unknown(unknown(resource, problem, Some("run plan again".to_owned())))
}

fn not_enabled<'plan>(resource: &dyn Resource, api: &str) -> Sight<'plan> {
    Sight::Unknown(unknown(
        resource,
        format!("{api} is not enabled and the spec does not ask for it"),
        Some(format!("add `{api}` under `apis`")),
    ))
}

fn switch_unread<'plan>(resource: &dyn Resource, api: &str) -> Sight<'plan> {
    Sight::Unknown(unknown(
        resource,
        format!("{api} does not answer, and whether it is enabled could not be read"),
        Some(format!("settle what is said of api/{api}, and run plan again")),
    ))
}

fn not_enabled_any_more<'plan>(resource: &dyn Resource, api: &str) -> Sight<'plan> {
    Sight::Unknown(unknown(
        resource,
        format!("{api} is not enabled any more, so nobody can tell whether it is still there"),
        Some(format!("enable it with `gcloud services enable {api}` and run again")),
    ))
}
