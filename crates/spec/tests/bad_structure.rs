//! Keys, types and values that do not fit the format.

mod common;

use common::refused;

#[test]
fn refuses_an_unknown_key() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
regoin: europe-west1
"#), @r#"
error[unknown-key]: unknown key `regoin` in the spec
 --> gemmactl.yaml:4:1
  |
4 | regoin: europe-west1
  | ^^^^^^
  |
help: did you mean `region`?
  |
4 - regoin: europe-west1
4 + region: europe-west1
  |

1 problem
"#);
}

#[test]
fn refuses_an_unknown_key_inside_a_service() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    concurency: 4
    colour: red
"#), @r#"
error[unknown-key]: unknown key `concurency` in `model`
 --> gemmactl.yaml:8:5
  |
8 |     concurency: 4
  |     ^^^^^^^^^^
  |
help: did you mean `concurrency`?
  |
8 |     concurrency: 4
  |           +

error[unknown-key]: unknown key `colour` in `model`
 --> gemmactl.yaml:9:5
  |
9 |     colour: red
  |     ^^^^^^
  |
  = help: keys that may stand here: adopt, annotations, args, binaryAuthorization, command, concurrency, cpu, cpuBoost, cpuThrottling, customAudiences, defaultUrl, dependsOn, deployHealthCheck, description, encryptionKey, env, executionEnvironment, gpu, http2, ingress, invokerIamCheck, invokers, labels, livenessProbe, maxInstances, memory, minInstances, port, region, scaling, secrets, serviceAccount, sessionAffinity, startupProbe, timeout, traffic, volumeMounts, volumes, vpc

2 problems
"#);
}

#[test]
fn refuses_a_duplicate_key() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
stack: other
"#), @r#"
error[duplicate-key]: the key `stack` is there twice
 --> gemmactl.yaml:5:1
  |
5 | stack: other
  | ^^^^^
  |
  = help: the first one is at line 2

1 problem
"#);
}

#[test]
fn refuses_missing_keys() {
    insta::assert_snapshot!(refused(r#"version: 1
services:
  model: {}
"#), @r#"
error[missing-key]: the spec lacks the key `stack`
 --> gemmactl.yaml:1:1
  |
1 | version: 1
  | ^^^^^^^^^^
  |
  = help: `stack`: The stack's name

error[missing-key]: the spec lacks the key `project`
 --> gemmactl.yaml:1:1
  |
1 | version: 1
  | ^^^^^^^^^^
  |
  = help: `project`: The Google Cloud project that everything is made in

error[missing-key]: the spec lacks the key `region`
 --> gemmactl.yaml:1:1
  |
1 | version: 1
  | ^^^^^^^^^^
  |
  = help: `region`: The region of everything that does not name its own

error[missing-key]: `model` lacks the key `image`
 --> gemmactl.yaml:3:3
  |
3 |   model: {}
  |   ^^^^^
  |
  = help: `image`: The image it runs

4 problems
"#);
}

#[test]
fn refuses_another_version() {
    insta::assert_snapshot!(refused(r#"version: 2
stack: demo
project: demo-project
region: europe-west1
"#), @r#"
error[unknown-value]: `version` has to be 1, found 2
 --> gemmactl.yaml:1:10
  |
1 | version: 2
  |          ^
  |
help: did you mean `1`?
  |
1 - version: 2
1 + version: 1
  |

1 problem
"#);
}

#[test]
fn refuses_a_text_where_a_number_belongs() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    concurrency: lots
    maxInstances: "3"
"#), @r#"
error[wrong-type]: `concurrency` has to be a whole number, found the text `lots`
 --> gemmactl.yaml:8:18
  |
8 |     concurrency: lots
  |                  ^^^^

error[wrong-type]: `maxInstances` has to be a whole number, found the text `3`
 --> gemmactl.yaml:9:19
  |
9 |     maxInstances: "3"
  |                   ^^^
  |
help: did you mean `3`?
  |
9 -     maxInstances: "3"
9 +     maxInstances: 3
  |

2 problems
"#);
}

#[test]
fn refuses_a_number_where_a_text_belongs() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    description: 42
    labels: { year: 2026 }
"#), @r#"
error[wrong-type]: `description` has to be a text, found the number `42`
 --> gemmactl.yaml:8:18
  |
8 |     description: 42
  |                  ^^
  |
help: did you mean `"42"`? quotes make it a text
  |
8 -     description: 42
8 +     description: "42"
  |

error[wrong-type]: `year` has to be a text, found the number `2026`
 --> gemmactl.yaml:9:21
  |
9 |     labels: { year: 2026 }
  |                     ^^^^
  |
help: did you mean `"2026"`? quotes make it a text
  |
9 -     labels: { year: 2026 }
9 +     labels: { year: "2026" }
  |

2 problems
"#);
}

#[test]
fn refuses_a_word_where_a_boolean_belongs() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    cpuBoost: yes
    sessionAffinity: maybe
"#), @r#"
error[wrong-type]: `cpuBoost` has to be `true` or `false`, found the text `yes`
 --> gemmactl.yaml:8:15
  |
8 |     cpuBoost: yes
  |               ^^^
  |
help: did you mean `true`?
  |
8 -     cpuBoost: yes
8 +     cpuBoost: true
  |

error[wrong-type]: `sessionAffinity` has to be `true` or `false`, found the text `maybe`
 --> gemmactl.yaml:9:22
  |
9 |     sessionAffinity: maybe
  |                      ^^^^^

2 problems
"#);
}

#[test]
fn refuses_a_text_where_a_list_belongs() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
apis: run.googleapis.com
"#), @r#"
error[wrong-type]: `apis` has to be a list, found the text `run.googleapis.com`
 --> gemmactl.yaml:5:7
  |
5 | apis: run.googleapis.com
  |       ^^^^^^^^^^^^^^^^^^
  |
help: did you mean `[run.googleapis.com]`?
  |
5 - apis: run.googleapis.com
5 + apis: [run.googleapis.com]
  |

1 problem
"#);
}

