//! Which fields differ, and why each one does. Pure; compares what kinds put into normal form, knows no kind.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::fields::rule_for;
use model::outputs::is_reference;
use model::{
    Cause, Effect, Entry, FieldChange, FieldPath, FieldRule, Fields, Json, Live, Outputs, Place, ResourceId,
    Unset,
};

use crate::applied::applied_form;

/// What a live object is compared with.
pub(crate) struct Wanted<'plan> {
    pub(crate) fields: &'plan Fields,
    pub(crate) rules: &'static [FieldRule],
    /// The line of the item, for fields without a line of their own.
    pub(crate) place: Option<&'plan Place>,
    /// What the spec asked for at the last apply.
    pub(crate) entry: Option<&'plan Entry>,
    /// Outputs of resources that do not change in this plan.
    pub(crate) outputs: &'plan Outputs,
}

/// A wanted value with the references filled that are known, or the resource that one of them waits for.
enum Value<'plan> {
    Known(Cow<'plan, Json>),
    Follows(ResourceId),
}

impl Wanted<'_> {
    /// Every field change of a new object.
    pub(crate) fn all_new(&self) -> Vec<FieldChange> {
        self.fields
            .iter()
            .map(|(path, field)| FieldChange {
                after: Some(self.shown(&field.value)),
                ..self.change(path, None, field.place.as_ref(), Cause::New)
            })
            .collect()
    }

    /// Every field in which the inputs differ from those of the last apply, for content that is made anew.
    pub(crate) fn inputs_changed(&self) -> Vec<FieldChange> {
        let Some(entry) = self.entry else { return Vec::new() };
        let present = self.fields.iter().filter_map(|(path, field)| {
            let before = entry.applied.get(path);
            let after = self.shown(&field.value);
            (before != Some(&applied_form(&after))).then(|| FieldChange {
                after: Some(after),
                ..self.change(path, before.cloned(), field.place.as_ref(), Cause::InputChanged)
            })
        });
        let gone = entry
            .applied
            .iter()
            .filter(|(path, _)| self.fields.value(path).is_none())
            .map(|(path, before)| self.change(path, Some(before.clone()), None, Cause::InputChanged));
        let mut changes: Vec<FieldChange> = present.chain(gone).collect();
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes
    }

    /// Every field in which a live object differs, with the cause: edit, drift, or another resource's change.
    pub(crate) fn differences(&self, live: &Live) -> Vec<FieldChange> {
        let asked = self.fields.iter().filter_map(|(path, field)| {
            let before = live.fields.value(path);
            match self.value(&field.value) {
                Value::Follows(from) => Some(FieldChange {
                    after: Some(field.value.clone()),
                    ..self.change(path, before.cloned(), field.place.as_ref(), Cause::Follows { from })
                }),
                Value::Known(wanted) => (!self.equal(path, &wanted, before)).then(|| FieldChange {
                    after: Some(wanted.clone().into_owned()),
                    ..self.change(
                        path,
                        before.cloned(),
                        field.place.as_ref(),
                        self.cause(path, &wanted, live),
                    )
                }),
            }
        });
        let unasked = live
            .fields
            .iter()
            .filter(|(path, _)| self.fields.value(path).is_none())
            .filter_map(|(path, field)| self.unasked(path, &field.value, live));
        let mut changes: Vec<FieldChange> = asked.chain(unasked).collect();
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes
    }

    /// The wanted fields as the record is to remember them.
    pub(crate) fn applied(&self) -> BTreeMap<FieldPath, Json> {
        let form = |value: &Json| match self.value(value) {
            Value::Known(known) => applied_form(&known),
            Value::Follows(_) => value.clone(),
        };
        self.fields.iter().map(|(path, field)| (path.clone(), form(&field.value))).collect()
    }

    fn unasked(&self, path: &str, found: &Json, live: &Live) -> Option<FieldChange> {
        let after = match rule_for(self.rules, path).map_or(Unset::Ignored, |rule| rule.unset) {
            Unset::Ignored => return None,
            Unset::Default(text) => Some(default_value(text)).filter(|default| default != found).map(Some)?,
            Unset::Absent => None,
            Unset::Foreign => {
                self.set_here(path, found)?.before.get(path).filter(|before| !before.is_null()).cloned()
            }
        };
        let cause = match self.entry {
            Some(entry) if entry.applied.contains_key(path) => Cause::RemovedFromSpec,
            Some(_) => Cause::Drifted(live.touched.clone()),
            None => Cause::SpecEdited,
        };
        Some(FieldChange { after, ..self.change(path, Some(found.clone()), None, cause) })
    }

    /// The entry of a value that this stack set. None: it is somebody else's by now, or always was.
    fn set_here(&self, path: &str, found: &Json) -> Option<&Entry> {
        let entry = self.entry?;
        let set = entry.applied.get(path) == Some(&applied_form(found));
        (set && entry.before.get(path) != Some(found)).then_some(entry)
    }

    /// The live object with what changes of it and what is taken back from it, for the steps.
    pub(crate) fn marked<'live>(&self, live: &'live Live, changes: &[FieldChange]) -> Cow<'live, Live> {
        let is_foreign =
            |path: &str| rule_for(self.rules, path).is_some_and(|rule| rule.unset == Unset::Foreign);
        let taken_back: BTreeMap<FieldPath, Option<Json>> = changes
            .iter()
            .filter(|change| change.cause == Cause::RemovedFromSpec && is_foreign(&change.path))
            .map(|change| (change.path.clone(), change.after.clone()))
            .collect();
        if changes.is_empty() {
            return Cow::Borrowed(live);
        }
        let paths = changes.iter().map(|change| change.path.clone());
        Cow::Owned(Live { taken_back, changed: paths.collect(), ..live.clone() })
    }

    /// A field that the spec asks for and that is not so: the record tells an edit from drift.
    fn cause(&self, path: &str, wanted: &Json, live: &Live) -> Cause {
        match self.entry.and_then(|entry| entry.applied.get(path)) {
            Some(applied) if *applied == applied_form(wanted) => Cause::Drifted(live.touched.clone()),
            Some(_) | None => Cause::SpecEdited,
        }
    }

    fn equal(&self, path: &str, wanted: &Json, found: Option<&Json>) -> bool {
        match found {
            Some(found) => found == wanted,
            // Where the answer is silent, the server's known default holds.
            None => rule_for(self.rules, path).is_some_and(|rule| match rule.unset {
                Unset::Default(text) => default_value(text) == *wanted,
                Unset::Ignored | Unset::Absent | Unset::Foreign => false,
            }),
        }
    }

    fn value<'a>(&self, value: &'a Json) -> Value<'a> {
        if !refers(value) {
            return Value::Known(Cow::Borrowed(value));
        }
        match self.outputs.fill_json(value) {
            Ok(filled) => Value::Known(Cow::Owned(filled)),
            Err(unknown) => {
                let id = unknown.split_once('#').map_or(unknown.as_str(), |(id, _)| id);
                match ResourceId::parse(id) {
                    Ok(from) => Value::Follows(from),
                    Err(_) => Value::Known(Cow::Borrowed(value)),
                }
            }
        }
    }

    fn shown(&self, value: &Json) -> Json {
        match self.value(value) {
            Value::Known(known) => known.into_owned(),
            Value::Follows(_) => value.clone(),
        }
    }

    fn change(&self, path: &str, before: Option<Json>, place: Option<&Place>, cause: Cause) -> FieldChange {
        FieldChange {
            path: path.to_owned(),
            before,
            after: None,
            cause,
            place: place.or(self.place).cloned(),
            effect: rule_for(self.rules, path).map_or(Effect::InPlace, |rule| rule.effect),
        }
    }
}

