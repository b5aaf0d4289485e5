//! Rows for what the spec asks for. Carries the table out; `compare` looks at fields where the table says so.

use model::{
    Action, Cause, Change, Consequence, Effect, Entry, FieldChange, Fields, Owner, Reason, Resource, State,
    Step, Tie,
};

use super::decide::{Ground, Leave, Verdict, Wish, decide};
use super::sight::Sight;
use super::{Acts, Planner, Row, Side, change_of};
use crate::snapshot::Seen;

impl Planner<'_> {
    /// The row of a resource that the spec asks for. None: it cannot be known, or is refused.
    pub(crate) fn wanted(&mut self, at: usize, resource: &dyn Resource) -> Option<Row> {
        let entry = match self.entry(resource.id()) {
            Some(entry) if entry.full_name == resource.full_name() => Some(entry),
            Some(entry) => match self.snapshot.recalled(resource.id()) {
                Some(Seen::Absent) => None,
                Some(Seen::Live(_) | Seen::ApiDisabled(_) | Seen::Unreadable(_)) | None => {
                    self.refuse_moved(resource, entry);
                    return None;
                }
            },
            None => None,
        };
        let live = match self.sight_of_wanted(resource, self.snapshot.get(resource.id()), entry) {
            Sight::Live(live) => Some(live),
            Sight::Absent => None,
            Sight::Unknown(unknown) => {
                self.unknowns.push(unknown);
                return None;
            }
            Sight::Hidden => return None,
        };
        let desired = resource.desired();
        let lost_with = live.and(self.remade_parent(at));
        let case = self.case(Wish::Wanted, resource, live, entry, Leave::Free);
        let (mut change, consequences) = match (decide(case), live) {
            (Verdict::Refuse(ground), _) => {
                self.refuse(resource, live, ground);
                return None;
            }
            (Verdict::Create, _) | (_, None) => self.create(resource, &desired, entry),
            (Verdict::Compare | Verdict::Restamp | Verdict::Adopt, Some(_)) if lost_with.is_some() => {
                self.create_inside(resource, &desired, entry, lost_with.clone())
            }
            (Verdict::Compare, Some(live)) => match &live.owner {
                Owner::OtherStack(from) => {
                    let reason = Reason::StackRenamed { from: from.to_string() };
                    self.restamp(at, resource, &desired, live, entry, Some(reason))
                }
                Owner::ThisStack | Owner::Unmarked | Owner::Unmarkable | Owner::Remains => {
                    self.compare(at, resource, &desired, live, entry)
                }
            },
            (Verdict::Restamp, Some(live)) => self.restamp(at, resource, &desired, live, entry, None),
            (Verdict::Adopt, Some(live)) => self.adopt(resource, &desired, live)?,
            // Verdicts about what is not wanted: the table gives none of them here.
            (
                Verdict::Nothing
                | Verdict::Delete
                | Verdict::Detach
                | Verdict::Keep(_)
                | Verdict::Forget
                | Verdict::Disown,
                Some(_),
            ) => {
                self.refuse(resource, live, Ground::NoEntry);
                return None;
            }
        };
        self.guard_hazards(resource, &change);
        if let (Some(remade), true) = (self.remade.get_mut(at), lost_with.is_some()) {
            *remade = true;
        }
        if let (Some(live), Action::NoOp) = (live, change.action) {
            for (name, value) in &live.outputs {
                self.outputs.insert(resource.id(), name, value.clone());
            }
        }
        if !self.is_refused(resource) {
            self.intend(at, resource, &change, live, entry);
        }
        // Shown alone: nothing of it is asked for by the spec, given back or remembered.
        add_consequences(&mut change, consequences);
        Some(Row { change, side: Side::Making })
    }

    fn create(
        &self,
        resource: &dyn Resource,
        desired: &Fields,
        entry: Option<&Entry>,
    ) -> (Change, Vec<Consequence>) {
        let comparison = self.comparison(resource, desired, entry);
        let Acts { steps, commands, consequences } = self.acts(resource, Action::Create, None);
        // Content is named by its digest: new inputs make a new name, which is not there yet.
        let is_content = steps.iter().any(|step| matches!(step, Step::Upload(_) | Step::Build { .. }));
        let inputs = match entry {
            Some(entry) if is_content && !entry.applied.is_empty() => comparison.inputs_changed(),
            Some(_) | None => Vec::new(),
        };
        let (reason, fields) = if inputs.is_empty() {
            // It was there when this stack last looked: somebody took it away.
            let is_gone = entry.is_some_and(|entry| entry.state == State::Present);
            (if is_gone { Reason::Drifted(None) } else { Reason::NotFound }, comparison.all_new())
        } else {
            (Reason::InputsChanged, inputs)
        };
        let applied = comparison.applied();
        let change =
            Change { fields, steps, commands, applied, ..change_of(resource, Action::Create, reason) };
        (change, consequences)
    }

    /// It is there, and goes with the parent that is replaced.
    fn create_inside(
        &self,
        resource: &dyn Resource,
        desired: &Fields,
        entry: Option<&Entry>,
        parent: Option<model::ResourceId>,
    ) -> (Change, Vec<Consequence>) {
        let (mut change, consequences) = self.create(resource, desired, entry);
        if let Some(parent) = parent {
            change.reason = Reason::ParentReplaced { parent };
        }
        (change, consequences)
    }

    /// The parent whose replacement takes this resource with it.
    fn remade_parent(&self, at: usize) -> Option<model::ResourceId> {
        let node = self.graph.nodes.get(at)?;
        let inside = node.needs.iter().filter(|link| link.tie == Tie::Inside);
        let mut lost = inside.filter(|link| self.remade.get(link.to).copied().unwrap_or(false));
        lost.find_map(|link| self.graph.id_at(link.to)).cloned()
    }
}

/// Adds the rows of what an action brings along, and completes those of fields that differ anyway.
fn add_consequences(change: &mut Change, consequences: Vec<Consequence>) {
    for Consequence { path, before, after } in consequences {
        if let Some(field) = change.fields.iter_mut().find(|field| field.path == path) {
            (field.before, field.after) = (before, Some(after));
            continue;
        }
        let cause = match change.action {
            Action::Create => Cause::New,
            Action::NoOp
            | Action::Adopt
            | Action::Update
            | Action::Replace
            | Action::Repair
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => Cause::Consequence,
        };
        change.fields.push(FieldChange {
            path,
            before,
            after: Some(after),
            cause,
            place: change.place.clone(),
            effect: Effect::InPlace,
        });
    }
    change.fields.sort_by(|one, other| one.path.cmp(&other.path));
}
