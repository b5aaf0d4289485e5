//! The whole project as its emulator keeps it, less what `docs/residue.md` says may stay, to be compared with the project
//! at another time.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use emulator::Emulator;
use serde_json::Value;

use crate::harm::Harm;
use crate::lab::{PROJECT, Verdict};

/// The project's number: Google's own accounts carry it. They come and stay with an API.
const NUMBER: &str = "123456789012";

/// APIs that the stacks' specs list without `onDestroy: restore`, and so keep.
const KEPT_APIS: [&str; 1] = ["cloudbuild.googleapis.com"];

/// The record's bucket: how many versions it holds depends on when it was written.
const RECORD: &str = "bucket gemmactl-demo-project";
/// The buckets that sources are uploaded to.
const SOURCES: &str = "bucket gemmactl-src-";

/// What differs between two things that are the same: identities, times and counts of changes.
const OF_THE_MOMENT: [&str; 24] = [
    "created",
    "createTime",
    "updated",
    "updateTime",
    "deleted",
    "deleteTime",
    "effectiveTime",
    "lockedTime",
    "etag",
    "generation",
    "metageneration",
    "observedGeneration",
    "uid",
    "uniqueId",
    "healthSince",
    "lastOperation",
    "latestCreated",
    "latestReady",
    "revisions",
    "revisionsMade",
    "rollouts",
    "creator",
    "lastModifier",
    "md5",
];

/// Which of the sources that a stack uploads must be there after its apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sources {
    /// All that a clean apply leaves.
    All,
    /// Some of those, or none: a destroy of the same stack that ran against the apply may have taken them away after the image was
    /// built, which is when they are needed no more.
    Some,
}

/// What is in a project.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    /// Role, member, condition.
    grants: BTreeSet<(String, String, String)>,
    audit: Value,
    apis: BTreeSet<String>,
    /// Accounts, buckets, repositories and services by kind and name, each as it is.
    things: BTreeMap<String, Value>,
    builds: usize,
}

impl Picture {
    /// Takes the picture.
    pub(crate) fn of(emulator: &Emulator) -> Verdict<Self> {
        let state = emulator.state().map_err(|error| error.to_string())?;
        let project = at(&state, &["projects", PROJECT]);
        let mut things = BTreeMap::new();
        for (kind, place) in [
            ("account", ["iam", "accounts"]),
            ("bucket", ["storage", "buckets"]),
            ("repository", ["artifactRegistry", "repositories"]),
            ("service", ["run", "services"]),
        ] {
            for (name, thing) in at(project, &place).as_object().into_iter().flatten() {
                let name = format!("{kind} {name}");
                if kind == "account" && name.contains(NUMBER) {
                    continue;
                }
                let mut thing = thing.clone();
                if name == RECORD
                    && let Some(bucket) = thing.as_object_mut()
                {
                    bucket.remove("objects");
                    bucket.remove("soft_deleted");
                }
                things.insert(name, thing);
            }
        }
        let enabled = at(project, &["serviceUsage", "enabled"]).as_array().into_iter().flatten();
        Ok(Self {
            grants: grants(at(project, &["policy", "bindings"])),
            audit: at(project, &["policy", "auditConfigs"]).clone(),
            apis: enabled.filter_map(Value::as_str).map(str::to_owned).collect(),
            things,
            builds: at(project, &["cloudBuild", "builds"]).as_object().map_or(0, serde_json::Map::len),
        })
    }

    /// Whether a member holds a role without a condition.
    pub(crate) fn grants_to(&self, role: &str, member: &str) -> bool {
        self.grants.contains(&(role.to_owned(), member.to_owned(), "null".to_owned()))
    }

