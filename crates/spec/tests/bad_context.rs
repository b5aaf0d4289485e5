//! Build contexts that can not be used.

mod common;

use common::refused;

#[test]
fn refuses_a_context_that_is_missing() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: nowhere }
"), @"
error[context-missing]: the context folder `nowhere` does not exist
  --> gemmactl.yaml:10:23
   |
10 |     build: { context: nowhere }
   |                       ^^^^^^^
   |
   = help: it is looked for at tests/stack/nowhere

1 problem
");
}

#[test]
fn refuses_a_context_outside_the_folder() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: ../elsewhere }
"), @"
error[context-outside]: the context `../elsewhere` lies outside the spec's folder
  --> gemmactl.yaml:10:23
   |
10 |     build: { context: ../elsewhere }
   |                       ^^^^^^^^^^^^
   |
   = help: a context lies inside the folder of the spec, so that a spec can not send anything else

1 problem
");
}

#[test]
fn refuses_an_absolute_context() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: /etc }
"), @"
error[context-outside]: the context `/etc` lies outside the spec's folder
  --> gemmactl.yaml:10:23
   |
10 |     build: { context: /etc }
   |                       ^^^^
   |
   = help: a context lies inside the folder of the spec, so that a spec can not send anything else

1 problem
");
}

#[test]
fn refuses_a_context_that_is_a_link_out() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: outside }
"), @"
error[context-outside]: the context `outside` lies outside the spec's folder
  --> gemmactl.yaml:10:23
   |
10 |     build: { context: outside }
   |                       ^^^^^^^
   |
   = help: a context lies inside the folder of the spec, so that a spec can not send anything else

1 problem
");
}

#[test]
fn refuses_a_context_without_a_dockerfile() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: empty }
"), @"
error[dockerfile-missing]: the context has no `Dockerfile`
  --> gemmactl.yaml:10:23
   |
10 |     build: { context: empty }
   |                       ^^^^^
   |
   = help: add one, or name another file under `dockerfile`

1 problem
");
}

#[test]
fn refuses_a_dockerfile_of_another_name_that_is_missing() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: server, dockerfile: Dockerfile.gpu }
"), @"
error[dockerfile-missing]: the context has no `Dockerfile.gpu`
  --> gemmactl.yaml:10:43
   |
10 |     build: { context: server, dockerfile: Dockerfile.gpu }
   |                                           ^^^^^^^^^^^^^^
   |
   = help: add one, or name another file under `dockerfile`

1 problem
");
}

#[test]
fn refuses_a_dockerfile_outside_the_context() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: server, dockerfile: ../empty/notes.txt }
"), @"
error[dockerfile-outside]: the Dockerfile `../empty/notes.txt` lies outside the context
  --> gemmactl.yaml:10:43
   |
10 |     build: { context: server, dockerfile: ../empty/notes.txt }
   |                                           ^^^^^^^^^^^^^^^^^^

1 problem
");
}
