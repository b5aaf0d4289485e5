//! What may begin, and what a failure holds back. Pure; knows changes by their number.

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, Plan, ResourceId};

/// Whether a row is anything to carry out or to tell of.
pub(super) fn is_work(action: Action) -> bool {
    match action {
        Action::NoOp | Action::Keep => false,
        Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Replace
        | Action::Repair
        | Action::Delete
        | Action::Detach
        | Action::Forget => true,
    }
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Begun,
    Ended,
}

/// The changes of a plan, by their number in it.
#[derive(Debug)]
pub(super) struct Schedule {
    open: Vec<usize>,
    held: Vec<Vec<usize>>,
    state: Vec<State>,
    ready: BTreeSet<usize>,
}

impl Schedule {
    pub(super) fn new(plan: &Plan) -> Self {
        let number: BTreeMap<&ResourceId, usize> =
            plan.changes.iter().enumerate().map(|(at, change)| (&change.id, at)).collect();
        let mut open = Vec::with_capacity(plan.changes.len());
        let mut held = vec![Vec::new(); plan.changes.len()];
        for (at, change) in plan.changes.iter().enumerate() {
            let after: BTreeSet<usize> =
                change.after.iter().filter_map(|id| number.get(id).copied()).collect();
            open.push(after.len());
            for before in after {
                if let Some(held) = held.get_mut(before) {
                    held.push(at);
                }
            }
        }
        let ready = open.iter().enumerate().filter(|(_, open)| **open == 0).map(|(at, _)| at).collect();
        Self { open, held, state: vec![State::Waiting; plan.changes.len()], ready }
    }

    /// The next change that waits for nothing; it counts as begun.
    pub(super) fn begin(&mut self) -> Option<usize> {
        let at = self.ready.pop_first()?;
        self.set(at, State::Begun);
        Some(at)
    }

    /// A change is done: what waited only for it becomes ready.
    pub(super) fn done(&mut self, at: usize) {
        self.set(at, State::Ended);
        for next in self.held.get(at).cloned().unwrap_or_default() {
            if let Some(open) = self.open.get_mut(next) {
                *open -= 1;
                if *open == 0 && self.state.get(next) == Some(&State::Waiting) {
                    self.ready.insert(next);
                }
            }
        }
    }

    /// A change failed: everything that waits for it, near or far, is given up. In running order.
    pub(super) fn failed(&mut self, at: usize) -> Vec<usize> {
        self.set(at, State::Ended);
        let mut given_up = BTreeSet::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for next in self.held.get(at).cloned().unwrap_or_default() {
                if self.state.get(next) == Some(&State::Waiting) {
                    self.set(next, State::Ended);
                    self.ready.remove(&next);
                    given_up.insert(next);
                    open.push(next);
                }
            }
        }
        given_up.into_iter().collect()
    }

    /// A begun change that has sent no call goes back to those that were never begun.
    pub(super) fn not_begun(&mut self, at: usize) {
        self.set(at, State::Waiting);
    }

    /// What was never begun, in running order.
    pub(super) fn waiting(&self) -> Vec<usize> {
        let waiting = self.state.iter().enumerate().filter(|(_, state)| **state == State::Waiting);
        waiting.map(|(at, _)| at).collect()
    }

    fn set(&mut self, at: usize, state: State) {
        if let Some(slot) = self.state.get_mut(at) {
            *slot = state;
        }
    }
}
