//! Names that lead nowhere or in circles, and items that stand twice.

mod common;

use common::refused;

#[test]
fn refuses_an_unknown_image() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: server }
services:
  model: { image: servr }
"), @"
error[unknown-reference]: there is no image `servr` under `images`
  --> gemmactl.yaml:12:19
   |
12 |   model: { image: servr }
   |                   ^^^^^
   |
help: did you mean `server`?
   |
12 |   model: { image: server }
   |                       +

1 problem
");
}

#[test]
fn refuses_an_unknown_image_and_none_declared() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model: { image: server }
"), @"
error[unknown-reference]: there is no image `server` under `images`
 --> gemmactl.yaml:6:19
  |
6 |   model: { image: server }
  |                   ^^^^^^
  |
  = help: declare it under `images`; an image that is there already is named in full, with its registry: `us-docker.pkg.dev/project/repository/image:tag`

1 problem
");
}

#[test]
fn refuses_an_unknown_repository() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: mdels
    build: { context: server }
"), @"
error[unknown-reference]: there is no repository `mdels` under `repositories`
 --> gemmactl.yaml:9:17
  |
9 |     repository: mdels
  |                 ^^^^^
  |
help: did you mean `models`?
  |
9 |     repository: models
  |                  +

1 problem
");
}

#[test]
fn refuses_an_unknown_service_account() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: server, serviceAccount: builder-one }
services:
  model: { image: server, serviceAccount: runner }
serviceAccounts:
  runners: {}
"), @"
error[unknown-reference]: there is no service account `builder-one` under `serviceAccounts`
  --> gemmactl.yaml:10:47
   |
10 |     build: { context: server, serviceAccount: builder-one }
   |                                               ^^^^^^^^^^^
   |
   = help: declare it under `serviceAccounts`; an account that is there already is named by its e-mail address

error[unknown-reference]: there is no service account `runner` under `serviceAccounts`
  --> gemmactl.yaml:12:43
   |
12 |   model: { image: server, serviceAccount: runner }
   |                                           ^^^^^^
   |
help: did you mean `runners`?
   |
12 |   model: { image: server, serviceAccount: runners }
   |                                                 +

2 problems
");
}

#[test]
fn refuses_an_unknown_volume() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    volumes: { models: { inMemory: {} } }
    volumeMounts: { model: /models }
"), @"
error[unknown-reference]: there is no volume `model` under `volumes`
 --> gemmactl.yaml:9:21
  |
9 |     volumeMounts: { model: /models }
  |                     ^^^^^
  |
help: did you mean `models`?
  |
9 |     volumeMounts: { models: /models }
  |                          +

1 problem
");
}

#[test]
fn refuses_an_unknown_dependency() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    dependsOn: [service/other, thing/x, image/gone]
"), @"
error[unknown-reference]: there is no service `other` under `services`
 --> gemmactl.yaml:8:17
  |
8 |     dependsOn: [service/other, thing/x, image/gone]
  |                 ^^^^^^^^^^^^^
  |
  = help: `services` has `model`

error[bad-value]: `thing/x` is not an item of a spec
 --> gemmactl.yaml:8:32
  |
8 |     dependsOn: [service/other, thing/x, image/gone]
  |                                ^^^^^^^
  |
  = help: name an item by its kind, for example `service/ollama-gemma` or `image/ollama-gemma`

error[unknown-reference]: there is no image `gone` under `images`
 --> gemmactl.yaml:8:41
  |
8 |     dependsOn: [service/other, thing/x, image/gone]
  |                                         ^^^^^^^^^^
  |
  = help: declare it under `images`

3 problems
");
}

#[test]
fn refuses_a_service_that_waits_for_itself() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    dependsOn: [service/model]
"), @"
error[cycle]: `service/model` waits for itself
 --> gemmactl.yaml:8:17
  |
8 |     dependsOn: [service/model]
  |                 ^^^^^^^^^^^^^
  |
  = help: remove the line

1 problem
");
}

#[test]
fn refuses_a_cycle() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  one:
    image: us-docker.pkg.dev/p/r/i:1
    dependsOn: [service/two]
  two:
    image: us-docker.pkg.dev/p/r/i:1
    dependsOn: [service/three]
  three:
    image: us-docker.pkg.dev/p/r/i:1
    dependsOn: [service/one]
