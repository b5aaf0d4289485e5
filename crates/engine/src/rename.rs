//! Another name for a stack: one transition of the record. Pure; knows no place where it is kept.
//!
//! What the stack made still bears the old name in its stamp. Each entry notes that, so that both witnesses agree until
//! the next apply has rewritten the stamp. `docs/decisions/0010-renamed-stacks.md` says why it is done so.

use model::{Entry, Inventory, ResourceId, StackName};

/// Why a stack cannot get a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// The record does not know it.
    #[error("the record knows no stack {old}")]
    Unknown {
        /// The old name.
        old: StackName,
    },
    /// There is a stack of the new name.
    #[error("there is a stack {new} already, and two stacks cannot become one")]
    Exists {
        /// The new name.
        new: StackName,
    },
    /// It is renamed already: an earlier run got so far.
    #[error("stack {old} is called {new} already")]
    Done {
        /// The old name.
        old: StackName,
        /// The new name.
        new: StackName,
    },
}

/// Gives a stack another name. `moved` tells how a resource is identified afterwards, where its own name was made from
/// the stack's. Nobody holds the stack afterwards.
///
/// Errors: there is nothing to rename, or something in the way.
pub fn rename(
    record: &Inventory,
    old: &StackName,
    new: &StackName,
    run: &str,
    moved: impl Fn(&ResourceId) -> ResourceId,
) -> Result<Inventory, RenameError> {
    let mut renamed = record.clone();
    let there = record.stacks.get(new);
    let Some(mut kept) = renamed.stacks.remove(old) else {
        let was_old = |entry: &Entry| entry.stamps.contains(old);
        return Err(if there.is_some_and(|record| record.entries.values().any(was_old)) {
            RenameError::Done { old: old.clone(), new: new.clone() }
        } else {
            RenameError::Unknown { old: old.clone() }
        });
    };
    if there.is_some() {
        return Err(RenameError::Exists { new: new.clone() });
    }
    if let Some(lease) = kept.lease.take() {
        renamed.shared_lease.take_if(|shared| shared.holder == lease.holder);
    }
    kept.runs += 1;
    let entries = std::mem::take(&mut kept.entries);
    kept.entries = entries
        .into_iter()
        .map(|(id, mut entry)| {
            // Which of its names the stamp bears is known for sure only when it is seen: all but the new one may be old.
            entry.stamps.insert(old.clone());
            entry.stamps.remove(new);
            entry.after = entry.after.iter().map(&moved).collect();
            entry.after.sort();
            (moved(&id), entry)
        })
        .collect();
    renamed.stacks.insert(new.clone(), kept);
    for key in renamed.shared.values_mut() {
        if key.holders.remove(old) {
            key.holders.insert(new.clone());
        }
    }
    renamed.serial += 1;
    renamed.write_id = format!("{run}/{new}/{}", renamed.serial);
    Ok(renamed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::{Lease, Prior, ProjectId, SharedKey, StackRecord};

    use super::*;

    fn stack(name: &str) -> StackName {
        StackName::parse(name).unwrap()
    }

    fn sample() -> Inventory {
        let mut record = Inventory::new(ProjectId::parse("demo-project").unwrap());
        let entry = serde_json::json!({
            "fullName": "//x", "state": "present", "origin": "created", "prior": "absent", "after": ["bucket/b"],
        });
        let mut kept = StackRecord { runs: 2, ..StackRecord::default() };
        kept.entries.insert(ResourceId::parse("service/x").unwrap(), serde_json::from_value(entry).unwrap());
        record.stacks.insert(stack("a"), kept);
        record.stacks.insert(stack("other"), StackRecord::default());
        let holders = [stack("a"), stack("other")].into();
        record.shared.insert(
            "//run".into(),
            SharedKey { prior: Prior::Present, holders, other: std::collections::BTreeMap::new() },
        );
        record
    }

    fn renamed(record: &Inventory, old: &str, new: &str) -> Result<Inventory, RenameError> {
        rename(record, &stack(old), &stack(new), "run", |id| match id.kind() {
            "bucket" => ResourceId::parse(&format!("{id}@{old}")).unwrap(),
            _ => id.clone(),
        })
    }

    fn stamps(record: &Inventory, name: &str) -> BTreeSet<StackName> {
        record.stacks[&stack(name)].entries.values().next().unwrap().stamps.clone()
    }

    #[test]
    fn a_renamed_stack_keeps_its_entries_and_what_it_holds_and_each_notes_the_old_name() {
        let after = renamed(&sample(), "a", "b").unwrap();
        assert_eq!(stamps(&after, "b"), [stack("a")].into());
        assert_eq!(after.shared["//run"].holders, [stack("b"), stack("other")].into());
        let kept = &after.stacks[&stack("b")];
        assert_eq!((kept.runs, after.serial, after.write_id.as_str()), (3, 1, "run/b/1"));
        assert_eq!(kept.entries.values().next().unwrap().after, [ResourceId::parse("bucket/b@a").unwrap()]);
        assert!(!after.stacks.contains_key(&stack("a")));
    }

    #[test]
    fn a_stack_that_is_renamed_twice_notes_both_names_and_one_that_goes_back_its_last() {
        let twice = renamed(&renamed(&sample(), "a", "b").unwrap(), "b", "c").unwrap();
        assert_eq!(stamps(&twice, "c"), [stack("a"), stack("b")].into());
        let back = renamed(&renamed(&sample(), "a", "b").unwrap(), "b", "a").unwrap();
        assert_eq!(stamps(&back, "a"), [stack("b")].into());
    }

    #[test]
    fn what_cannot_be_renamed_is_said() {
        let error = |record: &Inventory, old, new| renamed(record, old, new).unwrap_err().to_string();
        assert_eq!(error(&sample(), "x", "y"), "the record knows no stack x");
        assert_eq!(
            error(&sample(), "a", "other"),
            "there is a stack other already, and two stacks cannot become one"
        );
        let after = renamed(&sample(), "a", "b").unwrap();
        assert_eq!(error(&after, "a", "b"), "stack a is called b already");
    }

    #[test]
    fn a_dead_runs_leases_go_with_the_old_name() {
        let mut record = sample();
        let lease = Lease {
            holder: "dead".to_owned(),
            beat: 1,
            who: String::new(),
            operation: String::new(),
            started: String::new(),
            other: std::collections::BTreeMap::new(),
        };
        record.stacks.get_mut(&stack("a")).unwrap().lease = Some(lease.clone());
        record.shared_lease = Some(lease);
        let after = renamed(&record, "a", "b").unwrap();
        assert!(after.stacks[&stack("b")].lease.is_none() && after.shared_lease.is_none());
    }
}
