//! Says in the words of a spec what a request of the API says. Written against the API's documents and the spec's
//! reference, apart from the code that does the same the other way round.

pub(crate) mod service;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use spec::types;

use crate::recording::PROJECT;
use crate::thing::{Sort, Thing};

/// The stack of every spec here.
pub(crate) const STACK: &str = "replay";

/// What a spec says, and what it has no word for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// The sections.
    pub(crate) document: Map<String, Value>,
    /// Paths of the request that the spec has no word for.
    pub(crate) unsaid: BTreeSet<String>,
}

/// Fields that only the server writes, or that say nothing that lasts: `etag`, who sent it, what it is called.
const SILENT: &[&str] = &[
    "@type",
    "acl",
    "client",
    "clientVersion",
    "createTime",
    "creator",
    "conditions",
    "defaultObjectAcl",
    "deleteTime",
    "email",
    "etag",
    "expireTime",
    "generation",
    "id",
    "kind",
    "lastModifier",
    "latestCreatedRevision",
    "latestReadyRevision",
    "locationType",
    "metageneration",
    "name",
    "oauth2ClientId",
    "observedGeneration",
    "owner",
    "projectId",
    "projectNumber",
    "projectTeam",
    "reconciling",
    "registryUri",
    "rpo",
    "satisfiesPZI",
    "satisfiesPZS",
    "satisfiesPzi",
    "satisfiesPzs",
    "selfLink",
    "sizeBytes",
    "terminalCondition",
    "threatDetectionEnabled",
    "timeCreated",
    "trafficStatuses",
    "uid",
    "uniqueId",
    "updateTime",
    "updated",
    "uri",
    "urls",
];

/// The spec of a thing as a request asked for it; none if the spec cannot name such a thing at all.
pub(crate) fn spec_of(thing: &Thing, asked: &Value) -> Result<Said, String> {
    let mut asked = without_nothing(asked);
    for key in SILENT {
        take(&mut asked, &[key]);
    }
    let mut said = Said::default();
    said.document.insert("version".to_owned(), json!(1));
    said.document.insert("stack".to_owned(), json!(STACK));
    said.document.insert("project".to_owned(), json!(PROJECT));
    let region = if thing.location.is_empty() { "us-central1" } else { &thing.location };
    said.document.insert("region".to_owned(), json!(region));
    match thing.sort {
        Sort::Service => {
            let item = service::item(&mut asked)?;
            said.document.insert("services".to_owned(), json!({thing.name.as_str(): item}));
        }
        Sort::Repository => {
            let item = repository(&mut asked, &thing.location)?;
            // A repository may be where no service can be.
            said.document.insert("region".to_owned(), json!("us-central1"));
            said.document.insert("repositories".to_owned(), json!({thing.name.as_str(): item}));
        }
        Sort::Account => {
            let name = thing.name.split('@').next().unwrap_or_default();
            let mut item = json!({"adopt": true});
            for key in ["displayName", "description"] {
                put(&mut item, key, take(&mut asked, &[key]));
            }
            said.document.insert("serviceAccounts".to_owned(), json!({name: item}));
        }
        Sort::Api => {
            said.document.insert("apis".to_owned(), json!([thing.name]));
            asked = json!({});
        }
        Sort::ProjectPolicy => {
            take(&mut asked, &["version"]);
            let bindings = bindings(&mut asked, &mut said.unsaid);
            if bindings.is_empty() {
                return Err("a policy that names nobody whom a spec can name".to_owned());
            }
            said.document.insert("iam".to_owned(), bindings.into());
        }
        Sort::ServicePolicy => {
            take(&mut asked, &["version"]);
            let bindings = take(&mut asked, &["bindings"]).unwrap_or_default();
            let invokers = invokers(&bindings, &mut said.unsaid);
            let item = json!({"image": "gcr.io/cloudrun/hello", "invokers": invokers});
            said.document.insert("services".to_owned(), json!({thing.name.as_str(): item}));
        }
        Sort::Bucket => return Err("a bucket, whose settings are not the spec's to choose".to_owned()),
    }
    leaves(&asked, &mut String::new(), &mut said.unsaid);
    Ok(said)
}

fn repository(asked: &mut Value, location: &str) -> Result<Value, String> {
    let format = word(take(asked, &["format"]), &["DOCKER"]).unwrap_or_default();
    if format != "DOCKER" {
        return Err(format!("a repository of format {format}"));
    }
    let mut item = json!({"format": "docker", "location": location, "adopt": true});
    for key in ["description", "labels", "cleanupPolicyDryRun"] {
        put(&mut item, key, take(asked, &[key]));
    }
    put(&mut item, "immutableTags", take(asked, &["dockerConfig", "immutableTags"]));
    let mut policies = Vec::new();
    let written = take(asked, &["cleanupPolicies"]).unwrap_or_default();
    for (name, policy) in written.as_object().into_iter().flatten() {
        policies.push(cleanup_policy(name, policy.clone()));
    }
    put(&mut item, "cleanupPolicies", (!policies.is_empty()).then(|| policies.into()));
    Ok(item)
}

