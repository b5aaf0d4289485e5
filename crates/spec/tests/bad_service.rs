//! Settings of a service that do not fit together.

mod common;

use common::refused;

#[test]
fn refuses_a_probe_of_two_kinds_and_one_of_none() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    startupProbe: { http: {}, tcp: {} }
    livenessProbe: { period: 10s }
"), @"
error[probe-kind]: a probe has 2 kinds: http, tcp
 --> gemmactl.yaml:8:5
  |
8 |     startupProbe: { http: {}, tcp: {} }
  |     ^^^^^^^^^^^^
  |
  = help: give exactly one of `http`, `tcp` and `grpc`

error[probe-kind]: a probe lacks its kind
 --> gemmactl.yaml:9:5
  |
9 |     livenessProbe: { period: 10s }
  |     ^^^^^^^^^^^^^
  |
  = help: give exactly one of `http`, `tcp` and `grpc`

2 problems
");
}

#[test]
fn refuses_probe_times_that_do_not_fit() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    startupProbe: { http: {}, timeout: 20s, period: 10s, initialDelay: 1h }
    livenessProbe: { tcp: {} }
"), @"
error[probe-times]: the probe's timeout 20s is longer than its period 10s
 --> gemmactl.yaml:8:40
  |
8 |     startupProbe: { http: {}, timeout: 20s, period: 10s, initialDelay: 1h }
  |                                        ^^^
  |
  = help: a check has to end before the next one begins

error[out-of-range]: `initialDelay` has to be between 0s and 1800s, found 3600s
 --> gemmactl.yaml:8:72
  |
8 |     startupProbe: { http: {}, timeout: 20s, period: 10s, initialDelay: 1h }
  |                                                                        ^^

error[probe-kind]: a liveness probe can not use `tcp`
 --> gemmactl.yaml:9:22
  |
9 |     livenessProbe: { tcp: {} }
  |                      ^^^
  |
  = help: Cloud Run takes `http` and `grpc` here

3 problems
");
}

#[test]
fn refuses_volumes_of_two_kinds_and_of_none() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    volumes:
      both: { inMemory: {}, secret: { secret: key } }
      none: {}
"), @"
error[volume-kind]: the volume `both` has 2 kinds
 --> gemmactl.yaml:9:7
  |
9 |       both: { inMemory: {}, secret: { secret: key } }
  |       ^^^^
  |
  = help: give exactly one of `cloudStorage`, `inMemory`, `nfs` and `secret`

error[volume-kind]: the volume `none` lacks its kind
  --> gemmactl.yaml:10:7
   |
10 |       none: {}
   |       ^^^^
   |
   = help: give exactly one of `cloudStorage`, `inMemory`, `nfs` and `secret`

2 problems
");
}

#[test]
fn refuses_a_vpc_with_connector_and_network() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    vpc: { connector: c, network: n }
"), @"
error[vpc-access]: a VPC access has both a connector and a network
 --> gemmactl.yaml:8:5
  |
8 |     vpc: { connector: c, network: n }
  |     ^^^
  |
  = help: give either `connector`, or `network` and `subnet` for direct egress

1 problem
");
}

#[test]
fn refuses_a_vpc_without_either() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    vpc: { egress: all-traffic }
"), @"
error[vpc-access]: a VPC access has neither a connector nor a network
 --> gemmactl.yaml:8:5
  |
8 |     vpc: { egress: all-traffic }
  |     ^^^
  |
  = help: give either `connector`, or `network` and `subnet` for direct egress

1 problem
");
}

#[test]
fn refuses_traffic_that_does_not_make_a_hundred() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    traffic:
      - { latest: true, percent: 60 }
      - { revision: model-1, latest: true, percent: 30 }
      - { tag: next }
"), @"
error[traffic-sum]: the shares of traffic make 90 percent
 --> gemmactl.yaml:8:5
  |
8 |     traffic:
  |     ^^^^^^^
  |
  = help: all `percent` together have to make 100; without `traffic` the latest revision gets all

error[traffic-target]: a target has both `latest` and `revision`
  --> gemmactl.yaml:10:9
   |
10 |       - { revision: model-1, latest: true, percent: 30 }
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: give exactly one: `latest: true`, or `revision` with a name

error[traffic-target]: a target has neither `latest` nor `revision`
  --> gemmactl.yaml:11:9
   |
11 |       - { tag: next }
   |         ^^^^^^^^^^^^^
   |
   = help: give exactly one: `latest: true`, or `revision` with a name

3 problems
");
}

#[test]
fn refuses_instances_out_of_order() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    minInstances: 3
    maxInstances: 2
    scaling: { mode: manual }
"), @"
error[scaling-bounds]: the least number of instances, 3, is over the most, 2
 --> gemmactl.yaml:8:19
  |
8 |     minInstances: 3
  |                   ^

error[scaling-mode]: mode `manual` lacks the number of instances
  --> gemmactl.yaml:10:5
   |
10 |     scaling: { mode: manual }
   |     ^^^^^^^
   |
   = help: write it under `manual`

2 problems
");
}

#[test]
fn refuses_times_over_the_limit() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
repositories:
  models: { format: docker }
images:
  server:
    repository: models
    build: { context: server, timeout: 2d }
services:
  model: { image: server, timeout: 2h }
"), @"
error[out-of-range]: `timeout` has to be between 1s and 24h, found 172800s
  --> gemmactl.yaml:10:40
   |
10 |     build: { context: server, timeout: 2d }
   |                                        ^^

