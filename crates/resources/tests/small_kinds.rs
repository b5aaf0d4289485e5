//! APIs, accounts, role members, buckets and invokers: what is read, what is found, which calls are made.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::{differences, live, resource, resources, shown_fields, shown_steps};
use insta::assert_snapshot;
use model::{Action, Lookup, OnDestroy, Owner};
use serde_json::json;

const APIS: &str = "apis: [run.googleapis.com, {name: cloudbuild.googleapis.com, onDestroy: restore}, \
                    {name: storage.googleapis.com, onDestroy: restore}]\n";

#[test]
fn an_api_is_enabled_together_with_others_and_disabled_without_dependents() {
    let api = resource(APIS, "api/cloudbuild.googleapis.com");
    assert_snapshot!(shown_steps(&api.steps(&Action::Create, None)), @r#"
    POST serviceusage.googleapis.com/v1/projects/demo-project/services:batchEnable
    {
      "serviceIds": [
        "cloudbuild.googleapis.com",
        "other"
      ]
    }
      at most 20 of enable services of projects/demo-project, wait: Operation
    "#);
    assert_snapshot!(shown_steps(&api.steps(&Action::Delete, None)), @r#"
    POST serviceusage.googleapis.com/v1/projects/demo-project/services/cloudbuild.googleapis.com:disable
    {
      "disableDependentServices": false,
      "checkIfServiceHasUsage": "SKIP"
    }
      wait: Operation
    "#);
}

#[test]
fn an_api_is_there_when_it_is_enabled() {
    let api = resource(APIS, "api/run.googleapis.com");
    let name = "projects/123/services/run.googleapis.com";
    let found = live(&*api, &json!({"name": name, "state": "ENABLED"}));
    assert_eq!(found.owner, Owner::Unmarkable);
    assert_eq!(differences(&*api, &found), Vec::<String>::new());
    assert_eq!(api.observe(&json!({"name": name, "state": "DISABLED"})).unwrap(), None);
    assert!(api.observe(&json!({"name": name, "state": "SOMETHING_NEW"})).is_err());
}

#[test]
fn many_apis_are_read_at_once_and_told_apart_by_the_last_part_of_their_names() {
    let Lookup::Object { request, siblings } = resource(APIS, "api/run.googleapis.com").lookup() else {
        panic!("an API is an object")
    };
    assert_eq!(request.path, "v1/projects/demo-project/services/run.googleapis.com");
    let siblings = siblings.unwrap();
    let read = (siblings.gather)(&siblings.parent, &["a.googleapis.com", "b.googleapis.com"]);
    assert_eq!(read.path, "v1/projects/demo-project/services:batchGet");
    assert_eq!(read.query.len(), 2);
    assert_eq!(read.query[1].1, "projects/demo-project/services/b.googleapis.com");
    let answer =
        json!({"services": [{"name": "projects/123/services/b.googleapis.com", "state": "ENABLED"}]});
    assert_eq!((siblings.split)(&answer)["b.googleapis.com"]["state"], "ENABLED");
}

#[test]
fn only_an_api_that_asks_for_it_and_is_not_needed_by_gemmactl_is_switched_off() {
    for (name, expected) in [
        ("run.googleapis.com", OnDestroy::Keep),
        ("cloudbuild.googleapis.com", OnDestroy::Delete),
        ("storage.googleapis.com", OnDestroy::Keep),
    ] {
        let api = resource(APIS, &format!("api/{name}"));
        assert_eq!(api.on_destroy(), expected, "{name}");
        assert_eq!(api.steps(&Action::Delete, None).is_empty(), expected == OnDestroy::Keep, "{name}");
    }
}

const ACCOUNT: &str =
    "serviceAccounts: {ollama-run: {displayName: Runs Ollama, description: Holds no role, adopt: true}}\n";

#[test]
fn an_account_is_made_with_the_mark_in_its_description() {
    let account = resource(ACCOUNT, "account/ollama-run");
    assert_snapshot!(shown_steps(&account.steps(&Action::Create, None)), @r#"
    POST iam.googleapis.com/v1/projects/demo-project/serviceAccounts
    {
      "accountId": "ollama-run",
      "serviceAccount": {
        "description": "Holds no role [gemmactl:demo]",
        "displayName": "Runs Ollama"
      }
    }
      wait: Nothing
    "#);
}

#[test]
fn an_account_is_compared_without_the_mark_and_deleted_by_its_unique_id() {
    let account = resource(ACCOUNT, "account/ollama-run");
    let found = live(
        &*account,
        &json!({
            "name": "projects/demo-project/serviceAccounts/x", "email": "ollama-run@demo-project.iam.gserviceaccount.com",
            "uniqueId": "1234", "displayName": "Runs Ollama", "description": "Holds no role [gemmactl:demo]",
        }),
    );
    assert_eq!(found.owner, Owner::ThisStack);
    assert_eq!(differences(&*account, &found), Vec::<String>::new());
    assert_eq!(found.outputs["email"], "ollama-run@demo-project.iam.gserviceaccount.com");
    assert_snapshot!(shown_steps(&account.steps(&Action::Delete, Some(&found))), @r#"
    DELETE iam.googleapis.com/v1/projects/demo-project/serviceAccounts/1234
      wait: Nothing
    "#);
}

#[test]
fn an_account_that_was_there_before_is_marked_and_changed_in_one_call() {
    let account = resource(ACCOUNT, "account/ollama-run");
    let found = live(
        &*account,
        &json!({"email": "ollama-run@demo-project.iam.gserviceaccount.com", "description": "Older"}),
    );
    assert_eq!(found.owner, Owner::Unmarked);
    assert!(account.may_adopt());
    assert_snapshot!(differences(&*account, &found).join("\n"), @r#"
    description: Some(String("Older")) is not "Holds no role"
    displayName: None is not "Runs Ollama"
    "#);
    assert_snapshot!(shown_steps(&account.steps(&Action::Adopt, Some(&found))), @r#"
    PATCH iam.googleapis.com/v1/projects/demo-project/serviceAccounts/ollama-run@demo-project.iam.gserviceaccount.com
    {
      "serviceAccount": {
        "displayName": "Runs Ollama",
        "description": "Holds no role [gemmactl:demo]"
      },
      "updateMask": "display_name,description"
    }
      wait: Nothing
    "#);
}

const ROLES: &str = "
apis: [cloudresourcemanager.googleapis.com]
serviceAccounts: {builder: {}}
iam:
  - role: roles/run.admin
    members: ['user:me@example.com', 'serviceAccount:builder@demo-project.iam.gserviceaccount.com']
  - role: projects/demo-project/roles/night
    members: ['group:ops@example.com']
    condition: {title: at night, expression: 'request.time.getHours() > 20', description: only then}
";

#[test]
fn a_role_member_is_one_grant_of_the_policy() {
    let role = resource(ROLES, "role/run.admin/user:me@example.com");
    let Lookup::Part { request, split, key } = role.lookup() else { panic!("a role member is a part") };
    assert_eq!(request.path, "v3/projects/demo-project:getIamPolicy");
    let policy = json!({"bindings": [{"role": "roles/run.admin", "members": ["user:Me@example.com", "user:other@x.com"]}]});
    let parts = split(&policy);
    let found = live(&*role, &parts[&key]);
    assert_eq!(found.owner, Owner::Unmarkable);
    assert_eq!(differences(&*role, &found), Vec::<String>::new());
    assert_snapshot!(shown_steps(&role.steps(&Action::Create, None)), @r#"
    edit the policy of project demo-project
      read: POST cloudresourcemanager.googleapis.com/v3/projects/demo-project:getIamPolicy
      write: POST cloudresourcemanager.googleapis.com/v3/projects/demo-project:setIamPolicy
      + {"role":"roles/run.admin","member":"user:me@example.com"}
    "#);
    assert_snapshot!(shown_steps(&role.steps(&Action::Delete, Some(&found))), @r#"
    edit the policy of project demo-project
      read: POST cloudresourcemanager.googleapis.com/v3/projects/demo-project:getIamPolicy
      write: POST cloudresourcemanager.googleapis.com/v3/projects/demo-project:setIamPolicy
      - {"role":"roles/run.admin","member":"user:me@example.com"}
    "#);
}

#[test]
fn a_condition_makes_it_another_grant() {
    let role = resource(ROLES, "role/projects/demo-project/roles/night/group:ops@example.com [at night]");
    assert_snapshot!(shown_fields(&role.desired()), @r#"
    condition.expression: "request.time.getHours() > 20"
    condition.title: "at night"
    member: "group:ops@example.com"
    role: "projects/demo-project/roles/night"
    "#);
    assert_snapshot!(shown_steps(&role.steps(&Action::Create, None)), @r#"
    edit the policy of project demo-project
      read: POST cloudresourcemanager.googleapis.com/v3/projects/demo-project:getIamPolicy
      write: POST cloudresourcemanager.googleapis.com/v3/projects/demo-project:setIamPolicy
      + {"role":"projects/demo-project/roles/night","member":"group:ops@example.com","condition":{"title":"at night","expression":"request.time.getHours() > 20","description":"only then"}}
    "#);
    let Lookup::Part { split, key, .. } = role.lookup() else { panic!("a role member is a part") };
    let plain = json!({"bindings": [{"role": "projects/demo-project/roles/night", "members": ["group:ops@example.com"]}]});
    assert!(!split(&plain).contains_key(&key));
}

const SERVICE: &str = "
services: {gemma: {image: example.com/a/b, region: us-central1, invokers: ['user:caller@example.com', allUsers]}}
";

#[test]
fn an_invoker_is_one_grant_on_the_service() {
    let invoker = resource(SERVICE, "invoker/gemma/user:caller@example.com");
    let Lookup::Part { request, .. } = invoker.lookup() else { panic!("an invoker is a part") };
    assert_eq!(request.path, "v2/projects/demo-project/locations/us-central1/services/gemma:getIamPolicy");
    assert_eq!(request.query, [("options.requestedPolicyVersion".to_owned(), "3".to_owned())]);
    assert_snapshot!(shown_steps(&invoker.steps(&Action::Create, None)), @r#"
    edit the policy of service gemma
      read: GET run.googleapis.com/v2/projects/demo-project/locations/us-central1/services/gemma:getIamPolicy
      write: POST run.googleapis.com/v2/projects/demo-project/locations/us-central1/services/gemma:setIamPolicy
      + {"role":"roles/run.invoker","member":"user:caller@example.com"}
    "#);
    assert_eq!(
        invoker.full_name(),
        "//run.googleapis.com/projects/demo-project/locations/us-central1/services/gemma/invokers/user:caller@example.com"
    );
}

const IMAGE: &str = "
repositories: {ollama: {format: docker}}
images: {gemma: {repository: ollama, build: {context: ./backend}}}
";

#[test]
fn a_source_bucket_is_private_short_lived_and_marked() {
    let bucket = resource(IMAGE, "bucket/sources-europe-west1");
    assert_snapshot!(shown_steps(&bucket.steps(&Action::Create, None)), @r#"
    POST storage.googleapis.com/storage/v1/b
      ?project=demo-project
    {
      "iamConfiguration": {
        "uniformBucketLevelAccess": {
          "enabled": true
        },
        "publicAccessPrevention": "enforced"
      },
      "lifecycle": {
        "rule": [
          {
            "action": {
              "type": "Delete"
            },
            "condition": {
              "age": 30
            }
          }
        ]
      },
      "softDeletePolicy": {
        "retentionDurationSeconds": "0"
      },
      "labels": {
        "gemmactl-stack": "demo"
      },
      "name": "gemmactl-src-demo-aca8392e6813",
      "location": "europe-west1"
    }
      wait: Nothing
    "#);
    assert_snapshot!(shown_steps(&bucket.steps(&Action::Delete, None)), @r#"
    empty gs://gemmactl-src-demo-aca8392e6813
    DELETE storage.googleapis.com/storage/v1/b/gemmactl-src-demo-aca8392e6813
      wait: Nothing
    "#);
}

#[test]
fn a_source_bucket_that_is_given_back_loses_its_mark_and_nothing_else() {
    let bucket = resource(IMAGE, "bucket/sources-europe-west1");
    let found = json!({
        "location": "EUROPE-WEST1", "metageneration": "7", "labels": {"gemmactl-stack": "demo", "team": "search"},
    });
    let live = bucket.observe(&found).unwrap().unwrap();
    assert_snapshot!(shown_steps(&bucket.steps(&Action::Detach, Some(&live))), @r#"
    PATCH storage.googleapis.com/storage/v1/b/gemmactl-src-demo-aca8392e6813
      ?ifMetagenerationMatch=7
    {
      "labels": {
        "gemmactl-stack": null
      }
    }
      wait: Nothing
    "#);
    let unmarked = json!({"location": "EUROPE-WEST1", "metageneration": "7", "labels": {"team": "search"}});
    let live = bucket.observe(&unmarked).unwrap().unwrap();
    assert!(bucket.steps(&Action::Detach, Some(&live)).is_empty(), "there is no mark to take off");
}

#[test]
fn a_source_bucket_reads_back_as_it_was_made() {
    let bucket = resource(IMAGE, "bucket/sources-europe-west1");
    let mut answer = common::body(&bucket.steps(&Action::Create, None));
    answer["location"] = json!("EUROPE-WEST1");
    answer["softDeletePolicy"] = json!({"retentionDurationSeconds": "0"});
    answer["metageneration"] = json!("3");
    let found = live(&*bucket, &answer);
    assert_eq!(found.owner, Owner::ThisStack);
    assert_eq!(differences(&*bucket, &found), Vec::<String>::new());

    answer["iamConfiguration"]["publicAccessPrevention"] = json!("inherited");
    let found = live(&*bucket, &answer);
    assert_eq!(differences(&*bucket, &found).len(), 1);
    assert_snapshot!(shown_steps(&bucket.steps(&Action::Update, Some(&found))), @r#"
    PATCH storage.googleapis.com/storage/v1/b/gemmactl-src-demo-aca8392e6813
      ?ifMetagenerationMatch=3
    {
      "iamConfiguration": {
        "uniformBucketLevelAccess": {
          "enabled": true
        },
        "publicAccessPrevention": "enforced"
      },
      "lifecycle": {
        "rule": [
          {
            "action": {
              "type": "Delete"
            },
            "condition": {
              "age": 30
            }
          }
        ]
      },
      "softDeletePolicy": {
        "retentionDurationSeconds": "0"
      },
      "labels": {
        "gemmactl-stack": "demo"
      }
    }
      wait: Nothing
    "#);
}

#[test]
fn what_waits_for_roles_grows_with_the_spec_and_not_with_its_square() {
    let spec = |people: usize| {
        let members: Vec<String> =
            (0..people).map(|index| format!("\"user:p{index}@example.com\"")).collect();
        let repositories: Vec<String> =
            (0..people).map(|index| format!("  r{index}: {{ format: docker }}\n")).collect();
        format!(
            "iam:\n  - role: roles/run.admin\n    members: [{}]\nrepositories:\n{}",
            members.join(", "),
            repositories.concat()
        )
    };
    let edges = |people: usize| -> usize {
        resources(&spec(people)).iter().map(|resource| resource.depends_on().len()).sum()
    };
    assert_eq!(edges(10), 100, "few are waited for one by one");
    assert_eq!(edges(200), 200 + 199, "many by their last, which waits for the others");
}