fn cleanup_policy(name: &str, mut policy: Value) -> Value {
    let lower = |text: String| Value::String(text.to_ascii_lowercase());
    let mut item = json!({"name": name});
    put(&mut item, "action", word(take(&mut policy, &["action"]), &["DELETE", "KEEP"]).map(lower));
    let mut condition = json!({});
    let state = word(take(&mut policy, &["condition", "tagState"]), &["TAGGED", "UNTAGGED", "ANY"]);
    put(&mut condition, "tagState", state.map(lower));
    for key in ["tagPrefixes", "versionNamePrefixes", "packageNamePrefixes", "olderThan", "newerThan"] {
        put(&mut condition, key, take(&mut policy, &["condition", key]));
    }
    let any = condition.as_object().is_some_and(|condition| !condition.is_empty());
    put(&mut item, "condition", any.then_some(condition));
    put(&mut item, "mostRecentVersions", take(&mut policy, &["mostRecentVersions"]));
    item
}

fn bindings(asked: &mut Value, unsaid: &mut BTreeSet<String>) -> Vec<Value> {
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    for binding in take(asked, &["bindings"]).unwrap_or_default().as_array().into_iter().flatten() {
        let role = binding["role"].as_str().unwrap_or_default();
        let sayable = |member: &&str| {
            types::Member::parse(member).is_ok_and(|member| !member.is_public())
                && types::Role::parse(role).is_ok()
        };
        let members: Vec<&str> =
            binding["members"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let (said, foreign): (Vec<&str>, Vec<&str>) = members.into_iter().partition(sayable);
        if !foreign.is_empty() {
            unsaid.insert("bindings.members of deleted or public identities".to_owned());
        }
        let title = binding["condition"]["title"].to_string();
        let said: Vec<&str> = said
            .into_iter()
            .filter(|member| seen.insert((role.to_owned(), member.to_lowercase(), title.clone())))
            .collect();
        if said.is_empty() {
            continue;
        }
        let mut item = json!({"role": role, "members": said});
        if let Some(condition) = binding.get("condition").filter(|condition| condition.is_object()) {
            let mut words = json!({});
            for key in ["title", "description", "expression"] {
                put(&mut words, key, condition.get(key).cloned());
            }
            put(&mut item, "condition", Some(words));
        }
        items.push(item);
    }
    items
}

fn invokers(bindings: &Value, unsaid: &mut BTreeSet<String>) -> Vec<Value> {
    let mut invokers = Vec::new();
    for binding in bindings.as_array().into_iter().flatten() {
        if binding["role"] != "roles/run.invoker" || binding.get("condition").is_some() {
            unsaid.insert("bindings of other roles than run.invoker".to_owned());
            continue;
        }
        for member in binding["members"].as_array().into_iter().flatten() {
            if types::Member::parse(member.as_str().unwrap_or_default()).is_ok() && !invokers.contains(member)
            {
                invokers.push(member.clone());
            }
        }
    }
    invokers
}

/// Takes a value out of a document; null counts as absent.
pub(crate) fn take(value: &mut Value, path: &[&str]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut here = value;
    for key in parents {
        here = here.get_mut(*key)?;
    }
    here.as_object_mut()?.remove(*last).filter(|taken| !taken.is_null())
}

/// Sets a key, if there is something to set.
pub(crate) fn put(item: &mut Value, key: &str, value: Option<Value>) {
    if let (Some(item), Some(value)) = (item.as_object_mut(), value) {
        item.insert(key.to_owned(), value);
    }
}

/// The name of an enum's value, which may be written by its number: `names` begin with the one of number 1.
pub(crate) fn word(value: Option<Value>, names: &[&str]) -> Option<String> {
    let text = match value? {
        Value::String(text) => text,
        Value::Number(number) => {
            let index = usize::try_from(number.as_u64()?.checked_sub(1)?).ok()?;
            names.get(index).map_or_else(|| number.to_string(), |name| (*name).to_owned())
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.ends_with("_UNSPECIFIED")).then_some(text)
}

/// The document without nulls, and without what becomes empty: all of it says nothing in a request.
fn without_nothing(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), without_nothing(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nothing).collect()),
        other => other.clone(),
    }
}

/// The paths of what is left of a document, without indexes.
fn leaves(value: &Value, path: &mut String, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let length = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                leaves(value, path, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, path, found)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.insert(path.clone());
        }
    }
}
