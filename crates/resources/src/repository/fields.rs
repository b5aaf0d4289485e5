//! A repository's settings: from the spec, from an answer, and into a request. Makes no calls.

use model::{Fields, Json, ObserveError, quantity};
use spec::{CleanupAction, CleanupPolicy, Repository, TagState};

use crate::scope::Scope;
use crate::{json, stamp};

/// The top-level fields that we write.
pub(super) const TOP_LEVEL: &[&str] =
    &["description", "labels", "cleanupPolicies", "cleanupPolicyDryRun", "dockerConfig"];

/// Words of the spec and of the API.
const WORDS: &[(&str, &str)] = &[
    ("docker", "DOCKER"),
    ("delete", "DELETE"),
    ("keep", "KEEP"),
    ("tagged", "TAGGED"),
    ("untagged", "UNTAGGED"),
    ("any", "ANY"),
];

/// Enums by their numbers from 1 on. Source: Artifact Registry v1, `Repository.format`, `CleanupPolicy.action` and
/// `CleanupPolicyCondition.tagState`.
const FORMATS: &[&str] = &["DOCKER", "MAVEN", "NPM"];
const ACTIONS: &[&str] = &["DELETE", "KEEP"];
const TAG_STATES: &[&str] = &["TAGGED", "UNTAGGED", "ANY"];

/// The tail of the path of what a condition says of tags.
const TAG_STATE: &str = ".condition.tagState";

fn numbers(tail: &str) -> &'static [&'static str] {
    match tail {
        ".action" => ACTIONS,
        TAG_STATE => TAG_STATES,
        _ => &[],
    }
}

/// What a cleanup policy can say: the tail of the field's path, which is also where the API keeps it.
/// Source: Artifact Registry v1, `CleanupPolicy`.
const POLICY_PARTS: &[(&str, &[&str])] = &[
    (".action", &["action"]),
    (".condition.tagState", &["condition", "tagState"]),
    (".condition.tagPrefixes", &["condition", "tagPrefixes"]),
    (".condition.versionNamePrefixes", &["condition", "versionNamePrefixes"]),
    (".condition.packageNamePrefixes", &["condition", "packageNamePrefixes"]),
    (".condition.olderThan", &["condition", "olderThan"]),
    (".condition.newerThan", &["condition", "newerThan"]),
    (".mostRecentVersions.packageNamePrefixes", &["mostRecentVersions", "packageNamePrefixes"]),
    (".mostRecentVersions.keepCount", &["mostRecentVersions", "keepCount"]),
];

/// What the spec asks for.
pub(super) fn wanted(scope: &Scope<'_>, name: &str, repository: &Repository, location: &str) -> Fields {
    let place = |key: &str| scope.place(&["repositories", name, key]);
    let mut fields = Fields::new();
    fields.set("format", "docker", place("format"));
    fields.set("location", location, place("location"));
    if let Some(description) = repository.description.as_deref().filter(|text| !text.is_empty()) {
        fields.set("description", description, place("description"));
    }
    for (key, value) in &repository.labels {
        let place = scope.place(&["repositories", name, "labels", key.as_str()]);
        fields.set(format!("labels.{key}"), value.as_str(), place);
    }
    for (index, policy) in repository.cleanup_policies.iter().enumerate() {
        wanted_policy(scope, name, index, policy, &mut fields);
    }
    if let Some(dry_run) = repository.cleanup_policy_dry_run {
        fields.set("cleanupPolicyDryRun", dry_run, place("cleanupPolicyDryRun"));
    }
    if let Some(immutable) = repository.immutable_tags {
        fields.set("immutableTags", immutable, place("immutableTags"));
    }
    fields
}

fn wanted_policy(scope: &Scope<'_>, name: &str, index: usize, policy: &CleanupPolicy, fields: &mut Fields) {
    let index = index.to_string();
    let mut set = |part: &str, value: Json| {
        let mut keys = vec!["repositories", name, "cleanupPolicies", index.as_str()];
        keys.extend(part.split('.'));
        fields.set(format!("cleanupPolicies.{}.{part}", policy.name), value, scope.place(&keys));
    };
    let action = match policy.action {
        CleanupAction::Delete => "delete",
        CleanupAction::Keep => "keep",
    };
    set("action", action.into());
    if let Some(condition) = &policy.condition {
        // Said in any case, so that silence and `any` are the same.
        let state = match condition.tag_state {
            Some(TagState::Tagged) => "tagged",
            Some(TagState::Untagged) => "untagged",
            Some(TagState::Any) | None => "any",
        };
        set("condition.tagState", state.into());
        for (part, prefixes) in [
            ("condition.tagPrefixes", &condition.tag_prefixes),
            ("condition.versionNamePrefixes", &condition.version_name_prefixes),
            ("condition.packageNamePrefixes", &condition.package_name_prefixes),
        ] {
            if !prefixes.is_empty() {
                set(part, json::sorted(prefixes));
            }
        }
        for (part, age) in
            [("condition.olderThan", condition.older_than), ("condition.newerThan", condition.newer_than)]
        {
            if let Some(age) = age {
                set(part, quantity::duration(age.seconds()).into());
            }
        }
    }
    if let Some(newest) = &policy.most_recent_versions {
        if !newest.package_name_prefixes.is_empty() {
            set("mostRecentVersions.packageNamePrefixes", json::sorted(&newest.package_name_prefixes));
        }
        set("mostRecentVersions.keepCount", newest.keep_count.into());
    }
}

