//! Puts rows into running order and says what waits for what. Makings follow the graph, removals its reverse.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, ResourceId, StackRecord};

use super::{Row, Side};
use crate::graph::Graph;

/// Changes in running order, each with what it waits for.
///
/// A row that writes nothing and waits for nothing is waited for by nobody; one that waits hands the waiting on.
pub(crate) fn in_running_order(
    graph: &Graph,
    mut rows: Vec<Option<Row>>,
    record: Option<&StackRecord>,
) -> Vec<Change> {
    for at in 0..rows.len() {
        wait(graph, &mut rows, at, Side::Making);
    }
    let users = former_users(&rows, record);
    for at in (0..rows.len()).rev() {
        wait(graph, &mut rows, at, Side::Removing);
        if let Some(row) = row_mut(&mut rows, at).filter(|row| row.side == Side::Removing) {
            let users = users.get(&row.change.id).into_iter().flatten();
            let mut after: BTreeSet<ResourceId> = row.change.after.drain(..).collect();
            after.extend(users.cloned());
            row.change.after = after.into_iter().collect();
        }
    }
    let mut makings = Vec::with_capacity(rows.len());
    let mut removals = Vec::new();
    for row in rows.into_iter().flatten() {
        match row.side {
            Side::Making => makings.push(row.change),
            Side::Removing => removals.push(row.change),
        }
    }
    makings.extend(removals.into_iter().rev());
    makings
}

/// Makes a row of one side wait for its neighbours on that side.
fn wait(graph: &Graph, rows: &mut [Option<Row>], at: usize, side: Side) {
    let Some(node) = graph.nodes.get(at) else { return };
    let links = match side {
        Side::Making => &node.needs,
        Side::Removing => &node.needed_by,
    };
    let after: Vec<ResourceId> = links
        .iter()
        .filter_map(|link| rows.get(link.to)?.as_ref())
        .filter(|row| row.side == side && (row.change.action.writes() || !row.change.after.is_empty()))
        .map(|row| row.change.id.clone())
        .collect();
    if let Some(row) = row_mut(rows, at).filter(|row| row.side == side) {
        row.change.after = after;
    }
}

/// What the record says was made after a thing that goes now, and is changed in this plan so that it needs it no more.
fn former_users(rows: &[Option<Row>], record: Option<&StackRecord>) -> BTreeMap<ResourceId, Vec<ResourceId>> {
    let mut users: BTreeMap<ResourceId, Vec<ResourceId>> = BTreeMap::new();
    let Some(record) = record else { return users };
    for row in rows.iter().flatten().filter(|row| row.side == Side::Making && row.change.action.writes()) {
        for used in record.entries.get(&row.change.id).into_iter().flat_map(|entry| &entry.after) {
            users.entry(used.clone()).or_default().push(row.change.id.clone());
        }
    }
    users
}

fn row_mut(rows: &mut [Option<Row>], at: usize) -> Option<&mut Row> {
    rows.get_mut(at).and_then(Option::as_mut)
}
