//! Keys and types that do not fit the format.

mod common;

use common::refused;

#[test]
fn refuses_an_unknown_key() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
regoin: europe-west1
"), @"
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
");
}

#[test]
fn refuses_an_unknown_key_inside_a_service() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    concurency: 4
    colour: red
"), @"
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
  = help: keys that may stand here: adopt, annotations, args, binaryAuthorization, command, concurrency, cpu, cpuBoost, cpuThrottling, customAudiences, defaultUrl, dependsOn, deployHealthCheck, description, encryptionKey, env, executionEnvironment, gpu, http2, ingress, invokerIamCheck, invokers, labels, livenessProbe, maxInstances, memory, minInstances, port, protect, region, rollout, scaling, secrets, serviceAccount, sessionAffinity, smokeTest, startupProbe, timeout, traffic, volumeMounts, volumes, vpc

2 problems
");
}

#[test]
fn refuses_a_duplicate_key() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
stack: other
"), @"
error[duplicate-key]: the key `stack` is there twice
 --> gemmactl.yaml:5:1
  |
5 | stack: other
  | ^^^^^
  |
  = help: the first one is at line 2

1 problem
");
}

#[test]
fn refuses_missing_keys() {
    insta::assert_snapshot!(refused("version: 1
services:
  model: {}
"), @"
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
");
}

#[test]
fn refuses_another_version() {
    insta::assert_snapshot!(refused("version: 2
stack: demo
project: demo-project
region: europe-west1
"), @"
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
");
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
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    description: 42
    labels: { year: 2026 }
"), @r#"
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
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    cpuBoost: yes
    sessionAffinity: maybe
"), @"
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
");
}

#[test]
fn refuses_a_text_where_a_list_belongs() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
apis: run.googleapis.com
"), @"
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
");
}

#[test]
fn refuses_a_list_where_a_map_belongs() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  - image: x
"), @"
error[wrong-type]: `services` has to be a map, found a list
 --> gemmactl.yaml:6:3
  |
6 |   - image: x
  |   ^^^^^^^^^^
  |
  = help: write `key: value` lines without the hyphens

1 problem
");
}

#[test]
fn refuses_a_map_where_a_text_belongs() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: { name: x }
"), @"
error[wrong-type]: `image` has to be a text, found a map
 --> gemmactl.yaml:7:12
  |
7 |     image: { name: x }
  |            ^^^^^^^^^^^

1 problem
");
}

#[test]
fn refuses_a_key_without_a_value() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    memory:
    env:
"), @"
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
");
}

#[test]
fn refuses_a_number_out_of_range() {
    insta::assert_snapshot!(refused("version: 1
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
"), @"
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
");
}

#[test]
fn refuses_a_word_that_is_none_of_those_allowed() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    ingress: internal-only
    executionEnvironment: Gen2
"), @"
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
");
}
