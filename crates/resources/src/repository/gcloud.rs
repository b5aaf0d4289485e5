//! The commands of gcloud for a repository: what is sent before and after, told apart by flags. Makes no calls.

use model::command::{Command, Run, Word, Written, gcloud_list};
use model::{Action, Json, Live};
use serde_json::json;

use super::Repository;
use crate::json;

/// The commands of an action.
pub(super) fn commands(repository: &Repository, action: Action, live: Option<&Live>) -> Vec<Command> {
    match (action, live) {
        (Action::Create, _) => create(repository),
        (Action::Replace, _) => std::iter::once(delete(repository)).chain(create(repository)).collect(),
        (Action::Delete, _) => vec![delete(repository)],
        (Action::Adopt | Action::Update | Action::Repair, Some(live)) => {
            update(repository, &live.raw, &repository.updated(live))
        }
        (Action::Detach, Some(live)) => update(repository, &live.raw, &repository.given_back(live)),
        (Action::Adopt | Action::Update | Action::Repair | Action::Detach, None)
        | (Action::NoOp | Action::Keep | Action::Forget, _) => Vec::new(),
    }
}

fn gcloud(repository: &Repository, verb: &str) -> Run {
    Run::gcloud(&["artifacts", "repositories", verb, repository.item.id.name()])
        .flag("project", &repository.item.project)
        .flag("location", &repository.location)
}

fn delete(repository: &Repository) -> Command {
    gcloud(repository, "delete").with("--quiet").into()
}

fn create(repository: &Repository) -> Vec<Command> {
    let body = repository.created();
    let description = json::text(&body, &["description"]).map(|text| format!("--description={text}"));
    let labels = pairs(json::entries(&body, &["labels"]));
    let create = gcloud(repository, "create")
        .with("--repository-format=docker")
        .with_all(description)
        .flag("labels", gcloud_list(&labels))
        .with_all(json::flag(&body, &["dockerConfig", "immutableTags"]).then_some("--immutable-tags"));
    let policies = cleanup(repository, &Json::Null, &body);
    std::iter::once(create.into()).chain(policies).collect()
}

fn update(repository: &Repository, before: &Json, after: &Json) -> Vec<Command> {
    let mut flags = Vec::new();
    let text = |body| json::text(body, &["description"]).unwrap_or_default();
    if text(before) != text(after) {
        flags.push(format!("--description={}", text(after)));
    }
    let label = |body, key: &str| json::at(body, &["labels", key]).cloned();
    let set =
        json::entries(after, &["labels"]).filter(|(key, value)| label(before, key).as_ref() != Some(value));
    let set = pairs(set);
    let gone: Vec<&String> = json::entries(before, &["labels"])
        .map(|(key, _)| key)
        .filter(|key| label(after, key).is_none())
        .collect();
    if !set.is_empty() {
        flags.push(format!("--update-labels={}", gcloud_list(&set)));
    }
    if !gone.is_empty() {
        flags.push(format!("--remove-labels={}", gcloud_list(&gone)));
    }
    let immutable = |body| json::flag(body, &["dockerConfig", "immutableTags"]);
    if immutable(before) != immutable(after) {
        flags.push(if immutable(after) { "--immutable-tags" } else { "--no-immutable-tags" }.to_owned());
    }
    let update = (!flags.is_empty())
        .then(|| gcloud(repository, "update").with("--format=none").with_all(flags).into());
    update.into_iter().chain(cleanup(repository, before, after)).collect()
}

fn pairs<'json>(entries: impl Iterator<Item = (&'json String, &'json Json)>) -> Vec<String> {
    entries.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect()
}

/// The rules for deleting and keeping versions, which have commands of their own.
fn cleanup(repository: &Repository, before: &Json, after: &Json) -> Vec<Command> {
    let policy = |body, name: &str| json::at(body, &["cleanupPolicies", name]).cloned();
    let is_dry = |body| json::flag(body, &["cleanupPolicyDryRun"]);
    let wanted = || json::entries(after, &["cleanupPolicies"]);
    let is_changed = wanted().any(|(name, wanted)| policy(before, name).as_ref() != Some(wanted));
    // The file says all of them: what it does not name goes.
    let set: Vec<Json> = wanted().filter(|_| is_changed).map(|(name, wanted)| spoken(name, wanted)).collect();
    let gone: Vec<&String> = json::entries(before, &["cleanupPolicies"])
        .map(|(name, _)| name)
        .filter(|name| policy(after, name).is_none())
        .collect();
    let mut commands = Vec::new();
    if !gone.is_empty() {
        let names = gone.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",");
        commands.push(gcloud(repository, "delete-cleanup-policies").flag("policynames", names).into());
    }
    if !set.is_empty() || is_dry(before) != is_dry(after) {
        let run = gcloud(repository, "set-cleanup-policies")
            .with(if is_dry(after) { "--dry-run" } else { "--no-dry-run" })
            .with("--format=none");
        if set.is_empty() {
            commands.push(run.into());
        } else {
            let name = "policies.json";
            commands.push(Command::Write { name, content: Written::Json(set.into()) });
            commands.push(run.with(Word::file("--policy=", name)).into());
        }
    }
    commands
}

/// A policy as the file of gcloud has it. Source: `gcloud artifacts repositories set-cleanup-policies --help`.
fn spoken(name: &str, policy: &Json) -> Json {
    let mut spoken = json!({"name": name, "action": {"type": policy.get("action")}});
    for key in ["condition", "mostRecentVersions"] {
        json::put_or_remove(&mut spoken, &[key], policy.get(key).cloned());
    }
    spoken
}
