//! What is in the policies that a plan edits and belongs to others: counted, and never touched.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use model::{ApiRequest, Change, Lookup, Others, Resource, Step};

use crate::graph::Graph;
use crate::snapshot::Snapshot;

/// A policy that is edited.
struct Edited<'plan> {
    shown: &'plan str,
    /// The keys of what is there and the spec or the record names.
    ours: BTreeSet<String>,
}

/// How many grants of others each edited policy holds, in running order; policies without any are left out.
pub(super) fn grants(graph: &Graph, snapshot: &Snapshot, changes: &[Change]) -> Vec<Others> {
    let mut edited: IndexMap<&ApiRequest, Edited<'_>> = IndexMap::new();
    for step in changes.iter().flat_map(|change| &change.steps) {
        match step {
            Step::EditPolicy(edit) => {
                let fresh = || Edited { shown: &edit.policy.shown, ours: BTreeSet::new() };
                edited.entry(&edit.policy.read).or_insert_with(fresh);
            }
            Step::Call { .. }
            | Step::Gathered(_)
            | Step::Upload(_)
            | Step::Build { .. }
            | Step::EmptyBucket { .. }
            | Step::Check(_) => {}
        }
    }
    if edited.is_empty() {
        return Vec::new();
    }
    let named = graph.nodes.iter().flat_map(|node| node.wanted.iter().chain(&node.recalled));
    for resource in named.filter(|resource| snapshot.live(resource.id()).is_some()) {
        note(&**resource, &mut edited);
    }
    let others = edited.into_iter().filter_map(|(request, Edited { shown, ours })| {
        let grants = snapshot.parts(request)?.saturating_sub(ours.len());
        (grants > 0).then(|| Others { on: shown.to_owned(), grants })
    });
    others.collect()
}

fn note(resource: &dyn Resource, edited: &mut IndexMap<&ApiRequest, Edited<'_>>) {
    match resource.lookup() {
        Lookup::Part { request, key, split: _ } => {
            if let Some(policy) = edited.get_mut(&request) {
                policy.ours.insert(key);
            }
        }
        Lookup::Object { .. } => {}
    }
}