error[out-of-range]: `timeout` has to be between 1s and 3600s, found 7200s
  --> gemmactl.yaml:12:36
   |
12 |   model: { image: server, timeout: 2h }
   |                                    ^^

2 problems
");
}

#[test]
fn refuses_secrets_in_the_open() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    env: { HF_TOKEN: abc, DB_PASSWORD: abc, NOTE: hf_abc, MAX_TOKENS: 4, USE_TOKEN: true }
"), @"
error[secret-in-spec]: `HF_TOKEN` looks like a secret with its value in the open
--> gemmactl.yaml:8:12
 = help: put the value into Secret Manager and name it under `secrets`

error[secret-in-spec]: `DB_PASSWORD` looks like a secret with its value in the open
--> gemmactl.yaml:8:27
 = help: put the value into Secret Manager and name it under `secrets`

error[secret-in-spec]: `NOTE` looks like a secret with its value in the open
--> gemmactl.yaml:8:45
 = help: put the value into Secret Manager and name it under `secrets`

3 problems
");
}

#[test]
fn refuses_one_name_as_value_and_as_secret() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    env: { MODE: fast }
    secrets: { MODE: { secret: mode, version: latest } }
"), @"
error[duplicate-item]: the environment variable `MODE` is under `env` and under `secrets`
 --> gemmactl.yaml:9:16
  |
9 |     secrets: { MODE: { secret: mode, version: latest } }
  |                ^^^^
  |
  = help: remove one of them

1 problem
");
}

#[test]
fn refuses_an_annotation_of_cloud_run() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    annotations: { run.googleapis.com/ingress: all }
"), @"
error[system-annotation]: the annotation `run.googleapis.com/ingress` belongs to Cloud Run
 --> gemmactl.yaml:8:20
  |
8 |     annotations: { run.googleapis.com/ingress: all }
  |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: use the spec's own key for this setting

1 problem
");
}

#[test]
fn refuses_a_reserved_label_and_a_reserved_variable() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    labels: { gemmactl-stack: other }
    env: { PORT: 8080 }
"), @"
error[bad-name]: the label `gemmactl-stack` is reserved
 --> gemmactl.yaml:8:15
  |
8 |     labels: { gemmactl-stack: other }
  |               ^^^^^^^^^^^^^^
  |
  = help: labels beginning with `gemmactl` mark what a stack owns; choose another key

error[bad-name]: `PORT` is set by Cloud Run itself
 --> gemmactl.yaml:9:12
  |
9 |     env: { PORT: 8080 }
  |            ^^^^
  |
  = help: for the container's port use `port`

2 problems
");
}

#[test]
fn refuses_a_rollout_that_never_ends_or_cannot_be_checked() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    defaultUrl: false
    traffic: [{latest: true, percent: 100}]
    rollout:
      strategy: canary
      steps: [10, 0, 10, 130, 50]
  other:
    image: us-docker.pkg.dev/p/r/i:1
    smokeTest: false
    rollout: {strategy: canary, steps: []}
"), @"
error[rollout-check]: the check of the rollout cannot be made: `defaultUrl: false` leaves no address
  --> gemmactl.yaml:10:5
   |
10 |     rollout:
   |     ^^^^^^^
   |
   = help: write `check: none`, so that a new revision only has to become ready

error[rollout-traffic]: a service has both `traffic` and `rollout`
  --> gemmactl.yaml:10:5
   |
10 |     rollout:
   |     ^^^^^^^
   |
   = help: remove `traffic`: the rollout decides who gets the requests, at last the newest revision all of them

error[rollout-steps]: the last share is 50 percent, so that the rollout never ends
  --> gemmactl.yaml:12:14
   |
12 |       steps: [10, 0, 10, 130, 50]
   |              ^^^^^^^^^^^^^^^^^^^^
   |
   = help: write growing shares in percent that end with 100, such as [10, 50, 100]

error[rollout-steps]: a share has to be between 1 and 100 percent, found 0
  --> gemmactl.yaml:12:19
   |
12 |       steps: [10, 0, 10, 130, 50]
   |                   ^
   |
   = help: write growing shares in percent that end with 100, such as [10, 50, 100]

error[rollout-steps]: the share 10 is there twice
  --> gemmactl.yaml:12:22
   |
12 |       steps: [10, 0, 10, 130, 50]
   |                      ^^
   |
   = help: write growing shares in percent that end with 100, such as [10, 50, 100]

error[rollout-steps]: a share has to be between 1 and 100 percent, found 130
  --> gemmactl.yaml:12:26
   |
12 |       steps: [10, 0, 10, 130, 50]
   |                          ^^^
   |
   = help: write growing shares in percent that end with 100, such as [10, 50, 100]

error[rollout-steps]: the share 50 comes after 130
  --> gemmactl.yaml:12:31
   |
12 |       steps: [10, 0, 10, 130, 50]
   |                               ^^
   |
   = help: write growing shares in percent that end with 100, such as [10, 50, 100]

error[rollout-check]: the check of the rollout cannot be made: `smokeTest: false` says that the service is not to be asked
  --> gemmactl.yaml:16:5
   |
16 |     rollout: {strategy: canary, steps: []}
   |     ^^^^^^^
   |
   = help: write `check: none`, so that a new revision only has to become ready

error[rollout-steps]: a rollout has no shares
  --> gemmactl.yaml:16:40
   |
16 |     rollout: {strategy: canary, steps: []}
   |                                        ^^
   |
   = help: write growing shares in percent that end with 100, such as [10, 50, 100]

9 problems
");
}
