//! What the items of every kind have in common. Knows no kind and no API.

use std::collections::{BTreeMap, BTreeSet};

use model::fields::rule_for;
use model::{
    Dependency, FieldPath, FieldRule, Fields, Json, KindName, Live, Place, ProjectId, Protection, ResourceId,
    StackName, Tie, Unset,
};

use crate::scope::Scope;
use crate::{Recalled, json};

/// From so many objects of a place on, a plan reads their list in place of each.
pub(crate) const LIST_FROM: usize = 8;

/// The part of a resource that does not depend on its kind.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The project it is in.
    pub(crate) project: ProjectId,
    /// The stack that asks for it.
    pub(crate) stack: StackName,
    /// Its identity.
    pub(crate) id: ResourceId,
    /// Where the spec asks for it.
    pub(crate) place: Option<Place>,
    /// What it needs first.
    pub(crate) depends: Vec<Dependency>,
    /// Wanted fields; none for what is recalled.
    pub(crate) desired: Fields,
    /// What our changes replaced in a thing that was taken over; known only for what is recalled.
    pub(crate) before: BTreeMap<FieldPath, Json>,
    /// Whether it may be taken over.
    pub(crate) adopt: bool,
}

impl Item {
    /// An item that a place of the spec asks for.
    pub(crate) fn wanted(
        scope: &Scope<'_>,
        kind: KindName,
        name: impl Into<String>,
        place: Option<Place>,
    ) -> Self {
        Self {
            project: scope.project().clone(),
            stack: scope.stack().clone(),
            id: ResourceId::new(kind, name),
            place,
            depends: Vec::new(),
            desired: Fields::new(),
            before: BTreeMap::new(),
            adopt: false,
        }
    }

    /// An item that only the record still knows, which also says what it was made after.
    pub(crate) fn recalled(recalled: &Recalled<'_>) -> Self {
        let mut item = Self {
            project: recalled.project.clone(),
            stack: recalled.stack.clone(),
            id: recalled.id.clone(),
            place: None,
            depends: Vec::new(),
            desired: Fields::new(),
            before: recalled.entry.before.clone(),
            adopt: false,
        };
        item.needs(Tie::After, recalled.entry.after.iter().cloned());
        item
    }

    /// Adds what it is made after; what is named twice counts once, with the tie it was named with first.
    pub(crate) fn needs(&mut self, tie: Tie, others: impl IntoIterator<Item = ResourceId>) {
        let mut known: BTreeSet<ResourceId> =
            self.depends.iter().map(|dependency| dependency.on.clone()).chain([self.id.clone()]).collect();
        for on in others {
            if known.insert(on.clone()) {
                self.depends.push(Dependency { on, tie });
            }
        }
    }
}

/// What an update has to write: every path that differs, with its new value; none takes the field out.
///
/// The same rules by which the plan compares decide, so a write changes what the plan shows and nothing else.
pub(crate) fn writes(desired: &Fields, live: &Live, rules: &[FieldRule]) -> Vec<(FieldPath, Option<Json>)> {
    let set = desired
        .iter()
        .filter(|(path, field)| live.fields.value(path) != Some(&field.value))
        .map(|(path, field)| (path.clone(), Some(field.value.clone())));
    let unset =
        live.fields.iter().filter(|(path, _)| desired.value(path).is_none()).filter_map(|(path, field)| {
            match rule_for(rules, path).map(|rule| rule.unset) {
                Some(Unset::Absent) => Some((path.clone(), None)),
                Some(Unset::Default(text)) => {
                    let default: Json = serde_json::from_str(text).ok()?;
                    (default != field.value).then(|| (path.clone(), Some(default)))
                }
                Some(Unset::Foreign) => live.taken_back.get(path).map(|after| (path.clone(), after.clone())),
                Some(Unset::Ignored) | None => None,
            }
        });
    // What goes, goes first: a probe's old kind before its new one.
    let (gone, kept): (Vec<_>, Vec<_>) = unset.partition(|(_, value)| value.is_none());
    gone.into_iter().chain(kept).chain(set).collect()
}

/// Whether a value is what the server takes where nothing is said.
pub(crate) fn is_default(rules: &[FieldRule], path: &str, value: &Json) -> bool {
    match rule_for(rules, path).map(|rule| rule.unset) {
        Some(Unset::Default(text)) => {
            serde_json::from_str::<Json>(text).is_ok_and(|default| default == *value)
        }
        Some(Unset::Absent | Unset::Foreign | Unset::Ignored) | None => false,
    }
}

/// How something that holds or serves is protected.
pub(crate) fn protection(protect: bool) -> Protection {
    if protect { Protection::Protected } else { Protection::Guarded }
}

/// What is remembered of something, with its protection, which holds when its line is gone, too.
pub(crate) fn remembered(mut remembered: Json, protection: Protection) -> Json {
    match protection {
        Protection::Protected => json::put(&mut remembered, &["protect"], true),
        Protection::Guarded | Protection::Free => {}
    }
    remembered
}

/// The methods of [`model::Resource`] that only hand out parts of the item.
macro_rules! item_methods {
    () => {
        fn id(&self) -> &model::ResourceId {
            &self.item.id
        }

        fn place(&self) -> Option<&model::Place> {
            self.item.place.as_ref()
        }

        fn depends_on(&self) -> Vec<model::Dependency> {
            self.item.depends.clone()
        }

        fn desired(&self) -> model::Fields {
            self.item.desired.clone()
        }

        fn may_adopt(&self) -> bool {
            self.item.adopt
        }
    };
}

pub(crate) use item_methods;