    /// Everything of an earlier picture must still be there, as it was.
    pub(crate) fn still_has_all_of(&self, before: &Self) -> Result<(), Harm> {
        let lost: Vec<_> = before.grants.difference(&self.grants).collect();
        if !lost.is_empty() {
            return Err(Harm::removed(format!("grants were lost: {lost:?}")));
        }
        if self.audit != before.audit {
            return Err(Harm::removed(format!("audit settings were changed: {}", self.audit)));
        }
        let off: Vec<_> = before.apis.difference(&self.apis).collect();
        if !off.is_empty() {
            return Err(Harm::removed(format!("APIs were switched off: {off:?}")));
        }
        for (name, thing) in &before.things {
            match self.things.get(name) {
                None => return Err(Harm::removed(format!("{name} was lost"))),
                Some(now) if lasting(now) != lasting(thing) => {
                    return Err(Harm::removed(format!("{name} was changed from {thing} to {now}")));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The project must be as it was, less the published residue.
    pub(crate) fn is_restored_to(&self, before: &Self) -> Result<(), Harm> {
        self.still_has_all_of(before)?;
        let left: Vec<_> = self.grants.difference(&before.grants).collect();
        if !left.is_empty() {
            return Err(Harm::left_behind(format!("grants were left: {left:?}")));
        }
        let left: Vec<_> = self.things.keys().filter(|name| !before.things.contains_key(*name)).collect();
        if !left.is_empty() {
            return Err(Harm::left_behind(format!("things were left: {left:?}")));
        }
        let left: Vec<_> =
            self.apis.difference(&before.apis).filter(|api| !KEPT_APIS.contains(&api.as_str())).collect();
        if !left.is_empty() {
            return Err(Harm::left_behind(format!("APIs were left on: {left:?}")));
        }
        Ok(())
    }

    /// The same grants, APIs and things, each once, whatever they were made by and when.
    pub(crate) fn same_things_as(&self, other: &Self, sources: Sources) -> Result<(), Harm> {
        let now = match sources {
            Sources::All => Cow::Borrowed(self),
            Sources::Some => Cow::Owned(self.with_sources_of(other)),
        };
        now.still_has_all_of(other)?;
        other
            .still_has_all_of(&now)
            .map_err(|more| Harm::left_behind(format!("there is more than there should be: {}", more.said)))
    }

    /// The same, with the uploaded sources that another picture shows and this one lacks.
    fn with_sources_of(&self, other: &Self) -> Self {
        let mut now = self.clone();
        for (name, bucket) in now.things.iter_mut().filter(|(name, _)| name.starts_with(SOURCES)) {
            let wanted = other.things.get(name).map(|thing| at(thing, &["objects"]));
            let held = bucket.get_mut("objects").and_then(Value::as_object_mut);
            if let (Some(held), Some(wanted)) = (held, wanted.and_then(Value::as_object)) {
                for (source, object) in wanted {
                    held.entry(source.as_str()).or_insert_with(|| object.clone());
                }
            }
        }
        now
    }

    /// At most so many builds.
    pub(crate) fn has_builds_up_to(&self, most: usize) -> Verdict {
        if self.builds <= most {
            Ok(())
        } else {
            Err(format!("{} builds instead of up to {most}", self.builds))
        }
    }
}

/// A thing without what is of the moment.
fn lasting(thing: &Value) -> Value {
    match thing {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !OF_THE_MOMENT.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), lasting(value)))
            .collect(),
        Value::Array(items) => items.iter().map(lasting).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => thing.clone(),
    }
}

fn at<'json>(value: &'json Value, path: &[&str]) -> &'json Value {
    path.iter().fold(value, |value, name| value.get(name).unwrap_or(&Value::Null))
}

/// The grants of a policy one by one, without those of Google's own accounts.
fn grants(bindings: &Value) -> BTreeSet<(String, String, String)> {
    let mut grants = BTreeSet::new();
    for binding in bindings.as_array().into_iter().flatten() {
        for member in at(binding, &["members"]).as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !member.contains(NUMBER) {
                let role = at(binding, &["role"]).as_str().unwrap_or_default().to_owned();
                grants.insert((role, member.to_owned(), at(binding, &["condition"]).to_string()));
            }
        }
    }
    grants
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn picture(sources: &[&str]) -> Picture {
        let objects: serde_json::Map<_, _> =
            sources.iter().map(|name| ((*name).to_owned(), json!({"size": 1}))).collect();
        let bucket = json!({"location": "EU", "objects": objects});
        Picture {
            grants: BTreeSet::new(),
            audit: Value::Null,
            apis: BTreeSet::new(),
            things: [(format!("{SOURCES}one"), bucket)].into(),
            builds: 1,
        }
    }

    fn with_grant(member: &str) -> Picture {
        let grant = ("roles/a".to_owned(), member.to_owned(), "null".to_owned());
        Picture { grants: [grant].into(), ..picture(&[]) }
    }

    #[test]
    fn a_source_more_is_harm_and_one_less_is_where_it_must_be_there() {
        let clean = picture(&["a"]);
        for sources in [Sources::All, Sources::Some] {
            assert_eq!(clean.same_things_as(&clean, sources), Ok(()));
            assert!(picture(&["a", "b"]).same_things_as(&clean, sources).is_err());
            assert!(picture(&["b"]).same_things_as(&clean, sources).is_err());
        }
        assert!(picture(&[]).same_things_as(&clean, Sources::All).is_err());
        assert_eq!(picture(&[]).same_things_as(&clean, Sources::Some), Ok(()));
    }

    #[test]
    fn what_is_left_of_a_deleted_account_is_more_than_there_should_be() {
        let left = with_grant("deleted:serviceAccount:x@p.example?uid=1");
        assert!(left.same_things_as(&picture(&[]), Sources::All).is_err());
        assert!(left.is_restored_to(&picture(&[])).is_err());
    }
}
