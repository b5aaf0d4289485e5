//! Putting an older generation of the ownership record back: what it becomes, and what each stack gains and loses by it.
//! Pure; knows no place where it is kept.

use std::collections::{BTreeMap, BTreeSet};

use model::{Entry, Held, HeldThing, Inventory, ResourceId, SharedKey, StackName};

/// What one stack gains and loses when a record takes the place of another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackDifference {
    /// Entries that only the new one has.
    pub gained: Vec<ResourceId>,
    /// Entries that only the old one has.
    pub lost: Vec<ResourceId>,
    /// Entries that both have and that say something else.
    pub changed: Vec<ResourceId>,
}

/// What somebody who replaces a record by another must know.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordDifference {
    /// By stack; those in which nothing differs are left out.
    pub stacks: BTreeMap<StackName, StackDifference>,
    /// Shared things by full name, as the old and the new record have them, where they differ.
    pub shared: BTreeMap<String, (Option<SharedKey>, Option<SharedKey>)>,
}

impl RecordDifference {
    /// Between the present record and one that takes its place. `before` is none where there is none that can be read.
    pub fn between(before: Option<&Inventory>, after: &Inventory) -> Self {
        let nothing = Inventory::new(after.project.clone());
        let before = before.unwrap_or(&nothing);
        let names: BTreeSet<&StackName> = before.stacks.keys().chain(after.stacks.keys()).collect();
        let stacks = names.into_iter().filter_map(|stack| {
            let difference = StackDifference::between(entries(before, stack), entries(after, stack));
            (difference != StackDifference::default()).then(|| (stack.clone(), difference))
        });
        let keys: BTreeSet<&String> = before.shared.keys().chain(after.shared.keys()).collect();
        let shared = keys.into_iter().filter_map(|name| {
            let (old, new) = (before.shared.get(name), after.shared.get(name));
            (old != new).then(|| (name.clone(), (old.cloned(), new.cloned())))
        });
        Self { stacks: stacks.collect(), shared: shared.collect() }
    }

    /// Whether both say the same of every thing.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty() && self.shared.is_empty()
    }
}

impl StackDifference {
    fn between(before: &BTreeMap<ResourceId, Entry>, after: &BTreeMap<ResourceId, Entry>) -> Self {
        let only = |these: &BTreeMap<ResourceId, Entry>, those: &BTreeMap<ResourceId, Entry>| {
            these.keys().filter(|id| !those.contains_key(id)).cloned().collect()
        };
        let says_else = |(id, entry): &(&ResourceId, &Entry)| after.get(id).is_some_and(|new| new != *entry);
        Self {
            gained: only(after, before),
            lost: only(before, after),
            changed: before.iter().filter(says_else).map(|(id, _)| id.clone()).collect(),
        }
    }
}

fn entries<'record>(
    inventory: &'record Inventory,
    stack: &StackName,
) -> &'record BTreeMap<ResourceId, Entry> {
    static NONE: BTreeMap<ResourceId, Entry> = BTreeMap::new();
    inventory.stacks.get(stack).map_or(&NONE, |record| &record.entries)
}

/// The leases that somebody who replaces a record has to respect: every one of it.
pub fn leases(inventory: &Inventory) -> Vec<Held> {
    let of_stacks = inventory.stacks.iter().filter_map(|(stack, record)| {
        Some(Held { what: HeldThing::Stack(stack.clone()), lease: record.lease.clone()? })
    });
    let shared = inventory.shared_lease.clone().map(|lease| Held { what: HeldThing::Shared, lease });
    of_stacks.chain(shared).collect()
}

/// An older record as it is put back. No run that it speaks of holds anything any more, and it counts as the newest: a
/// run that works on finds that its record is gone. `newest`: the highest serial that any generation bears.
pub fn put_back(old: &Inventory, newest: u64, run: &str) -> Inventory {
    let mut restored = old.clone();
    restored.shared_lease = None;
    for record in restored.stacks.values_mut() {
        record.lease = None;
        // A plan that was made before must not be mistaken for one of the record that it becomes.
        record.runs += 1;
    }
    restored.stacks.retain(|_, record| !record.entries.is_empty());
    restored.serial = newest.max(old.serial) + 1;
    restored.write_id = format!("{run}/restore/{}", restored.serial);
    restored
}

