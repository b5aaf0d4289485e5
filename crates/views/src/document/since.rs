//! What is different between two plans of one stack: the earlier one was reviewed, the later one is what is now.

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, FieldChange};

use super::{Access, Change, Plan};

/// One difference. `Was` and `Is` are the earlier and the later plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The plans are for another goal, stack or project: nothing else is compared.
    Subject {
        /// What the earlier plan was for.
        was: String,
        /// What the later plan is for.
        is: String,
    },
    /// The action on a resource; none where a plan does not speak of it.
    Action {
        /// Which resource.
        id: String,
        /// Its action in the earlier plan.
        was: Option<Action>,
        /// Its action in the later plan.
        is: Option<Action>,
    },
    /// What one field is to become, or begins from; none where a plan does not change it.
    Field {
        /// Of which resource.
        id: String,
        /// Which field.
        path: String,
        /// Its change in the earlier plan.
        was: Option<Box<FieldChange>>,
        /// Its change in the later plan.
        is: Option<Box<FieldChange>>,
    },
    /// A grant that only one of the plans gives or takes.
    Access {
        /// In which plan it is.
        side: Side,
        /// The grant.
        access: Access,
    },
    /// The same action and fields, but other calls: what they begin from is not what it was.
    Calls {
        /// Which resource.
        id: String,
    },
    /// Something that only one of the plans refuses or could not read.
    Blocked {
        /// In which plan it is.
        side: Side,
        /// Which resource.
        id: String,
    },
    /// No resource says what it is: the order, or what the record remembers.
    Inner,
}

/// Which of two plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Only the earlier one.
    Was,
    /// Only the later one.
    Is,
}

impl Plan {
    /// What is different from an earlier plan, in the later one's running order; empty if they do the same.
    pub fn since(&self, earlier: &Self) -> Vec<Difference> {
        if self.fingerprint == earlier.fingerprint {
            return Vec::new();
        }
        if self.subject() != earlier.subject() {
            return vec![Difference::Subject { was: earlier.subject(), is: self.subject() }];
        }
        let mut found = Vec::new();
        let known = earlier.by_id();
        for now in &self.changes {
            match known.get(&now.id) {
                Some(before) => compare(before, now, &mut found),
                None => alone(now, Side::Is, &mut found),
            }
        }
        let here = self.by_id();
        for gone in earlier.changes.iter().filter(|change| !here.contains_key(&change.id)) {
            alone(gone, Side::Was, &mut found);
        }
        let (was, is) = (earlier.blocked(), self.blocked());
        let only = |these: &[String], those: &[String], side| {
            let those: BTreeSet<&String> = those.iter().collect();
            let alone = these.iter().filter(|id| !those.contains(id));
            alone.map(|id| Difference::Blocked { side, id: id.clone() }).collect::<Vec<_>>()
        };
        found.extend(only(&is, &was, Side::Is));
        found.extend(only(&was, &is, Side::Was));
        if found.is_empty() {
            found.push(Difference::Inner);
        }
        found
    }

    fn subject(&self) -> String {
        let goal = match self.goal {
            model::Goal::Present => "stack",
            model::Goal::Absent => "destroying stack",
        };
        format!("{goal} {} in project {}", self.stack, self.project)
    }

    fn by_id(&self) -> BTreeMap<&model::ResourceId, &Change> {
        self.changes.iter().map(|change| (&change.id, change)).collect()
    }

    fn blocked(&self) -> Vec<String> {
        let refused = self.refusals.iter().map(|each| each.id.to_string());
        refused.chain(self.unknowns.iter().map(|each| each.id.to_string())).collect()
    }
}

/// A resource of which only one plan speaks. What stays as it is says nothing.
fn alone(change: &Change, side: Side, found: &mut Vec<Difference>) {
    let action = Some(change.action).filter(|action| *action != Action::NoOp);
    let (was, is) = match side {
        Side::Was => (action, None),
        Side::Is => (None, action),
    };
    // Of what is access alone, the grants below say it.
    if action.is_some() && !change.is_only_access {
        found.push(Difference::Action { id: change.id.to_string(), was, is });
    }
    found.extend(change.access.iter().map(|access| Difference::Access { side, access: access.clone() }));
}

fn compare(was: &Change, is: &Change, found: &mut Vec<Difference>) {
    let before = found.len();
    let id = is.id.to_string();
    if was.action != is.action {
        found.push(Difference::Action { id: id.clone(), was: Some(was.action), is: Some(is.action) });
    }
    // What is as it should be now was done, or has become so: its fields would say the same once more.
    if is.action == Action::NoOp {
        return;
    }
    let then_by_path = by_path(&was.fields);
    for now in &is.fields {
        let then = then_by_path.get(now.path.as_str()).copied();
        if then.is_none_or(|then| (&then.before, &then.after) != (&now.before, &now.after)) {
            found.push(field(&id, then, Some(now)));
        }
    }
    let now_by_path = by_path(&is.fields);
    let is_gone = |field: &&FieldChange| !now_by_path.contains_key(field.path.as_str());
    found.extend(was.fields.iter().filter(is_gone).map(|then| field(&id, Some(then), None)));
    for (these, those, side) in [(&is.access, &was.access, Side::Is), (&was.access, &is.access, Side::Was)] {
        let only = these.iter().filter(|access| !those.contains(access));
        found.extend(only.map(|access| Difference::Access { side, access: access.clone() }));
    }
    if found.len() == before && was.calls != is.calls {
        found.push(Difference::Calls { id });
    }
}

fn by_path(fields: &[FieldChange]) -> BTreeMap<&str, &FieldChange> {
    // Of two fields of one path the first counts.
    fields.iter().rev().map(|field| (field.path.as_str(), field)).collect()
}

fn field(id: &str, was: Option<&FieldChange>, is: Option<&FieldChange>) -> Difference {
    let path = is.or(was).map(|field| field.path.clone()).unwrap_or_default();
    let boxed = |field: Option<&FieldChange>| field.cloned().map(Box::new);
    Difference::Field { id: id.to_owned(), path, was: boxed(was), is: boxed(is) }
}
