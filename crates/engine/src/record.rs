//! Transitions of the ownership record: pure functions from one state of it to the next.
//!
//! Rules that hold in every one of them: what was there before is written once, an entry is dropped only when its
//! thing is known to be gone or not ours, and a shared thing is given up only by the stack that held it.

use std::collections::{BTreeMap, BTreeSet};

use model::outputs::SERVES;
use model::{
    Action, Change, Entry, Inventory, Outputs, Prior, Reason, ResourceId, SharedKey, StackName, State,
};

use crate::applied::applied_form;
use crate::lease;

/// Sets an entry. The recorded `prior` of the same thing stays.
pub(crate) fn set(inventory: &mut Inventory, stack: &StackName, id: &ResourceId, mut entry: Entry) {
    let entries = &mut inventory.stacks.entry(stack.clone()).or_default().entries;
    if let Some(old) = entries.get(id).filter(|old| old.full_name == entry.full_name) {
        entry.prior = old.prior;
    }
    entries.insert(id.clone(), entry);
}

/// Makes a stack a holder of a shared thing. The recorded `prior` stays.
pub(crate) fn hold(inventory: &mut Inventory, full_name: &str, prior: Prior, stack: &StackName) {
    let key = inventory.shared.entry(full_name.to_owned()).or_insert_with(|| SharedKey {
        prior,
        holders: BTreeSet::new(),
        other: BTreeMap::new(),
    });
    key.holders.insert(stack.clone());
}

/// Drops an entry, and this stack's hold on the thing. What nobody holds is forgotten.
pub(crate) fn drop_entry(inventory: &mut Inventory, stack: &StackName, id: &ResourceId, full_name: &str) {
    if let Some(record) = inventory.stacks.get_mut(stack) {
        record.entries.remove(id);
        // A stack that is held stays until the lease is given back.
        if record.entries.is_empty() && record.lease.is_none() {
            inventory.stacks.remove(stack);
        }
    }
    release(inventory, full_name, stack);
}

fn release(inventory: &mut Inventory, full_name: &str, stack: &StackName) {
    if let Some(key) = inventory.shared.get_mut(full_name) {
        key.holders.remove(stack);
        if key.holders.is_empty() {
            inventory.shared.remove(full_name);
        }
    }
}

/// So many revisions of a service are remembered.
const SERVED_KEPT: usize = 20;

/// Notes who gets all requests, as the newest of those that ever got them.
pub(crate) fn note_served(entry: &mut Entry, revision: &str) {
    entry.served.retain(|known| known != revision);
    entry.served.insert(0, revision.to_owned());
    entry.served.truncate(SERVED_KEPT);
}

/// Notes that a change is done: it is there as asked for, or it is positively gone.
pub(crate) fn done(inventory: &mut Inventory, stack: &StackName, change: &Change, outputs: &Outputs) {
    let uid = outputs.get(&change.id, "uid").map(ToOwned::to_owned);
    match change.action {
        Action::NoOp | Action::Keep => {}
        Action::Delete | Action::Detach | Action::Forget => {
            drop_entry(inventory, stack, &change.id, &change.full_name);
        }
        Action::Create | Action::Replace => present(inventory, stack, change, outputs, |_| uid),
        // The object is the same as before, so the first uid noted stands.
        Action::Adopt | Action::Update | Action::Repair => {
            present(inventory, stack, change, outputs, |known| known.or(uid));
        }
    }
}

fn present(
    inventory: &mut Inventory,
    stack: &StackName,
    change: &Change,
    outputs: &Outputs,
    uid: impl FnOnce(Option<String>) -> Option<String>,
) {
    let entry = inventory.stacks.get_mut(stack).and_then(|record| record.entries.get_mut(&change.id));
    if let Some(entry) = entry {
        entry.state = State::Present;
        // A rollback leaves the stamp as it is, and it may still bear an earlier name.
        if change.reason != Reason::RolledBack {
            entry.stamps.clear();
        }
        entry.uid = uid(entry.uid.take());
        if let Some(serves) = outputs.get(&change.id, SERVES) {
            note_served(entry, serves);
        }
        entry.applied = change
            .applied
            .iter()
            .map(|(path, value)| {
                let filled = outputs.fill_json(value).unwrap_or_else(|_| value.clone());
                (path.clone(), applied_form(&filled))
            })
            .collect::<BTreeMap<_, _>>();
    }
}

/// Takes an intent back whose change was never begun: no call was sent, so what was read still stands.
pub(crate) fn untouched(inventory: &mut Inventory, read: &Inventory, stack: &StackName, change: &Change) {
    match read.entry(stack, &change.id) {
        Some(entry) => {
            let entries = &mut inventory.stacks.entry(stack.clone()).or_default().entries;
            entries.insert(change.id.clone(), entry.clone());
        }
        None => drop_entry(inventory, stack, &change.id, &change.full_name),
    }
    let held = |key: &SharedKey| key.holders.contains(stack);
    if !read.shared.get(&change.full_name).is_some_and(held) {
        release(inventory, &change.full_name, stack);
    }
}

/// Puts what this run changed since `base` upon what another stack has written in between. The stack's own part must
/// be as this run left it, which is for the caller to know.
///
/// None: what stacks share was taken over from `holder`, so another run is under way.
pub(crate) fn merge(
    base: &Inventory,
    ours: &Inventory,
    theirs: &Inventory,
    stack: &StackName,
    holder: &str,
) -> Option<Inventory> {
    let is_shared_ours = |inventory| lease::is_shared_held_by(inventory, holder);
    let shared_lease = match (is_shared_ours(ours), is_shared_ours(theirs)) {
        (true, false) if is_shared_ours(base) || base.shared_lease != theirs.shared_lease => return None,
        (true | false, true) | (true, false) => &ours.shared_lease,
        // A dead run's lease that this one cleared away, or another stack's affair.
        (false, false) if base.shared_lease == theirs.shared_lease => &ours.shared_lease,
        (false, false) => &theirs.shared_lease,
    };
    let mut merged = theirs.clone();
    match ours.stacks.get(stack) {
        Some(record) => merged.stacks.insert(stack.clone(), record.clone()),
        None => merged.stacks.remove(stack),
    };
    let holds = |inventory: &Inventory, name: &str| {
        inventory.shared.get(name).is_some_and(|key| key.holders.contains(stack))
    };
    for (name, key) in &ours.shared {
        if holds(ours, name) && !holds(base, name) {
            hold(&mut merged, name, key.prior, stack);
        }
    }
    for name in base.shared.keys() {
        if holds(base, name) && !holds(ours, name) {
            release(&mut merged, name, stack);
        }
    }
    merged.shared_lease.clone_from(shared_lease);
    Some(merged)
}