#[cfg(test)]
mod tests {
    use model::{Lease, ProjectId, StackRecord};

    use super::*;

    fn stack(name: &str) -> StackName {
        StackName::parse(name).unwrap()
    }

    fn record(stacks: &[(&str, &[(&str, &str)])]) -> Inventory {
        let mut inventory = Inventory::new(ProjectId::parse("demo-project").unwrap());
        for (name, entries) in stacks {
            let mut kept = StackRecord::default();
            for (id, state) in *entries {
                let entry = serde_json::json!({
                    "fullName": format!("//{id}"), "state": state, "origin": "created", "prior": "absent",
                });
                kept.entries.insert(ResourceId::parse(id).unwrap(), serde_json::from_value(entry).unwrap());
            }
            inventory.stacks.insert(stack(name), kept);
        }
        inventory
    }

    #[test]
    fn a_difference_names_what_each_stack_gains_loses_and_says_otherwise() {
        let before = record(&[("a", &[("service/x", "present"), ("bucket/y", "present")]), ("b", &[])]);
        let after = record(&[("a", &[("service/x", "intent"), ("api/z", "present")])]);
        let difference = RecordDifference::between(Some(&before), &after);
        let ids = |ids: &[ResourceId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let of_a = &difference.stacks[&stack("a")];
        assert_eq!(
            (ids(&of_a.gained), ids(&of_a.lost), ids(&of_a.changed)),
            (vec!["api/z".to_owned()], vec!["bucket/y".to_owned()], vec!["service/x".to_owned()])
        );
        assert_eq!(difference.stacks.len(), 1);
        assert!(RecordDifference::between(Some(&after), &after).is_empty());
        assert_eq!(RecordDifference::between(None, &after).stacks[&stack("a")].gained.len(), 2);
        assert!(!difference.is_empty() && difference.shared.is_empty());
    }

    #[test]
    fn a_difference_names_what_is_shared_otherwise_and_nothing_else() {
        let key = |prior| SharedKey { prior, holders: [stack("a")].into(), other: BTreeMap::new() };
        let with = |keys: &[(&str, model::Prior)]| {
            let mut inventory = record(&[]);
            inventory.shared = keys.iter().map(|(name, prior)| ((*name).to_owned(), key(*prior))).collect();
            inventory
        };
        let before = with(&[("//x", model::Prior::Absent), ("//y", model::Prior::Absent)]);
        let after = with(&[("//x", model::Prior::Present), ("//y", model::Prior::Absent)]);
        let difference = RecordDifference::between(Some(&before), &after);
        assert_eq!(difference.shared.keys().collect::<Vec<_>>(), ["//x"]);
        assert!(difference.stacks.is_empty() && !difference.is_empty());
    }

    #[test]
    fn what_is_put_back_is_held_by_nobody_and_newer_than_everything() {
        let lease = |holder: &str| Lease {
            holder: holder.to_owned(),
            beat: 4,
            who: String::new(),
            operation: String::new(),
            started: String::new(),
            other: BTreeMap::new(),
        };
        let mut old = record(&[("a", &[("service/x", "intent")]), ("b", &[])]);
        old.serial = 5;
        old.stacks.get_mut(&stack("a")).unwrap().lease = Some(lease("one"));
        old.stacks.get_mut(&stack("b")).unwrap().lease = Some(lease("two"));
        old.shared_lease = Some(lease("one"));
        assert_eq!(leases(&old).len(), 3);
        let restored = put_back(&old, 9, "run");
        assert_eq!((restored.serial, restored.write_id.as_str()), (10, "run/restore/10"));
        assert!(leases(&restored).is_empty());
        assert_eq!(restored.stacks.keys().collect::<Vec<_>>(), [&stack("a")]);
        assert_eq!(restored.stacks[&stack("a")].runs, 1);
    }
}
