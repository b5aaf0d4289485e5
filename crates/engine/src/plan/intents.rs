//! Writes the record as it is to stand before the first call: intents, and what was there before.

use std::collections::{BTreeMap, BTreeSet};

use model::outputs::SERVES;
use model::{
    Action, Change, Entry, FieldPath, Json, Live, Origin, Owner, Prior, Resource, ResourceId, StackName,
    State, Tenure,
};

use super::Planner;
use crate::record;

impl Planner<'_> {
    /// Notes what the spec asks for.
    pub(crate) fn intend(
        &mut self,
        at: usize,
        resource: &dyn Resource,
        change: &Change,
        live: Option<&Live>,
        entry: Option<&Entry>,
    ) {
        let is_stamped = live.is_some_and(|live| live.owner == Owner::ThisStack);
        // Ours by its stamp, and the record does not know it: it was lost, and with it what was there before.
        let (found, by) = match (live, is_stamped) {
            (None, _) => (Prior::Absent, Origin::Adopted),
            (Some(_), true) => (Prior::Unknown, Origin::Recovered),
            (Some(_), false) => (Prior::Present, Origin::Adopted),
        };
        let noted = entry.is_some() || self.is_shared_key(resource);
        let prior = if noted { self.prior(resource, entry) } else { found };
        let origin = match change.action {
            Action::Create | Action::Replace => Origin::Created,
            Action::Adopt => Origin::Adopted,
            Action::NoOp
            | Action::Update
            | Action::Repair
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => entry.map_or(by, |entry| entry.origin),
        };
        let recorded = entry.and_then(|entry| entry.uid.clone());
        let found_uid = live.and_then(|live| live.uid.clone());
        let uid = match change.action {
            Action::Create | Action::Replace => None,
            Action::Adopt => found_uid,
            Action::NoOp
            | Action::Update
            | Action::Repair
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => recorded.or(found_uid),
        };
        let applied = match change.action {
            Action::NoOp => change.applied.clone(),
            Action::Create
            | Action::Adopt
            | Action::Update
            | Action::Replace
            | Action::Repair
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => entry.map(|entry| entry.applied.clone()).unwrap_or_default(),
        };
        let mut noted = Entry {
            full_name: resource.full_name(),
            state: if change.action == Action::NoOp { State::Present } else { State::Intent },
            origin,
            prior,
            uid,
            applied,
            before: replaced_values(origin, change, entry),
            after: self.needs(at),
            remembered: resource.remember(),
            stamps: earlier_names(live, entry),
            served: entry.map(|entry| entry.served.clone()).unwrap_or_default(),
            rolled_back: None,
            other: entry.map(|entry| entry.other.clone()).unwrap_or_default(),
        };
        // Who serves now is what a rollback goes back to. An older record did not keep it, and others deploy, too.
        let serves = live.and_then(|live| live.outputs.get(SERVES));
        if let Some(serves) = serves.filter(|_| change.action.writes()) {
            record::note_served(&mut noted, serves);
        }
        record::set(&mut self.next, &self.options.stack, resource.id(), noted);
        match resource.tenure() {
            Tenure::Own => {}
            Tenure::Shared => {
                record::hold(&mut self.next, &resource.full_name(), prior, &self.options.stack);
            }
        }
    }

    /// Notes what is to go. What stays is let go of at once: no call has to end first.
    pub(crate) fn let_go(&mut self, resource: &dyn Resource, change: &Change, entry: Option<&Entry>) {
        let Some(entry) = entry else { return };
        match change.action {
            Action::Delete | Action::Detach => {
                let removing = Entry { state: State::Removing, ..entry.clone() };
                record::set(&mut self.next, &self.options.stack, resource.id(), removing);
            }
            Action::Keep => {
                record::drop_entry(&mut self.next, &self.options.stack, resource.id(), &change.full_name);
            }
            Action::NoOp
            | Action::Create
            | Action::Adopt
            | Action::Update
            | Action::Replace
            | Action::Repair
            | Action::Forget => {}
        }
    }

    fn is_shared_key(&self, resource: &dyn Resource) -> bool {
        match resource.tenure() {
            Tenure::Own => false,
            Tenure::Shared => self.read.shared.contains_key(&resource.full_name()),
        }
    }

    fn needs(&self, at: usize) -> Vec<ResourceId> {
        let links = self.graph.nodes.get(at).into_iter().flat_map(|node| &node.needs);
        let mut needs: Vec<ResourceId> =
            links.filter_map(|link| self.graph.id_at(link.to)).cloned().collect();
        // Moving lines of the spec about changes nothing in the record.
        needs.sort();
        needs
    }
}

/// Earlier names of the stack that a thing's stamp may bear: none once it is seen to bear another, or nothing is there.
fn earlier_names(live: Option<&Live>, entry: Option<&Entry>) -> BTreeSet<StackName> {
    let names = entry.map(|entry| &entry.stamps);
    let is_borne = |names: &&BTreeSet<StackName>| {
        live.is_some_and(|live| matches!(&live.owner, Owner::OtherStack(other) if names.contains(other)))
    };
    names.filter(is_borne).cloned().unwrap_or_default()
}

/// For adopted things, what our changes replaced. The first value noted for a field is the one to give back.
fn replaced_values(origin: Origin, change: &Change, entry: Option<&Entry>) -> BTreeMap<FieldPath, Json> {
    let mut before = entry.map(|entry| entry.before.clone()).unwrap_or_default();
    match origin {
        Origin::Created => BTreeMap::new(),
        Origin::Adopted | Origin::Recovered => {
            for field in &change.fields {
                before
                    .entry(field.path.clone())
                    .or_insert_with(|| field.before.clone().unwrap_or(Json::Null));
            }
            before
        }
    }
}