#[test]
fn refuses_a_list_where_a_map_belongs() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  - image: x
"#), @r#"
error[wrong-type]: `services` has to be a map, found a list
 --> gemmactl.yaml:6:3
  |
6 |   - image: x
  |   ^^^^^^^^^^
  |
  = help: write `key: value` lines without the hyphens

1 problem
"#);
}

#[test]
fn refuses_a_map_where_a_text_belongs() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: { name: x }
"#), @r#"
error[wrong-type]: `image` has to be a text, found a map
 --> gemmactl.yaml:7:12
  |
7 |     image: { name: x }
  |            ^^^^^^^^^^^

1 problem
"#);
}

#[test]
fn refuses_a_key_without_a_value() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    memory:
    env:
"#), @r#"
error[missing-value]: `memory` has no value
 --> gemmactl.yaml:8:11
  |
8 |     memory:
  |           ^
  |
  = help: give it a value or remove the key

error[missing-value]: `env` has no value
 --> gemmactl.yaml:9:8
  |
9 |     env:
  |        ^
  |
  = help: give it keys, write `{}` for none, or remove the key

2 problems
"#);
}

#[test]
fn refuses_a_number_out_of_range() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    concurrency: 0
    port: 70000
    gpu: { type: nvidia-l4, count: 2 }
    cpu: 4
    memory: 16Gi
    maxInstances: 1
"#), @r#"
error[out-of-range]: `concurrency` has to be between 1 and 1000, found 0
 --> gemmactl.yaml:8:18
  |
8 |     concurrency: 0
  |                  ^

error[out-of-range]: `port` has to be between 1 and 65535, found 70000
 --> gemmactl.yaml:9:11
  |
9 |     port: 70000
  |           ^^^^^

error[out-of-range]: `count` has to be 1, found 2
  --> gemmactl.yaml:10:36
   |
10 |     gpu: { type: nvidia-l4, count: 2 }
   |                                    ^

3 problems
"#);
}

#[test]
fn refuses_a_word_that_is_none_of_those_allowed() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    ingress: internal-only
    executionEnvironment: Gen2
