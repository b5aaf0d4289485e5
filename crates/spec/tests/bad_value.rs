//! Values that do not fit their grammar.

mod common;

use common::refused;

#[test]
fn refuses_memory_without_a_unit() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    memory: 32
"), @"
error[bad-value]: the memory `32` has no unit
 --> gemmactl.yaml:8:13
  |
8 |     memory: 32
  |             ^^
  |
help: did you mean `32Gi`? memory is written with its unit, for example `32Gi` or `512Mi`
  |
8 |     memory: 32Gi
  |               ++

1 problem
");
}

#[test]
fn refuses_memory_in_another_spelling() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    memory: 32GB
"), @"
error[bad-value]: `32GB` is not an amount of memory
 --> gemmactl.yaml:8:13
  |
8 |     memory: 32GB
  |             ^^^^
  |
help: did you mean `32Gi`? memory is a whole number with its unit, for example `32Gi` or `512Mi`
  |
8 -     memory: 32GB
8 +     memory: 32Gi
  |

1 problem
");
}

#[test]
fn refuses_cpu_that_is_no_number() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    cpu: eight
"), @"
error[bad-value]: `eight` is not a number of CPUs
 --> gemmactl.yaml:8:10
  |
8 |     cpu: eight
  |          ^^^^^
  |
  = help: write CPUs like `8` or `0.5`, or thousandths like `1000m`

1 problem
");
}

#[test]
fn refuses_a_duration_without_a_unit() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    timeout: 600
"), @"
error[bad-value]: the duration `600` has no unit
 --> gemmactl.yaml:8:14
  |
8 |     timeout: 600
  |              ^^^
  |
help: did you mean `600s`? a duration is written with its unit, for example `600s`, `10m` or `1h`
  |
8 |     timeout: 600s
  |                 +

1 problem
");
}

#[test]
fn refuses_a_region_that_is_none() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: eu-west4
"), @"
error[bad-value]: the region `eu-west4` is unknown
 --> gemmactl.yaml:4:9
  |
4 | region: eu-west4
  |         ^^^^^^^^
  |
help: did you mean `europe-west4`?
  |
4 | region: europe-west4
  |           ++++

1 problem
");
}

#[test]
fn refuses_a_zone_as_region() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1-b
"), @"
error[bad-value]: the region `europe-west1-b` is unknown
 --> gemmactl.yaml:4:9
  |
4 | region: europe-west1-b
  |         ^^^^^^^^^^^^^^
  |
help: did you mean `europe-west1`? this is a zone; its region is asked for
  |
4 - region: europe-west1-b
4 + region: europe-west1
  |

1 problem
");
}

#[test]
fn refuses_a_region_of_nowhere() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: atlantis
"), @"
error[bad-value]: the region `atlantis` is unknown
 --> gemmactl.yaml:4:9
  |
4 | region: atlantis
  |         ^^^^^^^^
  |
  = help: the regions of Cloud Run as of 2026-11 are: africa-south1, asia-east1, asia-east2, asia-northeast1, asia-northeast2, asia-northeast3, asia-south1, asia-south2, asia-southeast1, asia-southeast2, asia-southeast3, australia-southeast1, australia-southeast2, europe-central2, europe-north1, europe-north2, europe-southwest1, europe-west1, europe-west10, europe-west12, europe-west2, europe-west3, europe-west4, europe-west6, europe-west8, europe-west9, me-central1, me-central2, me-west1, northamerica-northeast1, northamerica-northeast2, northamerica-south1, southamerica-east1, southamerica-west1, us-central1, us-east1, us-east4, us-east5, us-south1, us-west1, us-west2, us-west3, us-west4

1 problem
");
}

#[test]
fn refuses_a_gpu_type_nearly_right() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    gpu: { type: nvidia-l-4 }
    maxInstances: 1
"), @"
error[bad-value]: `nvidia-l-4` is not a GPU type
 --> gemmactl.yaml:8:18
  |
8 |     gpu: { type: nvidia-l-4 }
  |                  ^^^^^^^^^^
  |
help: did you mean `nvidia-l4`?
  |
8 -     gpu: { type: nvidia-l-4 }
8 +     gpu: { type: nvidia-l4 }
  |

1 problem
");
}

