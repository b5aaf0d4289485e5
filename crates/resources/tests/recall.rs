//! What the record remembers is enough to find a thing again, to delete it, and to give it back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::server::answered;
use common::{HEAD, body, live, resource, resources, shown_steps};
use insta::assert_snapshot;
use model::{
    Action, Entry, Json, Origin, Owner, Prior, ProjectId, Resource, ResourceId, StackName, State, Step,
};
use resources::{KINDS, RecallError, recall};
use serde_json::json;

const EVERY_KIND: &str = "
apis: [run.googleapis.com, {name: cloudbuild.googleapis.com, onDestroy: restore}]
serviceAccounts: {ollama-run: {}}
iam:
  - {role: roles/run.admin, members: ['user:me@example.com']}
  - {role: roles/viewer, members: ['user:me@example.com'], condition: {title: t, expression: 'true'}}
repositories: {ollama: {format: docker, location: europe-west4}, old: {format: docker, adopt: true}}
images:
  gemma: {repository: ollama, build: {context: ./backend, location: global}}
  other: {repository: old, build: {context: ./backend, location: us-central1}}
services:
  gemma: {image: gemma, invokers: ['user:caller@example.com']}
  far: {image: other, region: us-central1}
";

fn entry(resource: &dyn Resource) -> Entry {
    Entry {
        full_name: resource.full_name(),
        state: State::Present,
        origin: Origin::Created,
        prior: Prior::Absent,
        uid: None,
        applied: BTreeMap::new(),
        before: BTreeMap::new(),
        after: resource.depends_on().into_iter().map(|dependency| dependency.on).collect(),
        remembered: resource.remember(),
        stamps: BTreeSet::new(),
        served: Vec::new(),
        rolled_back: None,
        other: BTreeMap::new(),
    }
}

fn recalled(id: &ResourceId, entry: &Entry) -> Result<Box<dyn Resource>, RecallError> {
    let (project, stack) = (ProjectId::parse("demo-project").unwrap(), StackName::parse("demo").unwrap());
    recall(&project, &stack, id, entry).map(common::checked::one)
}

#[test]
fn what_is_recalled_is_found_and_deleted_as_before() {
    let mut kinds = BTreeSet::new();
    for resource in resources(EVERY_KIND) {
        kinds.insert(resource.id().kind().to_owned());
        let entry: Entry = serde_json::from_value(serde_json::to_value(entry(&*resource)).unwrap()).unwrap();
        let again = recalled(resource.id(), &entry).unwrap();
        assert_eq!(again.id(), resource.id());
        assert_eq!(again.full_name(), resource.full_name());
        assert_eq!(again.remember(), resource.remember());
        assert_eq!(again.tenure(), resource.tenure(), "{}", resource.id());
        assert_eq!(again.on_destroy(), resource.on_destroy(), "{}", resource.id());
        assert_eq!(again.needs_api(), resource.needs_api(), "{}", resource.id());
        assert_eq!(again.lookup().request(), resource.lookup().request(), "{}", resource.id());
        assert_eq!(
            shown_steps(&again.steps(&Action::Delete, None)),
            shown_steps(&resource.steps(&Action::Delete, None)),
            "{}",
            resource.id()
        );
        assert!(again.desired().0.is_empty());
        let needs = |resource: &dyn Resource| -> Vec<ResourceId> {
            resource.depends_on().into_iter().map(|dependency| dependency.on).collect()
        };
        assert_eq!(needs(&*again), needs(&*resource), "{}", resource.id());
    }
    assert_eq!(kinds, KINDS.iter().map(|kind| kind.name.0.to_owned()).collect(), "a kind is not tested");
}

#[test]
fn an_entry_that_says_too_little_is_an_error_that_names_it() {
    for resource in resources(EVERY_KIND) {
        let mut entry = entry(&*resource);
        entry.remembered = json!(null);
        match recalled(resource.id(), &entry) {
            Ok(_) => assert_eq!(resource.id().kind(), "account", "its name and project are enough"),
            Err(error) => {
                assert_eq!(
                    error,
                    RecallError::Unusable { id: resource.id().clone(), full_name: resource.full_name() }
                );
            }
        }
    }
    let id = ResourceId::parse("planet/mars").unwrap();
    let unknown = recalled(&id, &entry(&*resource(EVERY_KIND, "service/gemma"))).unwrap_err();
    assert_snapshot!(unknown, @"the record holds planet/mars, a kind this version does not know; use the version that wrote it");
}

#[test]
fn ids_are_unique_and_dependencies_are_there() {
    let all = resources(EVERY_KIND);
    let ids: BTreeSet<&ResourceId> = all.iter().map(|resource| resource.id()).collect();
    assert_eq!(ids.len(), all.len());
    for resource in &all {
        for dependency in resource.depends_on() {
            assert!(ids.contains(&dependency.on), "{} needs {}", resource.id(), dependency.on);
        }
    }
}

