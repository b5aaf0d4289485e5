//! Entries for what a lost record knew, found again by its stamp. Pure; deletes nothing and writes nothing.
//!
//! Only what the spec names is looked at, and only what bears this stack's stamp is noted. APIs, role members and
//! images bear none: nothing tells whose they are.

use std::collections::{BTreeMap, BTreeSet};

use model::{Entry, Inventory, Origin, Owner, Prior, Resource, ResourceId, StackName, State};

use crate::graph::Graph;
use crate::snapshot::{Seen, Snapshot};

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// The record with what was found.
    pub record: Inventory,
    /// What was noted, by full name.
    pub found: BTreeMap<ResourceId, String>,
    /// What could not be read, and why: it may be ours.
    pub unread: BTreeMap<ResourceId, String>,
}

/// Notes what bears the stack's stamp and what no entry of any stack speaks of.
pub fn rebuild(graph: &Graph, snapshot: &Snapshot, record: &Inventory, stack: &StackName) -> Rebuilt {
    let mut rebuilt = Rebuilt { record: record.clone(), found: BTreeMap::new(), unread: BTreeMap::new() };
    let known: BTreeSet<&str> = record
        .stacks
        .values()
        .flat_map(|record| record.entries.values())
        .map(|entry| entry.full_name.as_str())
        .collect();
    for resource in graph.iter() {
        let (id, full_name) = (resource.id(), resource.full_name());
        if known.contains(full_name.as_str()) || record.entry(stack, id).is_some() {
            continue;
        }
        match snapshot.get(id) {
            Some(Seen::Live(live)) if live.owner == Owner::ThisStack => {
                let entry = recovered(graph, resource, live.uid.clone());
                let entries = &mut rebuilt.record.stacks.entry(stack.clone()).or_default().entries;
                entries.insert(id.clone(), entry);
                rebuilt.found.insert(id.clone(), full_name);
            }
            Some(Seen::Unreadable(error)) => {
                rebuilt.unread.insert(id.clone(), error.message.clone());
            }
            // An API that is off holds nothing that runs.
            Some(Seen::Live(_) | Seen::Absent | Seen::ApiDisabled(_)) | None => {}
        }
    }
    rebuilt
}

/// The record as it is written: newer than the one that was read.
pub fn written(rebuilt: &Rebuilt, stack: &StackName, run: &str) -> Inventory {
    let mut record = rebuilt.record.clone();
    if let Some(kept) = record.stacks.get_mut(stack) {
        kept.runs += 1;
    }
    record.serial += 1;
    record.write_id = format!("{run}/{stack}/{}", record.serial);
    record
}

fn recovered(graph: &Graph, resource: &dyn Resource, uid: Option<String>) -> Entry {
    let mut after: Vec<ResourceId> = graph.dependencies(resource.id()).into_iter().cloned().collect();
    after.sort();
    Entry {
        full_name: resource.full_name(),
        state: State::Present,
        origin: Origin::Recovered,
        prior: Prior::Unknown,
        uid,
        applied: BTreeMap::new(),
        before: BTreeMap::new(),
        after,
        remembered: resource.remember(),
        stamps: BTreeSet::new(),
        served: Vec::new(),
        rolled_back: None,
        other: BTreeMap::new(),
    }
}
