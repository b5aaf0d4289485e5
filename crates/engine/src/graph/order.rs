//! Puts nodes into running order, and names cycles. Linear but for the ties, which cost a logarithm.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use model::{Place, ResourceId, Tie};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Graph, GraphError, Link, Node};

/// The graph of some nodes, whose arrows are taken from what they depend on. Errors: those given and those found.
pub(super) fn ordered(
    nodes: BTreeMap<ResourceId, Node>,
    mut errors: Vec<GraphError>,
) -> Result<Graph, Vec<GraphError>> {
    let mut ranked: Vec<(ResourceId, Node)> = nodes.into_iter().collect();
    // Lines of the spec first, what has none after them; the identity settles the rest.
    ranked.sort_by_cached_key(|(id, node)| {
        let place: Option<Place> = node.resource().and_then(|resource| resource.place().cloned());
        (node.wanted.is_none(), place.is_none(), place, id.clone())
    });
    let rank: BTreeMap<&ResourceId, usize> =
        ranked.iter().enumerate().map(|(at, (id, _))| (id, at)).collect();
    let arrows = arrows(&ranked, &rank, &mut errors);
    let order = running_order(&arrows);
    if order.len() < ranked.len() {
        errors.extend(cycles(&arrows, &ranked));
    }
    if errors.is_empty() { Ok(assemble(ranked, &arrows, &order)) } else { Err(errors) }
}

/// Arrows from what is needed to what needs it. Nodes have the numbers of their rank.
fn arrows(
    ranked: &[(ResourceId, Node)],
    rank: &BTreeMap<&ResourceId, usize>,
    errors: &mut Vec<GraphError>,
) -> DiGraph<(), Tie> {
    let mut arrows = DiGraph::with_capacity(ranked.len(), ranked.len());
    for _ in ranked {
        arrows.add_node(());
    }
    for (at, (id, node)) in ranked.iter().enumerate() {
        let Some(resource) = node.resource() else { continue };
        let mut needed: BTreeMap<usize, Tie> = BTreeMap::new();
        for dependency in resource.depends_on() {
            match rank.get(&dependency.on) {
                Some(on) => {
                    let tie = needed.entry(*on).or_insert(dependency.tie);
                    if dependency.tie == Tie::Inside {
                        *tie = Tie::Inside;
                    }
                }
                None if node.wanted.is_none() => {}
                None => errors.push(GraphError::Missing {
                    from: id.clone(),
                    to: dependency.on,
                    place: resource.place().cloned(),
                }),
            }
        }
        for (on, tie) in needed {
            arrows.add_edge(NodeIndex::new(on), NodeIndex::new(at), tie);
        }
    }
    arrows
}

/// Kahn's algorithm; among the ready ones the lowest rank goes first. Members of cycles are left out.
fn running_order(arrows: &DiGraph<(), Tie>) -> Vec<usize> {
    let mut waiting: Vec<usize> =
        arrows.node_indices().map(|at| arrows.neighbors_directed(at, Direction::Incoming).count()).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        waiting.iter().enumerate().filter(|(_, open)| **open == 0).map(|(at, _)| Reverse(at)).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for next in arrows.neighbors(NodeIndex::new(at)) {
            if let Some(open) = waiting.get_mut(next.index()) {
                *open -= 1;
                if *open == 0 {
                    ready.push(Reverse(next.index()));
                }
            }
        }
    }
    order
}

/// One cycle for each knot: the shortest through its first member.
fn cycles(arrows: &DiGraph<(), Tie>, ranked: &[(ResourceId, Node)]) -> Vec<GraphError> {
    // Kosaraju's algorithm and not Tarjan's: petgraph's Tarjan recurses, and a long chain would exhaust the stack.
    let mut found: Vec<Vec<usize>> = petgraph::algo::kosaraju_scc(arrows)
        .into_iter()
        .filter(|knot| knot.len() > 1 || knot.iter().any(|at| arrows.contains_edge(*at, *at)))
        .filter_map(|knot| shortest_cycle(arrows, knot.into_iter().map(NodeIndex::index).min()?))
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|cycle| {
            GraphError::Cycle(
                cycle.into_iter().filter_map(|at| ranked.get(at)).map(|(id, _)| id.clone()).collect(),
            )
        })
        .collect()
}

/// The shortest way from a node back to itself along what it needs, if there is one.
fn shortest_cycle(arrows: &DiGraph<(), Tie>, start: usize) -> Option<Vec<usize>> {
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        let mut needed: Vec<usize> = arrows
            .neighbors_directed(NodeIndex::new(at), Direction::Incoming)
            .map(NodeIndex::index)
            .collect();
        needed.sort_unstable();
        for on in needed {
            if on == start {
                let mut cycle = vec![at];
                let mut step = at;
                while let Some(before) = came_from.get(&step) {
                    cycle.push(*before);
                    step = *before;
                }
                cycle.reverse();
                return Some(cycle);
            }
            came_from.entry(on).or_insert_with(|| {
                open.push_back(on);
                at
            });
        }
    }
    None
}

fn assemble(ranked: Vec<(ResourceId, Node)>, arrows: &DiGraph<(), Tie>, order: &[usize]) -> Graph {
    let mut position = vec![0; order.len()];
    for (at, old) in order.iter().enumerate() {
        if let Some(slot) = position.get_mut(*old) {
            *slot = at;
        }
    }
    let links = |old: usize, direction| {
        let mut links: Vec<Link> = arrows
            .edges_directed(NodeIndex::new(old), direction)
            .filter_map(|edge| {
                let other = match direction {
                    Direction::Incoming => petgraph::visit::EdgeRef::source(&edge),
                    Direction::Outgoing => petgraph::visit::EdgeRef::target(&edge),
                };
                position.get(other.index()).map(|to| Link { to: *to, tie: *edge.weight() })
            })
            .collect();
        links.sort_by_key(|link| link.to);
        links
    };
    let mut slots: Vec<Option<Node>> = ranked
        .into_iter()
        .enumerate()
        .map(|(old, (_, mut node))| {
            node.needs = links(old, Direction::Incoming);
            node.needed_by = links(old, Direction::Outgoing);
            Some(node)
        })
        .collect();
    let nodes: Vec<Node> =
        order.iter().filter_map(|old| slots.get_mut(*old).and_then(Option::take)).collect();
    let index =
        nodes.iter().enumerate().filter_map(|(at, node)| Some((node.resource()?.id().clone(), at))).collect();
    Graph { nodes, index }
}
