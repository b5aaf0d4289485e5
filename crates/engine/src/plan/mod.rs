//! Decides what must change, and why. Pure: the same graph, snapshot and record give the same plan.
//!
//! [`decide`] holds the one table, `wanted` and `gone` carry it out for what the spec asks for and for what it does
//! not, `order` says what waits for what, `intents` writes the record as it is to stand before the first call.
//! Apply finds nothing left to decide.

mod causes;
mod compare;
pub(crate) mod decide;
mod diff;
mod gone;
mod guard;
mod intents;
mod order;
mod others;
mod refuse;
mod sight;
mod wanted;

use std::collections::BTreeMap;

use model::{
    Action, Change, Command, Consequence, Entry, Goal, Hazard, Inventory, Live, Outputs, Plan, ProjectId,
    Refusal, Resource, ResourceId, StackName, Step, Tenure, Unknown, Unread,
};

pub use decide::Recovered;
pub use guard::{Allowed, Consent};

use crate::graph::Graph;
use crate::snapshot::Snapshot;

/// Whether things that are there without a stamp may be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdoptPolicy {
    /// Where the spec says `adopt: true`.
    AsSpecSays,
    /// Never in this run.
    Refuse,
}

/// Whether things may be deleted and made again where the API cannot change a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplacePolicy {
    /// Refused; the plan says what would be lost.
    Refuse,
    /// Allowed.
    Allow,
}

/// Whether the commands of gcloud are built beside the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commands {
    /// For whoever reads them.
    Built,
    /// Nobody reads them.
    LeftOut,
}

/// What a plan is for, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whose things these are.
    pub stack: StackName,
    /// Where they are.
    pub project: ProjectId,
    /// Present or absent.
    pub goal: Goal,
    /// Whether unmarked things may be taken over.
    pub adopt: AdoptPolicy,
    /// Whether things may be replaced.
    pub replace: ReplacePolicy,
    /// What else the operator allows.
    pub consent: Consent,
    /// Whether a script is made of it.
    pub commands: Commands,
}

/// What one resource comes to.
pub(crate) struct Row {
    pub(crate) change: Change,
    pub(crate) side: Side,
}

/// From which side a row is decided: makings run before what needs them, removals after what needed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Making,
    Removing,
}

/// What is gathered while the graph is walked, in order.
pub(crate) struct Planner<'plan> {
    pub(crate) graph: &'plan Graph,
    pub(crate) snapshot: &'plan Snapshot,
    pub(crate) read: &'plan Inventory,
    pub(crate) options: &'plan PlanOptions,
    /// Positions of the resources that switch an API on, by the API's name.
    pub(crate) switches: BTreeMap<String, usize>,
    /// What may bear this stack's name in its stamp, and belongs to a stack that had the name before: by full name.
    pub(crate) renamed: BTreeMap<&'plan str, &'plan StackName>,
    pub(crate) outputs: Outputs,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) unknowns: Vec<Unknown>,
    pub(crate) hazards: Vec<(ResourceId, Hazard)>,
    pub(crate) unread: Vec<Unread>,
    /// The record as it is to stand before the first call.
    pub(crate) next: Inventory,
    /// By position: whether what lives inside is lost in this plan.
    pub(crate) remade: Vec<bool>,
}

