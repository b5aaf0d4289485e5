//! Puts steps that are ready at the same moment into one call: edits of one policy, parts of one family.
//!
//! Of one policy only one edit is under way: its etag would refuse the second. Others wait and join into the next.

use indexmap::IndexMap;
use model::{Gathered, PolicyEdit, PolicyRef, Step};

/// One call, and the changes whose steps it carries out.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) members: Vec<usize>,
    pub(super) step: Step,
    /// The policy to set free when it has ended.
    policy: Option<usize>,
}

#[derive(Debug, Default)]
struct Queue {
    busy: bool,
    waiting: Vec<(usize, PolicyEdit)>,
}

/// Steps that are ready and not yet sent.
#[derive(Debug, Default)]
pub(super) struct Joins {
    alone: Vec<(usize, Step)>,
    families: IndexMap<(String, String), Vec<(usize, Gathered)>>,
    policies: IndexMap<PolicyRef, Queue>,
}

impl Joins {
    /// Takes a step that may go out; references in it are filled.
    pub(super) fn add(&mut self, member: usize, step: Step) {
        match step {
            Step::Gathered(gathered) => {
                let family = (gathered.family.clone(), gathered.parent.clone());
                self.families.entry(family).or_default().push((member, gathered));
            }
            Step::EditPolicy(edit) => {
                self.policies.entry(edit.policy.clone()).or_default().waiting.push((member, edit));
            }
            step @ (Step::Call { .. }
            | Step::Upload(_)
            | Step::Build { .. }
            | Step::EmptyBucket { .. }
            | Step::Check(_)) => self.alone.push((member, step)),
        }
    }

    /// The calls that may go out now.
    pub(super) fn take(&mut self) -> Vec<Act> {
        let mut acts: Vec<Act> = self
            .alone
            .drain(..)
            .map(|(member, step)| Act { members: vec![member], step, policy: None })
            .collect();
        for family in std::mem::take(&mut self.families).into_values() {
            let at_most = family.iter().map(|(_, part)| part.at_most).min().unwrap_or(1).max(1);
            acts.extend(family.chunks(at_most).filter_map(gathered));
        }
        for (at, (policy, queue)) in self.policies.iter_mut().enumerate() {
            if !queue.busy && !queue.waiting.is_empty() {
                queue.busy = true;
                acts.push(edited(at, policy, std::mem::take(&mut queue.waiting)));
            }
        }
        acts
    }

    /// A call has ended: its policy is free again.
    pub(super) fn ended(&mut self, act: &Act) {
        let queue = act.policy.and_then(|at| self.policies.get_index_mut(at));
        if let Some((_, queue)) = queue {
            queue.busy = false;
        }
    }

    /// Gives back what was not sent.
    pub(super) fn give_up(&mut self) -> Vec<usize> {
        let alone = self.alone.drain(..).map(|(member, _)| member);
        let families = std::mem::take(&mut self.families).into_values().flatten().map(|(member, _)| member);
        let waiting = self.policies.values_mut().flat_map(|queue| std::mem::take(&mut queue.waiting));
        alone.chain(families).chain(waiting.map(|(member, _)| member)).collect()
    }
}

fn gathered(parts: &[(usize, Gathered)]) -> Option<Act> {
    let (_, first) = parts.first()?;
    let members = parts.iter().map(|(member, _)| *member).collect();
    let step = if parts.len() == 1 {
        Step::Gathered(first.clone())
    } else {
        let mut keys: Vec<&str> = parts.iter().map(|(_, part)| part.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        Step::Call { request: (first.gather)(&first.parent, &keys), wait: first.wait }
    };
    Some(Act { members, step, policy: None })
}

fn edited(at: usize, policy: &PolicyRef, edits: Vec<(usize, PolicyEdit)>) -> Act {
    let mut joined = PolicyEdit { policy: policy.clone(), add: Vec::new(), remove: Vec::new() };
    let mut members = Vec::with_capacity(edits.len());
    for (member, edit) in edits {
        members.push(member);
        joined.add.extend(edit.add);
        joined.remove.extend(edit.remove);
    }
    Act { members, step: Step::EditPolicy(joined), policy: Some(at) }
}
