//! Repositories: what is read, what differs, which calls are made.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::{body, differences, live, resource, shown_fields, shown_steps};
use insta::assert_snapshot;
use model::{Action, Json, Owner};
use serde_json::json;

const FULL: &str = "
repositories:
  ollama:
    format: docker
    description: Model servers
    location: europe-west4
    labels: {team: search}
    immutableTags: true
    cleanupPolicyDryRun: true
    adopt: true
    cleanupPolicies:
      - {name: newest, action: keep, mostRecentVersions: {keepCount: 3, packageNamePrefixes: [b, a]}}
      - {name: old, action: delete, condition: {tagState: untagged, olderThan: 30d, tagPrefixes: [x]}}
";

/// What the server makes of what was sent. Sources: recorded; Artifact Registry v1.
fn answered(sent: &Json) -> Json {
    let mut answer = sent.clone();
    answer["name"] = json!("projects/demo-project/locations/europe-west4/repositories/ollama");
    answer["mode"] = json!("STANDARD_REPOSITORY");
    answer["createTime"] = json!("2026-11-01T00:00:00Z");
    answer["updateTime"] = json!("2026-11-02T00:00:00Z");
    answer["vulnerabilityScanningConfig"] = json!({"enablementState": "SCANNING_DISABLED"});
    answer["registryUri"] = json!("europe-west4-docker.pkg.dev/demo-project/ollama");
    answer
}

#[test]
fn a_repository_is_made_with_everything_the_spec_says() {
    let repository = resource(FULL, "repository/ollama");
    assert_snapshot!(shown_steps(&repository.steps(&Action::Create, None)), @r#"
    POST artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west4/repositories
      ?repositoryId=ollama
    {
      "format": "DOCKER",
      "cleanupPolicies": {
        "newest": {
          "action": "KEEP",
          "id": "newest",
          "mostRecentVersions": {
            "keepCount": 3,
            "packageNamePrefixes": [
              "a",
              "b"
            ]
          }
        },
        "old": {
          "action": "DELETE",
          "id": "old",
          "condition": {
            "olderThan": "2592000s",
            "tagPrefixes": [
              "x"
            ],
            "tagState": "UNTAGGED"
          }
        }
      },
      "cleanupPolicyDryRun": true,
      "description": "Model servers",
      "dockerConfig": {
        "immutableTags": true
      },
      "labels": {
        "team": "search",
        "gemmactl-stack": "demo"
      }
    }
      wait: Operation
    GET artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west4/repositories/ollama
      wait: Nothing
    "#);
    assert_snapshot!(shown_fields(&repository.desired()), @r#"
    cleanupPolicies.newest.action: "keep"
    cleanupPolicies.newest.mostRecentVersions.keepCount: 3
    cleanupPolicies.newest.mostRecentVersions.packageNamePrefixes: ["a","b"]
    cleanupPolicies.old.action: "delete"
    cleanupPolicies.old.condition.olderThan: "2592000s"
    cleanupPolicies.old.condition.tagPrefixes: ["x"]
    cleanupPolicies.old.condition.tagState: "untagged"
    cleanupPolicyDryRun: true
    description: "Model servers"
    format: "docker"
    immutableTags: true
    labels.team: "search"
    location: "europe-west4"
    "#);
}

#[test]
fn a_repository_that_was_just_made_differs_in_nothing() {
    for text in [FULL, "repositories: {ollama: {format: docker, location: europe-west4}}"] {
        let repository = resource(text, "repository/ollama");
        let answer = answered(&body(&repository.steps(&Action::Create, None)));
        let found = live(&*repository, &answer);
        assert_eq!(found.owner, Owner::ThisStack);
        assert_eq!(differences(&*repository, &found), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn an_update_sends_only_what_differs_and_keeps_foreign_labels() {
    let repository = resource(FULL, "repository/ollama");
    let mut answer = answered(&body(&repository.steps(&Action::Create, None)));
    answer["labels"]["cost-centre"] = json!("17");
    answer["labels"]["team"] = json!("other");
    answer["cleanupPolicies"]["foreign"] =
        json!({"id": "foreign", "action": "DELETE", "condition": {"tagState": "ANY"}});
    answer["dockerConfig"]["somethingNew"] = json!(true);
    let found = live(&*repository, &answer);
    assert_snapshot!(differences(&*repository, &found).join("\n"), @r#"
    labels.team: Some(String("other")) is not "search"
    cleanupPolicies.foreign.action: "delete" is not asked for
    cleanupPolicies.foreign.condition.tagState: "any" is not asked for
    "#);
    assert_snapshot!(shown_steps(&repository.steps(&Action::Update, Some(&found))), @r#"
    PATCH artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west4/repositories/ollama
      ?updateMask=labels,cleanupPolicies
    {
      "labels": {
        "cost-centre": "17",
        "gemmactl-stack": "demo",
        "team": "search"
      },
      "cleanupPolicies": {
        "newest": {
          "action": "KEEP",
          "id": "newest",
          "mostRecentVersions": {
            "keepCount": 3,
            "packageNamePrefixes": [
              "a",
              "b"
            ]
          }
        },
        "old": {
          "action": "DELETE",
          "condition": {
            "olderThan": "2592000s",
            "tagPrefixes": [
              "x"
            ],
            "tagState": "UNTAGGED"
          },
          "id": "old"
        }
      }
    }
      wait: Nothing
    "#);
}

#[test]
fn adopting_an_equal_repository_only_adds_the_mark() {
    let repository = resource("repositories: {ollama: {format: docker, adopt: true}}", "repository/ollama");
    let name = "projects/demo-project/locations/europe-west1/repositories/ollama";
    let found = live(&*repository, &json!({"name": name, "format": "DOCKER", "labels": {"old": "label"}}));
    assert_eq!(found.owner, Owner::Unmarked);
    assert_snapshot!(shown_steps(&repository.steps(&Action::Adopt, Some(&found))), @r#"
    PATCH artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west1/repositories/ollama
      ?updateMask=labels
    {
      "labels": {
        "old": "label",
        "gemmactl-stack": "demo"
      }
    }
      wait: Nothing
    "#);
}

#[test]
fn a_repository_of_another_format_has_to_be_replaced() {
    let repository = resource(FULL, "repository/ollama");
    let name = "projects/demo-project/locations/europe-west4/repositories/ollama";
    let found = live(&*repository, &json!({"name": name, "format": "NPM"}));
    assert_eq!(found.fields.value("format"), Some(&json!("NPM")));
    let steps = repository.steps(&Action::Replace, Some(&found));
    let shown: Vec<String> = steps.iter().map(model::Step::shown).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    DELETE artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west4/repositories/ollama
    POST artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west4/repositories
    GET artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west4/repositories/ollama
    "#);
}

#[test]
fn many_repositories_of_a_location_are_listed() {
    let repository = resource(FULL, "repository/ollama");
    let model::Lookup::Object { siblings, .. } = repository.lookup() else {
        panic!("a repository is an object")
    };
    let siblings = siblings.unwrap();
    let list = (siblings.gather)(&siblings.parent, &[]);
    assert_eq!(list.path, "v1/projects/demo-project/locations/europe-west4/repositories");
    assert_eq!(list.pages.as_deref(), Some("repositories"));
    let name = "projects/123/locations/europe-west4/repositories/ollama";
    let answer = json!({"repositories": [{"name": name, "format": "DOCKER"}]});
    assert!((siblings.split)(&answer).contains_key(&siblings.key));
}