/// Compares what is wanted, what is there, and what the record knows.
pub fn plan(graph: &Graph, snapshot: &Snapshot, record: &Inventory, options: &PlanOptions) -> Plan {
    let mut planner = Planner {
        graph,
        snapshot,
        read: record,
        options,
        switches: switches(graph),
        renamed: renamed(record, &options.stack),
        outputs: Outputs::new(),
        refusals: Vec::new(),
        unknowns: Vec::new(),
        hazards: Vec::new(),
        unread: Vec::new(),
        next: record.clone(),
        remade: vec![false; graph.len()],
    };
    let mut rows: Vec<Option<Row>> = Vec::with_capacity(graph.len());
    for (at, node) in graph.nodes.iter().enumerate() {
        let row = match (options.goal, node.wanted.as_deref(), node.recalled.as_deref()) {
            (Goal::Present, Some(wanted), _) => planner.wanted(at, wanted),
            // The record knows best what was made; the spec may have been edited since.
            (Goal::Absent, wanted, Some(recalled)) => planner.gone(at, recalled, wanted),
            (Goal::Absent, Some(wanted), None) => planner.gone(at, wanted, Some(wanted)),
            (Goal::Present, None, Some(recalled)) => planner.gone(at, recalled, None),
            (Goal::Present | Goal::Absent, None, None) => None,
        };
        if let (Some(remade), Some(row)) = (planner.remade.get_mut(at), &row) {
            *remade |= row.change.action == Action::Replace;
        }
        rows.push(row);
    }
    let Planner { outputs, refusals, unknowns, hazards, unread, next, .. } = planner;
    let changes = order::in_running_order(graph, rows, record.stacks.get(&options.stack));
    Plan {
        project: options.project.clone(),
        stack: options.stack.clone(),
        goal: options.goal,
        exposures: guard::exposures(snapshot.exposures(), &changes),
        others: others::grants(graph, snapshot, &changes),
        changes,
        refusals,
        unknowns,
        hazards,
        unread,
        outputs,
        record: next,
    }
}

/// What other stacks made under the name of this one, by full name.
fn renamed<'record>(
    record: &'record Inventory,
    stack: &StackName,
) -> BTreeMap<&'record str, &'record StackName> {
    let others = record.stacks.iter().filter(|(other, _)| *other != stack);
    let entries = others.flat_map(|(other, kept)| kept.entries.values().map(move |entry| (other, entry)));
    entries
        .filter(|(_, entry)| entry.stamps.contains(stack))
        .map(|(other, entry)| (entry.full_name.as_str(), other))
        .collect()
}

/// The resources of the spec that switch an API on: shared ones that bear the API's name.
fn switches(graph: &Graph) -> BTreeMap<String, usize> {
    let shared = graph.nodes.iter().enumerate().filter_map(|(at, node)| {
        let wanted = node.wanted.as_deref()?;
        (wanted.tenure() == Tenure::Shared).then(|| (wanted.id().name().to_owned(), at))
    });
    shared.collect()
}

impl<'plan> Planner<'plan> {
    pub(crate) fn entry(&self, id: &ResourceId) -> Option<&'plan Entry> {
        self.read.entry(&self.options.stack, id)
    }

    /// Other stacks that hold a shared thing.
    pub(crate) fn other_holders(&self, resource: &dyn Resource) -> Vec<String> {
        match resource.tenure() {
            Tenure::Own => Vec::new(),
            Tenure::Shared => self
                .read
                .shared
                .get(&resource.full_name())
                .into_iter()
                .flat_map(|key| &key.holders)
                .filter(|holder| **holder != self.options.stack)
                .map(ToString::to_string)
                .collect(),
        }
    }

    /// What an action comes to, of one and the same live object; nothing where it writes nothing.
    pub(crate) fn acts(&self, resource: &dyn Resource, action: Action, live: Option<&Live>) -> Acts {
        if !action.writes() {
            return Acts::default();
        }
        let commands = match self.options.commands {
            Commands::Built => resource.commands(&action, live),
            Commands::LeftOut => Vec::new(),
        };
        Acts {
            steps: resource.steps(&action, live),
            commands,
            consequences: resource.consequences(action, live),
        }
    }
}

/// What an action comes to.
#[derive(Default)]
pub(crate) struct Acts {
    /// Its calls.
    pub(crate) steps: Vec<Step>,
    /// The commands that stand beside them.
    pub(crate) commands: Vec<Command>,
    /// What it brings along.
    pub(crate) consequences: Vec<Consequence>,
}

/// An empty change of a resource.
pub(crate) fn change_of(resource: &dyn Resource, action: Action, reason: model::Reason) -> Change {
    Change {
        id: resource.id().clone(),
        full_name: resource.full_name(),
        place: resource.place().cloned(),
        action,
        reason,
        fields: Vec::new(),
        after: Vec::new(),
        steps: Vec::new(),
        commands: Vec::new(),
        applied: BTreeMap::new(),
    }
}
