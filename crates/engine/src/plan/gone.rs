//! Rows for what the spec does not ask for any more, or what a destroy takes away.

use model::{Action, Change, Goal, OnDestroy, Owner, Reason, Resource, StackRecord};

use super::decide::{Leave, Stays, Verdict, Wish, decide};
use super::sight::Sight;
use super::{Acts, Planner, Row, Side, change_of};

impl Planner<'_> {
    /// The row of a resource that is to go. `wanted` is what the spec says of it, if it still does.
    pub(crate) fn gone(
        &mut self,
        at: usize,
        resource: &dyn Resource,
        wanted: Option<&dyn Resource>,
    ) -> Option<Row> {
        let id = resource.id();
        let entry = self.entry(id);
        if let Some(entry) = entry.filter(|entry| entry.full_name != resource.full_name()) {
            self.refuse_moved(resource, entry);
            return None;
        }
        let apart = self.graph.nodes.get(at).and_then(|node| node.recalled_apart());
        let seen = if apart.is_some() { self.snapshot.recalled(id) } else { self.snapshot.get(id) };
        let live = match self.sight_of_gone(resource, seen, entry) {
            Sight::Live(live) => Some(live),
            Sight::Absent => None,
            Sight::Unknown(unknown) => {
                self.unknowns.push(unknown);
                return None;
            }
            Sight::Hidden => return None,
        };
        let holders = self.other_holders(resource);
        // The spec may have been edited since the record was written: its word on keeping is the newer one.
        let nothing = StackRecord::default();
        let record = self.read.stacks.get(&self.options.stack).unwrap_or(&nothing);
        let is_stampless = live.is_some_and(|live| live.owner == Owner::Unmarkable);
        let is_proven = !is_stampless || wanted.is_some() || resource.could_be_ours(record);
        let leave = match (wanted.unwrap_or(resource).on_destroy(), holders.is_empty()) {
            (OnDestroy::Keep, _) => Leave::ByRule,
            (OnDestroy::Delete, false) => Leave::Held,
            (OnDestroy::Delete, true) if !is_proven => Leave::RecordAlone,
            (OnDestroy::Delete, true) => Leave::Free,
        };
        let why = match self.options.goal {
            Goal::Present => Reason::RemovedFromSpec,
            Goal::Absent => Reason::Destroying,
        };
        let case = self.case(Wish::Gone, resource, live, entry, leave);
        let (action, reason) = match decide(case) {
            Verdict::Delete => (Action::Delete, why),
            Verdict::Detach => (Action::Detach, why),
            Verdict::Keep(Stays::ThereBefore) => (Action::Keep, Reason::ThereBefore),
            Verdict::Keep(Stays::Held) => (Action::Keep, Reason::SharedSwitch { holders }),
            Verdict::Keep(Stays::ByRule) => (Action::Keep, Reason::KeptByRule),
            Verdict::Keep(Stays::NotOurs) => (Action::Keep, Reason::NotOurs),
            Verdict::Keep(Stays::RecordAlone) => (Action::Keep, Reason::RecordAlone),
            Verdict::Forget => (Action::Forget, Reason::Gone),
            Verdict::Disown => (Action::Forget, Reason::NotOurs),
            Verdict::Refuse(ground) => {
                self.refuse(resource, live, ground);
                return None;
            }
            // The last four are about what is wanted: the table gives none of them here.
            Verdict::Nothing | Verdict::Create | Verdict::Compare | Verdict::Restamp | Verdict::Adopt => {
                return None;
            }
        };
        // What goes brings nothing along that would be left to show.
        let Acts { steps, commands, consequences: _ } = self.acts(resource, action, live);
        let change = Change { steps, commands, ..change_of(resource, action, reason) };
        if change.action == Action::Delete {
            self.guard_deletion(resource, wanted);
        }
        self.let_go(resource, &change, entry);
        Some(Row { change, side: Side::Removing })
    }
}
