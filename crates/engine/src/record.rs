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

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at the first surprise")]
mod tests {
    use model::{Lease, ProjectId};
    use serde_json::json;

    use super::*;

    const ID: &str = "api/run";
    const SWITCH: &str = "//switches/run";

    fn stack(name: &str) -> StackName {
        StackName::parse(name).unwrap()
    }

    fn id() -> ResourceId {
        ResourceId::parse(ID).unwrap()
    }

    fn entry(full_name: &str, state: &str, prior: &str) -> Entry {
        let entry = json!({"fullName": full_name, "state": state, "origin": "created", "prior": prior});
        serde_json::from_value(entry).unwrap()
    }

    fn record(entries: &[Entry], holders: &[&str], shared_by: Option<&str>) -> Inventory {
        let mut inventory = Inventory::new(ProjectId::parse("demo-project").unwrap());
        for entry in entries {
            set(&mut inventory, &stack("one"), &id(), entry.clone());
        }
        for holder in holders {
            hold(&mut inventory, SWITCH, Prior::Absent, &stack(holder));
        }
        inventory.shared_lease = shared_by.map(lease);
        inventory
    }

    fn lease(holder: &str) -> Lease {
        let lease = json!({"holder": holder, "beat": 1, "who": "", "operation": "", "started": ""});
        serde_json::from_value(lease).unwrap()
    }

    fn holders(inventory: &Inventory) -> Vec<&str> {
        inventory.shared.get(SWITCH).into_iter().flat_map(|key| &key.holders).map(StackName::as_str).collect()
    }

    #[test]
    fn what_was_there_before_is_kept_for_the_same_thing_and_noted_anew_for_another() {
        for (full_name, prior) in [(SWITCH, Prior::Present), ("//switches/else", Prior::Absent)] {
            let mut inventory = record(&[entry(SWITCH, "present", "present")], &[], None);
            set(&mut inventory, &stack("one"), &id(), entry(full_name, "intent", "absent"));
            assert_eq!(inventory.entry(&stack("one"), &id()).unwrap().prior, prior);
        }
    }

    #[test]
    fn the_newest_of_twenty_revisions_that_served_stands_first_and_each_once() {
        let mut entry = entry(SWITCH, "present", "absent");
        for revision in 0..22 {
            note_served(&mut entry, &format!("r{revision}"));
        }
        assert_eq!(
            (entry.served.len(), entry.served[0].as_str(), entry.served[19].as_str()),
            (20, "r21", "r2")
        );
        note_served(&mut entry, "r7");
        assert_eq!((entry.served.len(), entry.served[0].as_str()), (20, "r7"));
        assert_eq!(entry.served.iter().filter(|revision| *revision == "r7").count(), 1);
    }

    #[test]
    fn an_intent_that_was_never_begun_leaves_what_was_read() {
        let change = Change {
            id: id(),
            full_name: SWITCH.to_owned(),
            place: None,
            action: Action::Create,
            reason: Reason::NotFound,
            fields: Vec::new(),
            after: Vec::new(),
            steps: Vec::new(),
            commands: Vec::new(),
            applied: BTreeMap::new(),
        };
        let present = entry(SWITCH, "present", "absent");
        let intended = || record(&[entry(SWITCH, "intent", "absent")], &["one", "two"], None);
        for read in [
            record(&[], &["two"], None),
            record(std::slice::from_ref(&present), &["two"], None),
            record(std::slice::from_ref(&present), &["one", "two"], None),
        ] {
            let mut inventory = intended();
            untouched(&mut inventory, &read, &stack("one"), &change);
            assert_eq!(inventory, read);
        }
    }

    /// What a merge comes to: the holders of the switch and who holds what stacks share.
    fn merged(
        base: &Inventory,
        ours: &Inventory,
        theirs: &Inventory,
    ) -> Option<(Vec<String>, Option<String>)> {
        merge(base, ours, theirs, &stack("one"), "us").map(|merged| {
            let shared = merged.shared_lease.as_ref().map(|lease| lease.holder.clone());
            (holders(&merged).into_iter().map(ToOwned::to_owned).collect(), shared)
        })
    }

    #[test]
    fn a_merge_changes_this_stacks_hold_alone_and_never_takes_a_lease_from_another() {
        let of = |holders: &[&str], shared_by| record(&[], holders, shared_by);
        let come = |holders: &[&str], shared_by: Option<&str>| {
            Some((holders.iter().map(|name| (*name).to_owned()).collect(), shared_by.map(ToOwned::to_owned)))
        };
        // Taken, and given up, while another stack came.
        let (none, us) = (of(&[], None), of(&["one"], Some("us")));
        assert_eq!(merged(&none, &us, &of(&["two"], None)), come(&["one", "two"], Some("us")));
        assert_eq!(merged(&us, &none, &of(&["one", "two"], Some("us"))), come(&["two"], None));
        assert_eq!(merged(&us, &us, &of(&["two"], Some("us"))), come(&["two"], Some("us")));
        // A dead run's lease that was cleared away stays so; one that another run took stays that run's.
        assert_eq!(merged(&of(&[], Some("dead")), &none, &of(&[], Some("dead"))), come(&[], None));
        assert_eq!(merged(&none, &none, &of(&[], Some("them"))), come(&[], Some("them")));
        // Taken over from us, or taken before we could.
        assert_eq!(merged(&us, &us, &of(&[], Some("them"))), None);
        assert_eq!(merged(&us, &us, &of(&[], None)), None);
        assert_eq!(merged(&none, &us, &of(&[], Some("them"))), None);
    }
}
