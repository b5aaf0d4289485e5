//! Changes to what is there: nothing, an update, a replacement, a repair, a stamp put back, an adoption.

use model::{
    Action, Cause, Change, Consequence, Effect, Entry, FieldChange, Fields, Health, Json, Live, Origin,
    Owner, Reason, Resource,
};

use super::diff::Wanted;
use super::{Acts, Planner, ReplacePolicy, causes, change_of};

impl Planner<'_> {
    pub(super) fn comparison<'a>(
        &'a self,
        resource: &'a dyn Resource,
        desired: &'a Fields,
        entry: Option<&'a Entry>,
    ) -> Wanted<'a> {
        Wanted {
            fields: desired,
            rules: resource.rules(),
            place: resource.place(),
            entry,
            outputs: &self.outputs,
        }
    }

    /// The change of what is there, and what it brings along.
    pub(super) fn compare(
        &mut self,
        at: usize,
        resource: &dyn Resource,
        desired: &Fields,
        live: &Live,
        entry: Option<&Entry>,
    ) -> (Change, Vec<Consequence>) {
        let comparison = self.comparison(resource, desired, entry);
        let fields = comparison.differences(live);
        let applied = comparison.applied();
        let marked = comparison.marked(live, &fields);
        let (action, reason) = match (causes::reason(&fields), &live.health) {
            (None, Health::Unready(message)) => {
                (Action::Repair, Reason::Unhealthy { message: message.clone() })
            }
            (None, Health::Ready | Health::Changing) => (Action::NoOp, Reason::InSync),
            (Some(reason), Health::Ready | Health::Changing | Health::Unready(_)) => match effect(&fields) {
                Effect::InPlace => (Action::Update, reason),
                Effect::Replace => (Action::Replace, reason),
            },
        };
        if action == Action::Replace {
            self.guard_replace(at, resource, &fields, entry);
        }
        let Acts { steps, commands, consequences } = self.acts(resource, action, Some(&marked));
        let change = Change { fields, steps, commands, applied, ..change_of(resource, action, reason) };
        (change, consequences)
    }

    /// Ours, but somebody took the stamp off, or it bears an earlier name of the stack: the calls of an adoption put it
    /// there. `renamed`: the reason in the second case.
    pub(super) fn restamp(
        &mut self,
        at: usize,
        resource: &dyn Resource,
        desired: &Fields,
        live: &Live,
        entry: Option<&Entry>,
        renamed: Option<Reason>,
    ) -> (Change, Vec<Consequence>) {
        let comparison = self.comparison(resource, desired, entry);
        let mut fields = comparison.differences(live);
        let applied = comparison.applied();
        let marked = comparison.marked(live, &fields);
        fields.push(FieldChange {
            path: "stamp".to_owned(),
            before: match &live.owner {
                Owner::OtherStack(from) => Some(Json::String(from.to_string())),
                Owner::ThisStack | Owner::Unmarked | Owner::Unmarkable | Owner::Remains => None,
            },
            after: Some(Json::String(self.options.stack.to_string())),
            cause: if renamed.is_some() { Cause::SpecEdited } else { Cause::Drifted(live.touched.clone()) },
            place: resource.place().cloned(),
            effect: Effect::InPlace,
        });
        let reason = renamed
            .or_else(|| causes::reason(&fields))
            .unwrap_or_else(|| Reason::Drifted(live.touched.clone()));
        let (action, acts) = match effect(&fields) {
            Effect::InPlace => (Action::Update, self.acts(resource, Action::Adopt, Some(&marked))),
            Effect::Replace => {
                self.guard_replace(at, resource, &fields, entry);
                (Action::Replace, self.acts(resource, Action::Replace, Some(&marked)))
            }
        };
        let Acts { steps, commands, consequences } = acts;
        let change = Change { fields, steps, commands, applied, ..change_of(resource, action, reason) };
        (change, consequences)
    }

    pub(super) fn adopt(
        &mut self,
        resource: &dyn Resource,
        desired: &Fields,
        live: &Live,
    ) -> Option<(Change, Vec<Consequence>)> {
        let comparison = self.comparison(resource, desired, None);
        let fields = comparison.differences(live);
        let applied = comparison.applied();
        if effect(&fields) == Effect::Replace {
            self.refuse_adopting_other(resource, &fields);
            return None;
        }
        let marked = comparison.marked(live, &fields);
        let Acts { steps, commands, consequences } = self.acts(resource, Action::Adopt, Some(&marked));
        let change = change_of(resource, Action::Adopt, Reason::FoundUnmarked);
        Some((Change { fields, steps, commands, applied, ..change }, consequences))
    }

    /// A replacement deletes: it needs the record as a witness, a thing that was not there before, and leave.
    fn guard_replace(
        &mut self,
        at: usize,
        resource: &dyn Resource,
        fields: &[FieldChange],
        entry: Option<&Entry>,
    ) {
        let made_here = entry.is_some_and(|entry| {
            entry.origin == Origin::Created && self.prior(resource, Some(entry)) == model::Prior::Absent
        });
        match (made_here, self.options.replace) {
            (true, ReplacePolicy::Allow) => self.guard_remaking(resource),
            (true, ReplacePolicy::Refuse) => self.refuse_replace(at, resource, fields),
            (false, ReplacePolicy::Allow | ReplacePolicy::Refuse) => {
                self.refuse_replacing_other(resource, fields);
            }
        }
    }
}

/// What the changes cost together.
fn effect(fields: &[FieldChange]) -> Effect {
    if fields.iter().any(|field| field.effect == Effect::Replace) { Effect::Replace } else { Effect::InPlace }
}