/// Whether any string of a value holds a reference.
fn refers(value: &Json) -> bool {
    match value {
        Json::String(text) => is_reference(text),
        Json::Array(items) => items.iter().any(refers),
        Json::Object(map) => map.values().any(refers),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A default as its rule writes it; text that is no JSON stands for itself.
fn default_value(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use model::{Owner, reference};
    use serde_json::json;

    use super::*;

    const RULES: &[FieldRule] = &[
        FieldRule { path: "labels.*", unset: Unset::Foreign, effect: Effect::InPlace, about: "" },
        FieldRule { path: "size", unset: Unset::Default("1"), effect: Effect::InPlace, about: "" },
    ];

    fn entry(applied: &Json, before: &Json) -> Entry {
        let entry = json!({
            "fullName": "//a", "state": "present", "origin": "adopted", "prior": "present", "applied": applied,
            "before": before,
        });
        serde_json::from_value(entry).unwrap()
    }

    fn fields(values: &Json) -> Fields {
        let mut fields = Fields::new();
        for (path, value) in values.as_object().unwrap() {
            fields.set(path.clone(), value.clone(), None);
        }
        fields
    }

    /// The differences between what the spec asks for and what is there, and what of it is taken back.
    fn compared(wanted: &Json, found: &Json, entry: Option<&Entry>) -> (Json, Json) {
        let (fields, outputs) = (self::fields(wanted), Outputs::default());
        let wanted = Wanted { fields: &fields, rules: RULES, place: None, entry, outputs: &outputs };
        let live = Live::new(self::fields(found), Owner::ThisStack, &Json::Null);
        let changes = wanted.differences(&live);
        let marked = wanted.marked(&live, &changes);
        assert!(changes.iter().all(|change| marked.changed.contains(&change.path)));
        let after = changes.iter().map(|change| (change.path.clone(), change.after.clone()));
        let after: BTreeMap<FieldPath, Option<Json>> = after.collect();
        (serde_json::to_value(after).unwrap(), serde_json::to_value(&marked.taken_back).unwrap())
    }

    #[test]
    fn a_value_that_others_may_set_is_taken_back_only_if_this_stack_set_it_and_nobody_since() {
        let set = json!({"labels.a": "ours"});
        let cases = [
            // Set here where nothing was, and where something was.
            (entry(&set, &json!({"labels.a": null})), "ours", json!({"labels.a": null})),
            (entry(&set, &json!({"labels.a": "before"})), "ours", json!({"labels.a": "before"})),
            // Somebody set it since, it was so before, or this stack never set it.
            (entry(&set, &json!({})), "theirs", json!({})),
            (entry(&set, &json!({"labels.a": "ours"})), "ours", json!({})),
            (entry(&json!({}), &json!({})), "theirs", json!({})),
        ];
        for (entry, found, expected) in cases {
            let found = json!({"labels.a": found});
            assert_eq!(compared(&json!({}), &found, Some(&entry)), (expected.clone(), expected), "{entry:?}");
        }
        assert_eq!(compared(&json!({}), &json!({"labels.a": "theirs"}), None), (json!({}), json!({})));
    }

    #[test]
    fn only_what_is_foreign_and_goes_from_the_spec_is_taken_back() {
        let known = entry(&json!({"labels.a": "ours", "size": 4}), &json!({}));
        let found = json!({"labels.a": "ours", "size": 4});
        let goes = json!({"labels.a": null, "size": 1});
        assert_eq!(compared(&json!({}), &found, Some(&known)), (goes, json!({"labels.a": null})));
        let other = json!({"labels.a": "other", "size": 4});
        assert_eq!(compared(&other, &found, Some(&known)), (json!({"labels.a": "other"}), json!({})));
    }

    #[test]
    fn every_field_of_what_is_new_is_shown_and_what_waits_for_another_is_shown_as_it_stands() {
        let follows = json!(reference(&ResourceId::parse("image/a").unwrap(), "digest"));
        let wanted = json!({"image": follows, "size": 1});
        let (fields, outputs) = (fields(&wanted), Outputs::default());
        let comparison =
            Wanted { fields: &fields, rules: RULES, place: None, entry: None, outputs: &outputs };
        let new: Vec<_> =
            comparison.all_new().into_iter().map(|new| (new.path, new.before, new.after)).collect();
        assert_eq!(
            new,
            [("image".to_owned(), None, Some(follows.clone())), ("size".to_owned(), None, Some(json!(1)))]
        );
        let (after, _) = compared(&wanted, &json!({"image": "old", "size": 1}), None);
        assert_eq!(after, json!({"image": follows}));
    }
}