#[test]
fn every_item_of_the_spec_and_every_field_of_it_has_a_place() {
    let lines = HEAD.lines().count();
    for resource in resources(EVERY_KIND) {
        if resource.id().kind() == "bucket" {
            continue;
        }
        let place = resource.place().unwrap_or_else(|| panic!("{} has no place", resource.id()));
        assert!(usize::try_from(place.line).unwrap() > lines, "{place}");
        for (path, field) in resource.desired().iter() {
            assert!(field.place.is_some(), "{} {path}", resource.id());
        }
    }
}

#[test]
fn no_action_that_writes_nothing_has_steps() {
    for resource in resources(EVERY_KIND) {
        for action in [Action::NoOp, Action::Keep, Action::Forget] {
            assert!(resource.steps(&action, None).is_empty(), "{} {action:?}", resource.id());
        }
    }
}

/// What was adopted with changes is given back as it was.
fn given_back(text: &str, id: &str, before: Json, found: &Json) -> Vec<Step> {
    let resource = resource(text, id);
    let mut entry = entry(&*resource);
    entry.origin = Origin::Adopted;
    entry.before = serde_json::from_value(before).unwrap();
    let again = recalled(resource.id(), &entry).unwrap();
    again.steps(&Action::Detach, Some(&live(&*again, found)))
}

#[test]
fn an_adopted_service_is_given_back_with_what_was_replaced() {
    let text = "services: {gemma: {image: example.com/a/b:1, adopt: true, concurrency: 4, env: {NEW: x}}}";
    let service = resource(text, "service/gemma");
    let mut found = answered(&body(&service.steps(&Action::Create, None)));
    found["labels"]["foreign"] = json!("kept");
    let before = json!({"concurrency": 33, "env.NEW": null, "env.OLD": "back", "description": "Mine"});
    let sent = body(&given_back(text, "service/gemma", before, &found));
    assert_eq!(sent["labels"], json!({"foreign": "kept"}));
    assert_eq!(sent["description"], "Mine");
    assert!(sent.get("client").is_none() && sent.get("clientVersion").is_none());
    assert_eq!(sent["template"]["maxInstanceRequestConcurrency"], 33);
    assert_eq!(sent["template"]["containers"][0]["env"], json!([{"name": "OLD", "value": "back"}]));
}

#[test]
fn an_adopted_repository_is_given_back_with_what_was_replaced() {
    let text = "repositories: {ollama: {format: docker, adopt: true}}";
    let found = json!({
        "name": "projects/demo-project/locations/europe-west1/repositories/ollama", "format": "DOCKER",
        "description": "Ours", "labels": {"gemmactl-stack": "demo", "foreign": "kept"},
        "cleanupPolicies": {"ours": {"id": "ours", "action": "KEEP", "mostRecentVersions": {"keepCount": 3}}},
    });
    let before = json!({
        "description": "Mine", "cleanupPolicies.ours.action": null, "cleanupPolicies.ours.mostRecentVersions.keepCount": null,
        "cleanupPolicies.old.action": "delete", "cleanupPolicies.old.condition.tagState": "any",
    });
    assert_snapshot!(shown_steps(&given_back(text, "repository/ollama", before, &found)), @r#"
    PATCH artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west1/repositories/ollama
      ?updateMask=description,labels,cleanupPolicies
    {
      "description": "Mine",
      "labels": {
        "foreign": "kept"
      },
      "cleanupPolicies": {
        "old": {
          "action": "DELETE",
          "id": "old",
          "condition": {
            "tagState": "ANY"
          }
        }
      }
    }
      wait: Nothing
    "#);
}

#[test]
fn an_adopted_account_is_given_back_with_what_was_replaced() {
    let text = "serviceAccounts: {ollama-run: {adopt: true, displayName: Ours}}";
    let found = json!({
        "email": "ollama-run@demo-project.iam.gserviceaccount.com", "displayName": "Ours",
        "description": "Kept [gemmactl:demo]",
    });
    let steps = given_back(text, "account/ollama-run", json!({"displayName": "Mine"}), &found);
    assert_eq!(body(&steps)["serviceAccount"], json!({"displayName": "Mine", "description": "Kept"}));
}

#[test]
fn what_is_left_of_a_grant_to_a_deleted_account_is_not_wanted_and_goes_with_what_is_to_go() {
    let dead = json!({"role": "roles/run.admin", "member": "deleted:user:me@example.com?uid=12"});
    let wanted = resource(EVERY_KIND, "role/run.admin/user:me@example.com");
    assert_eq!(wanted.observe(&dead).unwrap().unwrap().owner, Owner::Remains);
    let to_go = recalled(wanted.id(), &entry(&*wanted)).unwrap();
    let live = to_go.observe(&dead).unwrap().unwrap();
    let steps = to_go.steps(&Action::Delete, Some(&live));
    let [Step::EditPolicy(edit)] = &steps[..] else { panic!("an edit of the policy") };
    let policy = json!({"bindings": [{"role": "roles/run.admin", "members": [dead["member"]]}]});
    assert_eq!(edit.applied_to(&policy), Some(json!({"bindings": []})));
}
