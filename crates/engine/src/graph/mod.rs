//! Resources in the order in which they can be made. Knows no kind and no cloud.
//!
//! A node may carry two descriptions of one resource: as the spec wants it, and as the record recalls it. The
//! second one is used when the spec no longer tells, or tells of another place.

mod order;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use model::{Entry, Goal, Place, Resource, ResourceId, StackRecord, Tie};

/// What makes a set of resources no graph. All problems are found at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Resources that wait for each other, in order; the last waits for the first.
    #[error("these wait for each other: {}", shown(.0))]
    Cycle(Vec<ResourceId>),
    /// A resource needs another one that the spec does not have.
    #[error("{from} needs {to}, which the spec does not have")]
    Missing {
        /// Who needs it.
        from: ResourceId,
        /// What is missing.
        to: ResourceId,
        /// Where the spec asks for `from`.
        place: Option<Place>,
    },
    /// Two resources have the same identity.
    #[error("{id} is there twice")]
    Duplicate {
        /// The identity.
        id: ResourceId,
        /// Where the spec asks for the second one.
        place: Option<Place>,
    },
}

fn shown(cycle: &[ResourceId]) -> String {
    let mut names: Vec<String> = cycle.iter().map(ToString::to_string).collect();
    names.extend(cycle.first().map(ToString::to_string));
    names.join(" -> ")
}

/// One arrow of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge<'graph> {
    /// The resource that needs another.
    pub from: &'graph ResourceId,
    /// The one it needs.
    pub on: &'graph ResourceId,
    /// How closely.
    pub tie: Tie,
}

/// An arrow within the graph, by position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) to: usize,
    pub(crate) tie: Tie,
}

/// One resource with its arrows.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) wanted: Option<Box<dyn Resource>>,
    pub(crate) recalled: Option<Box<dyn Resource>>,
    pub(crate) needs: Vec<Link>,
    pub(crate) needed_by: Vec<Link>,
}

impl Node {
    /// As the spec wants it, else as the record recalls it.
    pub(crate) fn resource(&self) -> Option<&dyn Resource> {
        self.wanted.as_deref().or(self.recalled.as_deref())
    }

    /// The recalled description, when it is to be looked for elsewhere than the wanted one.
    pub(crate) fn recalled_apart(&self) -> Option<&dyn Resource> {
        let wanted = self.wanted.as_deref()?;
        self.recalled.as_deref().filter(|recalled| {
            recalled.full_name() != wanted.full_name()
                || recalled.lookup().request() != wanted.lookup().request()
        })
    }
}

/// Resources in the order in which they can be made.
///
/// The order is the dependencies' order; among equals that of the spec's lines, then that of the names. It does not
/// depend on the order in which resources are handed over.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    index: BTreeMap<ResourceId, usize>,
}

impl Graph {
    /// Orders the resources of a spec. Errors: every duplicate, every missing dependency, every cycle.
    pub fn build(resources: Vec<Box<dyn Resource>>) -> Result<Self, Vec<GraphError>> {
        let mut errors = Vec::new();
        let mut nodes: BTreeMap<ResourceId, Node> = BTreeMap::new();
        for resource in resources {
            match nodes.entry(resource.id().clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(node(Some(resource), None));
                }
                Slot::Occupied(slot) => errors
                    .push(GraphError::Duplicate { id: slot.key().clone(), place: resource.place().cloned() }),
            }
        }
        order::ordered(nodes, errors)
    }

    /// Adds what the record recalls, and says what of it is to be read ([`crate::snapshot_of`]): all but what the
    /// spec wants in the same place.
    ///
    /// A resource that the spec wants too keeps both descriptions. What a recalled resource needs and nobody knows
    /// any more is gone already, and ties it to nothing. Errors: a cycle; the graph is empty then.
    pub fn join(&mut self, recalled: Vec<Box<dyn Resource>>) -> Result<Vec<ResourceId>, Vec<GraphError>> {
        let mut nodes: BTreeMap<ResourceId, Node> = BTreeMap::new();
        for own in std::mem::take(self).nodes {
            if let Some(id) = own.resource().map(|resource| resource.id().clone()) {
                nodes.insert(id, node(own.wanted, own.recalled));
            }
        }
        let mut unread = Vec::with_capacity(recalled.len());
        for resource in recalled {
            let id = resource.id().clone();
            let node = nodes.entry(id.clone()).or_insert_with(|| node(None, None));
            node.recalled = Some(resource);
            if node.wanted.is_none() || node.recalled_apart().is_some() {
                unread.push(id);
            }
        }
        *self = order::ordered(nodes, Vec::new())?;
        Ok(unread)
    }

    /// The entries of a stack's record that are to be recalled and joined. To make the stack present: what the spec
    /// does not have, or has elsewhere. To make it absent: every entry, because the record knows best what was
    /// made, what it was made after, and what there was before.
    pub fn to_recall<'a>(
        &'a self,
        record: &'a StackRecord,
        goal: Goal,
    ) -> impl Iterator<Item = (&'a ResourceId, &'a Entry)> {
        record.entries.iter().filter(move |(id, entry)| match goal {
            Goal::Absent => true,
            Goal::Present => self.get(id).is_none_or(|resource| resource.full_name() != entry.full_name),
        })
    }

    /// Resources in order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Resource> {
        self.nodes.iter().filter_map(Node::resource)
    }

    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A resource by its identity.
    pub fn get(&self, id: &ResourceId) -> Option<&dyn Resource> {
        self.node(id)?.resource()
    }

    /// Whether only the record still knows a resource.
    pub fn is_recalled(&self, id: &ResourceId) -> bool {
        self.node(id).is_some_and(|node| node.wanted.is_none())
    }

    /// What a resource needs, in order.
    pub fn dependencies(&self, id: &ResourceId) -> Vec<&ResourceId> {
        self.linked(id, |node| &node.needs)
    }

    /// What needs a resource, in order.
    pub fn dependents(&self, id: &ResourceId) -> Vec<&ResourceId> {
        self.linked(id, |node| &node.needed_by)
    }

    /// Every arrow, by the order of the resource that needs another.
    pub fn edges(&self) -> impl Iterator<Item = Edge<'_>> {
        self.nodes.iter().flat_map(move |node| {
            node.needs.iter().filter_map(move |link| {
                let from = node.resource()?.id();
                Some(Edge { from, on: self.id_at(link.to)?, tie: link.tie })
            })
        })
    }

    pub(crate) fn position(&self, id: &ResourceId) -> Option<usize> {
        self.index.get(id).copied()
    }

    pub(crate) fn node(&self, id: &ResourceId) -> Option<&Node> {
        self.nodes.get(self.position(id)?)
    }

    pub(crate) fn id_at(&self, at: usize) -> Option<&ResourceId> {
        self.nodes.get(at)?.resource().map(Resource::id)
    }

    fn linked(&self, id: &ResourceId, links: fn(&Node) -> &Vec<Link>) -> Vec<&ResourceId> {
        self.node(id).into_iter().flat_map(links).filter_map(|link| self.id_at(link.to)).collect()
    }
}

fn node(wanted: Option<Box<dyn Resource>>, recalled: Option<Box<dyn Resource>>) -> Node {
    Node { wanted, recalled, needs: Vec::new(), needed_by: Vec::new() }
}