#[test]
fn refuses_names_out_of_their_grammar() {
    insta::assert_snapshot!(refused("version: 1
stack: Demo_Stack
project: 123456789012
region: europe-west1
serviceAccounts:
  run: {}
services:
  My_Service:
    image: us-docker.pkg.dev/p/r/i:1
"), @"
error[bad-value]: `Demo_Stack` is not a stack name
 --> gemmactl.yaml:2:8
  |
2 | stack: Demo_Stack
  |        ^^^^^^^^^^
  |
help: did you mean `demo-stack`? lower-case letters, digits and hyphens, 1 to 30 characters, beginning with a letter
  |
2 - stack: Demo_Stack
2 + stack: demo-stack
  |

error[bad-value]: `123456789012` is a project number, not a project id
 --> gemmactl.yaml:3:10
  |
3 | project: 123456789012
  |          ^^^^^^^^^^^^
  |
  = help: `gcloud projects list` shows the id beside the number

error[bad-name]: `run` is not a service account id
 --> gemmactl.yaml:6:3
  |
6 |   run: {}
  |   ^^^
  |
  = help: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen

error[bad-name]: `My_Service` is not a service name
 --> gemmactl.yaml:8:3
  |
8 |   My_Service:
  |   ^^^^^^^^^^
  |
help: did you mean `my-service`? 1 to 49 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen
  |
8 -   My_Service:
8 +   my-service:
  |

4 problems
");
}

#[test]
fn refuses_an_api_by_its_short_name() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
apis: [run]
"), @"
error[bad-value]: `run` is not the name of a Google API
 --> gemmactl.yaml:5:8
  |
5 | apis: [run]
  |        ^^^
  |
help: did you mean `run.googleapis.com`? an API is named like `run.googleapis.com`
  |
5 | apis: [run.googleapis.com]
  |           +++++++++++++++

1 problem
");
}

#[test]
fn refuses_a_role_without_its_prefix() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
iam:
  - { role: run.admin, members: ["user:me@example.com"] }
"#), @r#"
error[bad-value]: the role `run.admin` does not begin with `roles/`
 --> gemmactl.yaml:6:13
  |
6 |   - { role: run.admin, members: ["user:me@example.com"] }
  |             ^^^^^^^^^
  |
help: did you mean `roles/run.admin`? a role is written `roles/run.admin`, `projects/PROJECT/roles/NAME` or `organizations/NUMBER/roles/NAME`
  |
6 |   - { role: roles/run.admin, members: ["user:me@example.com"] }
  |             ++++++

1 problem
"#);
}

#[test]
fn refuses_a_member_without_its_prefix() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
iam:
  - { role: roles/run.admin, members: [me@example.com, "usr:me@example.com", "user:me"] }
"#), @r#"
error[bad-value]: the member `me@example.com` has no prefix such as `user:`
 --> gemmactl.yaml:6:40
  |
6 |   - { role: roles/run.admin, members: [me@example.com, "usr:me@example.com", "user:me"] }
  |                                        ^^^^^^^^^^^^^^
  |
help: did you mean `user:me@example.com`? a member is written `user:me@example.com`, `serviceAccount:name@project.iam.gserviceaccount.com`, `group:team@example.com`, `domain:example.com`, `principal://…` or `principalSet://…`
  |
6 |   - { role: roles/run.admin, members: [user:me@example.com, "usr:me@example.com", "user:me"] }
  |                                        +++++

error[bad-value]: `usr` is not a kind of member
 --> gemmactl.yaml:6:56
  |
6 |   - { role: roles/run.admin, members: [me@example.com, "usr:me@example.com", "user:me"] }
  |                                                        ^^^^^^^^^^^^^^^^^^^^
  |
help: did you mean `user:me@example.com`? a member is written `user:me@example.com`, `serviceAccount:name@project.iam.gserviceaccount.com`, `group:team@example.com`, `domain:example.com`, `principal://…` or `principalSet://…`
  |
6 |   - { role: roles/run.admin, members: [me@example.com, "user:me@example.com", "user:me"] }
  |                                                           +

error[bad-value]: `me` is not an e-mail address
 --> gemmactl.yaml:6:78
  |
6 |   - { role: roles/run.admin, members: [me@example.com, "usr:me@example.com", "user:me"] }
  |                                                                              ^^^^^^^^^
  |
  = help: a member is written `user:me@example.com`, `serviceAccount:name@project.iam.gserviceaccount.com`, `group:team@example.com`, `domain:example.com`, `principal://…` or `principalSet://…`

3 problems
"#);
}

#[test]
fn refuses_a_binding_without_members() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
iam:
  - { role: roles/run.admin, members: [] }
"), @"
error[empty-list]: `members` is empty
 --> gemmactl.yaml:6:39
  |
6 |   - { role: roles/run.admin, members: [] }
  |                                       ^^
  |
  = help: name at least one

1 problem
");
}

#[test]
fn refuses_an_image_reference_with_a_scheme() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: https://us-docker.pkg.dev/p/r/i:1
"), @"
error[bad-value]: `https://us-docker.pkg.dev/p/r/i:1` is not an image reference: leave out the scheme
 --> gemmactl.yaml:7:12
  |
7 |     image: https://us-docker.pkg.dev/p/r/i:1
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: a name under `images`, or a full reference such as `us-docker.pkg.dev/project/repository/image:tag`

1 problem
");
}

#[test]
fn refuses_a_column_counts_characters() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    env: { "Ü": 1, GREETING: "𝄞 ☃" }   # ☃
    "labels": { team: "Größe 𝄞" }
"#), @r#"
error[bad-name]: `Ü` is not the name of an environment variable
 --> gemmactl.yaml:8:12
  |
8 |     env: { "Ü": 1, GREETING: "𝄞 ☃" }   # ☃
  |            ^^^
  |
  = help: letters, digits and underscores, not beginning with a digit

error[bad-value]: `Größe 𝄞` is not a label value
 --> gemmactl.yaml:9:23
  |
9 |     "labels": { team: "Größe 𝄞" }
  |                       ^^^^^^^^^
  |
  = help: up to 63 lower-case letters, digits, underscores and hyphens

2 problems
"#);
}