"), @"
error[cycle]: items wait for each other in a circle: service/one -> service/two -> service/three -> service/one
  --> gemmactl.yaml:14:17
   |
14 |     dependsOn: [service/one]
   |                 ^^^^^^^^^^^
   |
   = help: remove one of the lines that make the circle

1 problem
");
}

#[test]
fn refuses_a_cycle_through_an_image() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: server }
    dependsOn: [service/model]
services:
  model: { image: server }
"), @"
error[cycle]: items wait for each other in a circle: service/model -> image/server -> service/model
  --> gemmactl.yaml:11:17
   |
11 |     dependsOn: [service/model]
   |                 ^^^^^^^^^^^^^
   |
   = help: remove one of the lines that make the circle

1 problem
");
}

#[test]
fn refuses_everybody_on_the_project() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
iam:
  - { role: roles/viewer, members: [allUsers] }
"), @"
error[public-project]: `allUsers` can not be given a role on the project
 --> gemmactl.yaml:6:37
  |
6 |   - { role: roles/viewer, members: [allUsers] }
  |                                     ^^^^^^^^
  |
  = help: everybody on the internet would hold it; a service is made public by its `invokers`

1 problem
");
}

#[test]
fn refuses_duplicates_in_lists() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
apis: [run.googleapis.com, { name: run.googleapis.com }]
iam:
  - { role: roles/viewer, members: ["user:me@example.com"] }
  - { role: roles/viewer, members: ["user:me@example.com"] }
"#), @r#"
error[duplicate-item]: the API `run.googleapis.com` is there twice
 --> gemmactl.yaml:5:28
  |
5 | apis: [run.googleapis.com, { name: run.googleapis.com }]
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: the first one is at line 5; remove one of them

error[duplicate-item]: `user:me@example.com` with `roles/viewer` is there twice
 --> gemmactl.yaml:8:37
  |
8 |   - { role: roles/viewer, members: ["user:me@example.com"] }
  |                                     ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: the first one is at line 7; remove one of them

2 problems
"#);
}

#[test]
fn refuses_two_conditions_of_one_title_on_one_grant() {
    let text = r#"version: 1
stack: demo
project: demo-project
region: europe-west1
iam:
  - role: roles/viewer
    members: ["user:me@example.com"]
    condition: { title: night, expression: "request.time.getHours() < 6" }
  - role: roles/viewer
    members: ["user:me@example.com"]
    condition: { title: TITLE, expression: "request.time.getHours() < 7" }
"#;
    let problems = refused(&text.replace("TITLE", "night"));
    let told = "gemmactl.yaml:10:15";
    assert!(
        problems.contains(told) && problems.contains("under the condition `night` is there twice"),
        "{problems}"
    );
    assert_eq!(refused(&text.replace("TITLE", "late")), "accepted");
}

#[test]
fn refuses_cleanup_policies_that_pick_in_two_ways() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models:
    format: docker
    cleanupPolicies:
      - { name: a, action: keep }
      - { name: a, action: delete, mostRecentVersions: { keepCount: 3 } }
"), @"
error[cleanup-policy]: the policy `a` has neither `condition` nor `mostRecentVersions`
 --> gemmactl.yaml:9:17
  |
9 |       - { name: a, action: keep }
  |                 ^
  |
  = help: a policy picks versions in one way: `condition`, or `mostRecentVersions` with action `keep`

error[cleanup-policy]: the policy `a` deletes by `mostRecentVersions`, which can only keep
  --> gemmactl.yaml:10:17
   |
10 |       - { name: a, action: delete, mostRecentVersions: { keepCount: 3 } }
   |                 ^
   |
   = help: a policy picks versions in one way: `condition`, or `mostRecentVersions` with action `keep`

error[duplicate-item]: the policy `a` is there twice
  --> gemmactl.yaml:10:17
   |
10 |       - { name: a, action: delete, mostRecentVersions: { keepCount: 3 } }
   |                 ^
   |
   = help: the first one is at line 9; remove one of them

3 problems
");
}