"#), @r#"
error[unknown-value]: `ingress` can not be `internal-only`
 --> gemmactl.yaml:8:14
  |
8 |     ingress: internal-only
  |              ^^^^^^^^^^^^^
  |
  = help: it has to be `all`, `internal` or `internal-and-cloud-load-balancing`

error[unknown-value]: `executionEnvironment` can not be `Gen2`
 --> gemmactl.yaml:9:27
  |
9 |     executionEnvironment: Gen2
  |                           ^^^^
  |
help: did you mean `gen2`? it has to be `gen1` or `gen2`
  |
9 -     executionEnvironment: Gen2
9 +     executionEnvironment: gen2
  |

2 problems
"#);
}

#[test]
fn refuses_memory_without_a_unit() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    memory: 32
"#), @r#"
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
"#);
}

#[test]
fn refuses_memory_in_another_spelling() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    memory: 32GB
"#), @r#"
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
"#);
}

#[test]
fn refuses_cpu_that_is_no_number() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    cpu: eight
"#), @r#"
error[bad-value]: `eight` is not a number of CPUs
 --> gemmactl.yaml:8:10
  |
8 |     cpu: eight
  |          ^^^^^
  |
  = help: write CPUs like `8` or `0.5`, or thousandths like `1000m`

1 problem
"#);
}

#[test]
fn refuses_a_duration_without_a_unit() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    timeout: 600
"#), @r#"
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
"#);
}

#[test]
fn refuses_a_region_that_is_none() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: eu-west4
"#), @r#"
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
"#);
}

#[test]
fn refuses_a_zone_as_region() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1-b
"#), @r#"
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
"#);
}

#[test]
fn refuses_a_region_of_nowhere() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: atlantis
"#), @r#"
error[bad-value]: the region `atlantis` is unknown
 --> gemmactl.yaml:4:9
  |
4 | region: atlantis
  |         ^^^^^^^^
  |
  = help: the regions of Cloud Run as of 2026-11 are: africa-south1, asia-east1, asia-east2, asia-northeast1, asia-northeast2, asia-northeast3, asia-south1, asia-south2, asia-southeast1, asia-southeast2, asia-southeast3, australia-southeast1, australia-southeast2, europe-central2, europe-north1, europe-north2, europe-southwest1, europe-west1, europe-west10, europe-west12, europe-west2, europe-west3, europe-west4, europe-west6, europe-west8, europe-west9, me-central1, me-central2, me-west1, northamerica-northeast1, northamerica-northeast2, northamerica-south1, southamerica-east1, southamerica-west1, us-central1, us-east1, us-east4, us-east5, us-south1, us-west1, us-west2, us-west3, us-west4

1 problem
"#);
}

#[test]
fn refuses_a_gpu_type_nearly_right() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    gpu: { type: nvidia-l-4 }
    maxInstances: 1
"#), @r#"
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
"#);
}

#[test]
fn refuses_names_out_of_their_grammar() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: Demo_Stack
project: 123456789012
region: europe-west1
serviceAccounts:
  run: {}
services:
  My_Service:
    image: us-docker.pkg.dev/p/r/i:1
"#), @r#"
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
"#);
}

#[test]
fn refuses_an_api_by_its_short_name() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
apis: [run]
"#), @r#"
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
"#);
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
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
iam:
  - { role: roles/run.admin, members: [] }
"#), @r#"
error[empty-list]: `members` is empty
 --> gemmactl.yaml:6:39
  |
6 |   - { role: roles/run.admin, members: [] }
  |                                       ^^
  |
  = help: name at least one

1 problem
"#);
}

#[test]
fn refuses_an_image_reference_with_a_scheme() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: https://us-docker.pkg.dev/p/r/i:1
"#), @r#"
error[bad-value]: `https://us-docker.pkg.dev/p/r/i:1` is not an image reference: leave out the scheme
 --> gemmactl.yaml:7:12
  |
7 |     image: https://us-docker.pkg.dev/p/r/i:1
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: a name under `images`, or a full reference such as `us-docker.pkg.dev/project/repository/image:tag`

1 problem
"#);
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