/// How a found repository looks.
pub(super) fn found(repository: &Json) -> Result<Fields, ObserveError> {
    let name = json::required_text(repository, &["name"])?;
    let mut fields = Fields::new();
    if let Some(location) = name.split('/').nth(3) {
        fields.found("location", location);
    }
    let format = json::word(repository, &["format"], FORMATS);
    let format = format.ok_or_else(|| json::unexpected("format", "it is missing or no text"))?;
    fields.found("format", word(&format));
    if let Some(description) = json::text(repository, &["description"]).filter(|text| !text.is_empty()) {
        fields.found("description", description);
    }
    for (key, value) in json::entries(repository, &["labels"]).filter(|(key, _)| *key != stamp::LABEL) {
        fields.found(format!("labels.{key}"), value.clone());
    }
    for (policy, settings) in json::entries(repository, &["cleanupPolicies"]) {
        for (tail, path) in POLICY_PARTS {
            if let Some(value) = json::at(settings, path).and_then(|value| normal(value, numbers(tail))) {
                fields.found(format!("cleanupPolicies.{policy}{tail}"), value);
            }
        }
        // A condition that says nothing of tags is for any, which answers may say or leave out.
        let state = format!("cleanupPolicies.{policy}{TAG_STATE}");
        if json::at(settings, &["condition"]).is_some() && fields.value(&state).is_none() {
            fields.found(state, "any");
        }
    }
    fields.found("cleanupPolicyDryRun", json::flag(repository, &["cleanupPolicyDryRun"]));
    fields.found("immutableTags", json::flag(repository, &["dockerConfig", "immutableTags"]));
    Ok(fields)
}

fn word(api: &str) -> &str {
    WORDS.iter().find(|(_, known)| *known == api).map_or(api, |(word, _)| word)
}

/// A value of a policy in normal form; none for what stands for "not set". `names` are those of an enum.
fn normal(value: &Json, names: &[&str]) -> Option<Json> {
    match value {
        Json::Number(_) if !names.is_empty() => json::word(value, &[], names).map(|name| word(&name).into()),
        Json::String(text) if text.ends_with("_UNSPECIFIED") || text.is_empty() => None,
        Json::String(text) => Some(match quantity::seconds(text) {
            Some(seconds) => quantity::duration(seconds).into(),
            None => word(text).into(),
        }),
        Json::Array(items) if items.is_empty() => None,
        Json::Array(items) => Some(json::sorted(items.iter().filter_map(Json::as_str))),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => Some(value.clone()),
    }
}

/// Writes one setting into a request, or takes it out.
pub(super) fn write(body: &mut Json, path: &str, value: Option<&Json>) {
    if let Some(label) = path.strip_prefix("labels.") {
        return json::put_or_remove(body, &["labels", label], value.cloned());
    }
    if let Some(rest) = path.strip_prefix("cleanupPolicies.") {
        let part = POLICY_PARTS.iter().find_map(|(tail, keys)| Some((rest.strip_suffix(tail)?, keys)));
        let Some((policy, keys)) = part else { return };
        let mut at = vec!["cleanupPolicies", policy];
        at.extend_from_slice(keys);
        json::put_or_remove(body, &at, value.map(spoken));
        if value.is_some() {
            json::put(body, &["cleanupPolicies", policy, "id"], policy);
        }
        return;
    }
    let at: &[&str] = match path {
        "format" => &["format"],
        "description" => &["description"],
        "cleanupPolicyDryRun" => &["cleanupPolicyDryRun"],
        "immutableTags" => &["dockerConfig", "immutableTags"],
        // The location is part of the name; nothing else is ours to write.
        _ => return,
    };
    json::put_or_remove(body, at, value.map(spoken));
}

/// A value as the API spells it.
fn spoken(value: &Json) -> Json {
    let word = value.as_str().and_then(|text| WORDS.iter().find(|(known, _)| *known == text));
    word.map_or_else(|| value.clone(), |(_, api)| (*api).into())
}

/// Drops policies of which nothing but the name is left.
pub(super) fn tidy(body: &mut Json) {
    let hollow: Vec<String> = json::entries(body, &["cleanupPolicies"])
        .filter(|(_, policy)| policy.get("action").is_none())
        .map(|(name, _)| name.clone())
        .collect();
    for name in hollow {
        json::remove(body, &["cleanupPolicies", &name]);
    }
}
