//! Services: every setting from the spec to the request and back, updates that keep what is foreign, health.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::server::answered;
use common::{body, differences, live, resource, shown_fields, shown_steps, unchecked};
use insta::assert_snapshot;
use model::{Action, Health, Json, Owner};
use serde_json::json;

/// The tutorial's service.
const TUTORIAL: &str = "
repositories: {ollama: {format: docker}}
images: {gemma: {repository: ollama, build: {context: ./backend}}}
services:
  gemma:
    image: gemma
    gpu: {type: nvidia-l4, count: 1, zonalRedundancy: false}
    cpu: 8
    memory: 32Gi
    cpuThrottling: false
    concurrency: 4
    minInstances: 0
    maxInstances: 1
    timeout: 600s
    env: {OLLAMA_NUM_PARALLEL: 4}
    invokers: []
";

/// Every setting there is, in one service.
const EVERYTHING: &str = "
serviceAccounts: {ollama-run: {}}
services:
  gemma:
    image: europe-docker.pkg.dev/other/repo/gemma:v1
    description: Answers prompts
    adopt: true
    gpu: {type: nvidia-l4}
    cpu: 4
    memory: 16384Mi
    cpuBoost: true
    concurrency: 8
    minInstances: 1
    maxInstances: 2
    timeout: 10m
    env: {B: two, A: 1, EMPTY: ''}
    secrets: {HUB: {secret: hub-token, version: 2}, OTHER: {secret: projects/other/secrets/x, version: latest}}
    port: 11434
    http2: true
    command: [/bin/serve]
    args: [--fast, --port=11434]
    startupProbe: {http: {path: /api/version, headers: {X-Probe: '1'}}, timeout: 5s, failureThreshold: 24}
    livenessProbe: {grpc: {port: 9000, service: health}, initialDelay: 10s, period: 30s}
    volumes:
      models: {cloudStorage: {bucket: weights, readOnly: true, mountOptions: [implicit-dirs]}}
      scratch: {inMemory: {sizeLimit: 1Gi}}
      any: {inMemory: {}}
      share: {nfs: {server: 10.0.0.2, path: /share}}
      key: {secret: {secret: api-key, items: [{version: 1, path: key, mode: '0444'}, {version: latest, path: b}]}}
    volumeMounts: {models: /models, scratch: [/tmp/a, /tmp/b], any: /any, share: /share, key: /key}
    vpc: {network: net, subnet: sub, tags: [b, a], egress: all-traffic}
    ingress: internal
    labels: {team: search}
    annotations: {example.com/owner: ana}
    sessionAffinity: true
    executionEnvironment: gen2
    serviceAccount: ollama-run
    scaling: {min: 1, max: 3, mode: automatic}
    traffic: [{latest: true, percent: 90}, {revision: gemma-00001-abc, percent: 10, tag: old}]
    encryptionKey: projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k
    binaryAuthorization: default
    customAudiences: ['https://b.example.com', 'https://a.example.com']
    defaultUrl: false
    invokerIamCheck: true
    deployHealthCheck: false
";

const PLAIN: &str = "services: {gemma: {image: example.com/a/b:1}}";

fn made(text: &str) -> (Box<dyn model::Resource>, Json) {
    let service = resource(text, "service/gemma");
    let answer = answered(&body(&service.steps(&Action::Create, None)));
    (service, answer)
}

#[test]
fn the_tutorials_service_is_created_with_one_call() {
    let service = resource(TUTORIAL, "service/gemma");
    assert_snapshot!(shown_steps(&service.steps(&Action::Create, None)), @r#"
    POST run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services
      ?serviceId=gemma
    {
      "template": {
        "containers": [
          {
            "resources": {
              "limits": {
                "cpu": "8",
                "nvidia.com/gpu": "1",
                "memory": "32Gi"
              },
              "cpuIdle": false
            },
            "env": [
              {
                "name": "OLLAMA_NUM_PARALLEL",
                "value": "4"
              }
            ],
            "image": "europe-west1-docker.pkg.dev/demo-project/ollama/gemma@<image/gemma#digest>"
          }
        ],
        "maxInstanceRequestConcurrency": 4,
        "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
        "nodeSelector": {
          "accelerator": "nvidia-l4"
        },
        "gpuZonalRedundancyDisabled": true,
        "scaling": {
          "maxInstanceCount": 1,
          "minInstanceCount": 0
        },
        "timeout": "600s"
      },
      "labels": {
        "gemmactl-stack": "demo"
      },
      "client": "gemmactl",
      "clientVersion": "0.1.0"
    }
      wait: Ready
    "#);
}

#[test]
fn every_setting_is_sent() {
    let service = resource(EVERYTHING, "service/gemma");
    assert_snapshot!(shown_steps(&service.steps(&Action::Create, None)), @r#"
    POST run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services
      ?serviceId=gemma
    {
      "template": {
        "containers": [
          {
            "args": [
              "--fast",
              "--port=11434"
            ],
            "command": [
              "/bin/serve"
            ],
            "resources": {
              "limits": {
                "cpu": "4",
                "nvidia.com/gpu": "1",
                "memory": "16Gi"
              },
              "startupCpuBoost": true,
              "cpuIdle": false
            },
            "env": [
              {
                "name": "A",
                "value": "1"
              },
              {
                "name": "B",
                "value": "two"
              },
              {
                "name": "EMPTY",
                "value": ""
              },
              {
                "name": "HUB",
                "valueSource": {
                  "secretKeyRef": {
                    "secret": "hub-token",
                    "version": "2"
                  }
                }
              },
              {
                "name": "OTHER",
                "valueSource": {
                  "secretKeyRef": {
                    "secret": "projects/other/secrets/x",
                    "version": "latest"
                  }
                }
              }
            ],
            "ports": [
              {
                "name": "h2c",
                "containerPort": 11434
              }
            ],
            "image": "europe-docker.pkg.dev/other/repo/gemma:v1",
            "livenessProbe": {
              "grpc": {
                "port": 9000,
                "service": "health"
              },
              "initialDelaySeconds": 10,
              "periodSeconds": 30
            },
            "startupProbe": {
              "failureThreshold": 24,
              "httpGet": {
                "httpHeaders": [
                  {
                    "name": "X-Probe",
                    "value": "1"
                  }
                ],
                "path": "/api/version"
              },
              "timeoutSeconds": 5
            },
            "volumeMounts": [
              {
                "name": "any",
                "mountPath": "/any"
              },
              {
                "name": "key",
                "mountPath": "/key"
              },
              {
                "name": "models",
                "mountPath": "/models"
              },
              {
                "name": "scratch",
                "mountPath": "/tmp/a"
              },
              {
                "name": "scratch",
                "mountPath": "/tmp/b"
              },
              {
                "name": "share",
                "mountPath": "/share"
              }
            ]
          }
        ],
        "maxInstanceRequestConcurrency": 8,
        "healthCheckDisabled": true,
        "encryptionKey": "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k",
        "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
        "nodeSelector": {
          "accelerator": "nvidia-l4"
        },
        "gpuZonalRedundancyDisabled": false,
        "scaling": {
          "maxInstanceCount": 2,
          "minInstanceCount": 1
        },
        "serviceAccount": "ollama-run@demo-project.iam.gserviceaccount.com",
        "sessionAffinity": true,
        "timeout": "600s",
        "volumes": [
          {
            "name": "any",
            "emptyDir": {
              "medium": "MEMORY"
            }
          },
          {
            "name": "key",
            "secret": {
              "items": [
                {
                  "path": "b",
                  "version": "latest"
                },
                {
                  "path": "key",
                  "version": "1",
                  "mode": 292
                }
              ],
              "secret": "api-key"
            }
          },
          {
            "name": "models",
            "gcs": {
              "bucket": "weights",
              "mountOptions": [
                "implicit-dirs"
              ],
              "readOnly": true
            }
          },
          {
            "name": "scratch",
            "emptyDir": {
              "medium": "MEMORY",
              "sizeLimit": "1Gi"
            }
          },
          {
            "name": "share",
            "nfs": {
              "path": "/share",
              "readOnly": false,
              "server": "10.0.0.2"
            }
          }
        ],
        "vpcAccess": {
          "egress": "ALL_TRAFFIC",
          "networkInterfaces": [
            {
              "network": "net",
              "subnetwork": "sub",
              "tags": [
                "a",
                "b"
              ]
            }
          ]
        }
      },
      "annotations": {
        "example.com/owner": "ana"
      },
      "binaryAuthorization": {
        "useDefault": true
      },
      "customAudiences": [
        "https://a.example.com",
        "https://b.example.com"
      ],
      "defaultUriDisabled": true,
      "description": "Answers prompts",
      "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
      "invokerIamDisabled": false,
      "labels": {
        "team": "search",
        "gemmactl-stack": "demo"
      },
      "scaling": {
        "maxInstanceCount": 3,
        "minInstanceCount": 1,
        "scalingMode": "AUTOMATIC"
      },
      "traffic": [
        {
          "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
          "revision": "gemma-00001-abc",
          "percent": 10,
          "tag": "old"
        },
        {
          "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
          "percent": 90
        }
      ],
      "client": "gemmactl",
      "clientVersion": "0.1.0"
    }
      wait: Ready
    "#);
}

#[test]
fn every_setting_is_a_field_on_a_line_of_its_own() {
    assert_snapshot!(shown_fields(&resource(EVERYTHING, "service/gemma").desired()), @r#"
    annotations.example.com/owner: "ana"
    args: ["--fast","--port=11434"]
    binaryAuthorization: "default"
    command: ["/bin/serve"]
    concurrency: 8
    cpu: 4
    cpuBoost: true
    cpuThrottling: false
    customAudiences: ["https://a.example.com","https://b.example.com"]
    defaultUrl: false
    deployHealthCheck: false
    description: "Answers prompts"
    encryptionKey: "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"
    env.A: "1"
    env.B: "two"
    env.EMPTY: ""
    executionEnvironment: "gen2"
    gpu.count: 1
    gpu.type: "nvidia-l4"
    gpu.zonalRedundancy: true
    http2: true
    image: "europe-docker.pkg.dev/other/repo/gemma:v1"
    ingress: "internal"
    invokerIamCheck: true
    labels.team: "search"
    livenessProbe.grpc.port: 9000
    livenessProbe.grpc.service: "health"
    livenessProbe.initialDelay: "10s"
    livenessProbe.period: "30s"
    maxInstances: 2
    memory: "16Gi"
    minInstances: 1
    port: 11434
    scaling.max: 3
    scaling.min: 1
    scaling.mode: "automatic"
    secrets.HUB: "hub-token:2"
    secrets.OTHER: "projects/other/secrets/x:latest"
    serviceAccount: "ollama-run@demo-project.iam.gserviceaccount.com"
    sessionAffinity: true
    startupProbe.failureThreshold: 24
    startupProbe.http.headers.X-Probe: "1"
    startupProbe.http.path: "/api/version"
    startupProbe.timeout: "5s"
    timeout: "600s"
    traffic: [{"revision":"gemma-00001-abc","percent":10,"tag":"old"},{"revision":"latest","percent":90}]
    volumeMounts.any: "/any"
    volumeMounts.key: "/key"
    volumeMounts.models: "/models"
    volumeMounts.scratch: ["/tmp/a","/tmp/b"]
    volumeMounts.share: "/share"
    volumes.any.inMemory.medium: "memory"
    volumes.key.secret.items: [{"path":"b","version":"latest"},{"path":"key","version":"1","mode":292}]
    volumes.key.secret.secret: "api-key"
    volumes.models.cloudStorage.bucket: "weights"
    volumes.models.cloudStorage.mountOptions: ["implicit-dirs"]
    volumes.models.cloudStorage.readOnly: true
    volumes.scratch.inMemory.medium: "memory"
    volumes.scratch.inMemory.sizeLimit: "1Gi"
    volumes.share.nfs.path: "/share"
    volumes.share.nfs.readOnly: false
    volumes.share.nfs.server: "10.0.0.2"
    vpc.egress: "all-traffic"
    vpc.network: "net"
    vpc.subnet: "sub"
    vpc.tags: ["a","b"]
    "#);
}

#[test]
fn a_service_that_was_just_made_differs_in_nothing() {
    for text in [TUTORIAL, EVERYTHING, PLAIN] {
        let (service, answer) = made(text);
        let found = live(&*service, &answer);
        assert_eq!(found.owner, Owner::ThisStack);
        assert_eq!(found.health, Health::Ready);
        assert_eq!(differences(&*service, &found), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_service_with_less_than_one_cpu_takes_one_request_at_once() {
    let (service, answer) = made("services: {gemma: {image: example.com/a/b:1, cpu: 0.5}}");
    assert_eq!(answer["template"]["maxInstanceRequestConcurrency"], 1);
    assert_eq!(differences(&*service, &live(&*service, &answer)), Vec::<String>::new());
}

#[test]
fn changes_by_others_are_seen_with_who_and_when() {
    let (service, mut answer) = made(TUTORIAL);
    answer["template"]["containers"][0]["resources"]["limits"]["memory"] = json!("16Gi");
    answer["template"]["containers"][0]["env"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "NEW", "value": "x"}));
    answer["template"]["timeout"] = json!("300s");
    let found = live(&*service, &answer);
    assert_snapshot!(differences(&*service, &found).join("\n"), @r#"
    memory: Some(String("16Gi")) is not "32Gi"
    timeout: Some(String("300s")) is not "600s"
    env.NEW: "x" is not asked for
    "#);
    let touched = found.touched.unwrap();
    assert_eq!(touched.by.as_deref(), Some("ana@example.com"));
    assert_eq!(touched.at.as_deref(), Some("2026-11-02T00:00:00Z"));
}

#[test]
fn a_field_of_tomorrow_is_sent_back() {
    let (_, mut answer) = made(TUTORIAL);
    answer["template"]["newField"] = json!({"of": "tomorrow"});
    answer["template"]["timeout"] = json!("300s");
    // Not checked against the documents of today.
    let service = unchecked(TUTORIAL, "service/gemma");
    let sent = body(&service.steps(&Action::Update, Some(&live(&*service, &answer))));
    assert_eq!(sent["template"]["newField"], answer["template"]["newField"]);
}

#[test]
fn an_update_writes_what_differs_and_sends_everything_else_back() {
    let (service, mut answer) = made(TUTORIAL);
    answer["labels"]["foreign"] = json!("kept");
    answer["annotations"] =
        json!({"example.com/foreign": "kept", "run.googleapis.com/operation-id": "refused"});
    answer["template"]["revision"] = json!("gemma-v7");
    answer["template"]["annotations"] = json!({"foreign": "kept"});
    answer["buildConfig"] = json!({"name": "projects/1/locations/europe-west1/builds/2", "imageUri": "kept"});
    answer["template"]["encryptionKeyRevocationAction"] = json!("PREVENT_NEW");
    answer["template"]["volumes"] = json!([{"name": "sidecars-own", "emptyDir": {"medium": "MEMORY"}}]);
    answer["template"]["containers"].as_array_mut().unwrap().push(json!({
        "name": "sidecar", "image": "example.com/sidecar", "env": [{"name": "FOREIGN", "value": "kept"}],
        "volumeMounts": [{"name": "sidecars-own", "mountPath": "/data"}],
    }));
    answer["traffic"].as_array_mut().unwrap().push(json!({
        "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "gemma-00001-abc", "tag": "canary",
    }));
    let found = live(&*service, &answer);
    assert_eq!(differences(&*service, &found), Vec::<String>::new(), "what is foreign is no difference");

    answer["template"]["maxInstanceRequestConcurrency"] = json!(80);
    answer["template"]["containers"][0]["env"] = json!([{"name": "OLD", "value": "x"}]);
    let found = live(&*service, &answer);
    assert_snapshot!(differences(&*service, &found).join("\n"), @r#"
    concurrency: Some(Number(80)) is not 4
    env.OLLAMA_NUM_PARALLEL: None is not "4"
    env.OLD: "x" is not asked for
    "#);
    assert_snapshot!(shown_steps(&service.steps(&Action::Update, Some(&found))), @r#"
    PATCH run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services/gemma
    {
      "annotations": {
        "example.com/foreign": "kept"
      },
      "buildConfig": {
        "imageUri": "kept"
      },
      "client": "gemmactl",
      "clientVersion": "0.1.0",
      "etag": "\"CJ-g/abc\"",
      "ingress": "INGRESS_TRAFFIC_ALL",
      "labels": {
        "foreign": "kept",
        "gemmactl-stack": "demo"
      },
      "launchStage": "GA",
      "name": "projects/demo-project/locations/europe-west1/services/gemma",
      "scaling": {
        "maxInstanceCount": 100
      },
      "template": {
        "annotations": {
          "foreign": "kept"
        },
        "containers": [
          {
            "image": "europe-west1-docker.pkg.dev/demo-project/ollama/gemma@<image/gemma#digest>",
            "ports": [
              {
                "containerPort": 8080,
                "name": "http1"
              }
            ],
            "resources": {
              "limits": {
                "cpu": "8000m",
                "memory": "32Gi",
                "nvidia.com/gpu": "1"
              },
              "cpuIdle": false
            },
            "env": [
              {
                "name": "OLLAMA_NUM_PARALLEL",
                "value": "4"
              }
            ]
          },
          {
            "env": [
              {
                "name": "FOREIGN",
                "value": "kept"
              }
            ],
            "image": "example.com/sidecar",
            "name": "sidecar",
            "volumeMounts": [
              {
                "mountPath": "/data",
                "name": "sidecars-own"
              }
            ]
          }
        ],
        "encryptionKeyRevocationAction": "PREVENT_NEW",
        "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
        "gpuZonalRedundancyDisabled": true,
        "maxInstanceRequestConcurrency": 4,
        "nodeSelector": {
          "accelerator": "nvidia-l4"
        },
        "scaling": {
          "maxInstanceCount": 1
        },
        "serviceAccount": "123456789012-compute@developer.gserviceaccount.com",
        "timeout": "600s",
        "volumes": [
          {
            "emptyDir": {
              "medium": "MEMORY"
            },
            "name": "sidecars-own"
          }
        ]
      },
      "traffic": [
        {
          "percent": 100,
          "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
        },
        {
          "revision": "gemma-00001-abc",
          "tag": "canary",
          "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
        }
      ]
    }
      wait: Ready
    "#);
}

#[test]
fn what_the_spec_no_longer_says_goes_back_to_the_servers_default() {
    let (_, answer) =
        made(&EVERYTHING.replace("traffic: [", "traffic: [{latest: true, percent: 0, tag: next}, "));
    let plain = resource(PLAIN, "service/gemma");
    let found = live(&*plain, &answer);
    let sent = body(&plain.steps(&Action::Update, Some(&found)));
    let again = live(&*plain, &answered(&sent));
    assert_eq!(differences(&*plain, &again), Vec::<String>::new());
    assert_snapshot!(serde_json::to_string_pretty(&sent).unwrap(), @r#"
    {
      "annotations": {
        "example.com/owner": "ana"
      },
      "client": "gemmactl",
      "clientVersion": "0.1.0",
      "defaultUriDisabled": false,
      "etag": "\"CJ-g/abc\"",
      "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
      "labels": {
        "gemmactl-stack": "demo",
        "team": "search"
      },
      "launchStage": "GA",
      "name": "projects/demo-project/locations/europe-west1/services/gemma",
      "scaling": {
        "maxInstanceCount": 3,
        "minInstanceCount": 1,
        "scalingMode": "AUTOMATIC"
      },
      "template": {
        "containers": [
          {
            "image": "example.com/a/b:1",
            "ports": [
              {
                "containerPort": 8080,
                "name": "http1"
              }
            ],
            "resources": {
              "limits": {
                "cpu": "1",
                "memory": "512Mi"
              },
              "startupCpuBoost": false,
              "cpuIdle": true
            }
          }
        ],
        "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
        "healthCheckDisabled": false,
        "maxInstanceRequestConcurrency": 80,
        "scaling": {
          "maxInstanceCount": 100,
          "minInstanceCount": 0
        },
        "serviceAccount": "ollama-run@demo-project.iam.gserviceaccount.com",
        "sessionAffinity": false,
        "timeout": "300s"
      },
      "traffic": [
        {
          "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
          "percent": 100
        },
        {
          "tag": "next",
          "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
        }
      ]
    }
    "#);
}

#[test]
fn a_probe_changes_its_kind() {
    let probe =
        |probe: &str| format!("services: {{gemma: {{image: example.com/a/b:1, startupProbe: {probe}}}}}");
    let kinds =
        ["{http: {path: /a, port: 99}, timeout: 2s}", "{tcp: {}}", "{grpc: {service: s}, period: 20s}"];
    for from in kinds {
        for to in kinds {
            let (_, answer) = made(&probe(from));
            let service = resource(&probe(to), "service/gemma");
            let found = live(&*service, &answer);
            assert_eq!(differences(&*service, &found).is_empty(), from == to);
            let sent = body(&service.steps(&Action::Update, Some(&found)));
            assert_eq!(
                differences(&*service, &live(&*service, &answered(&sent))),
                Vec::<String>::new(),
                "{from} {to}"
            );
            let sent = &sent["template"]["containers"][0]["startupProbe"];
            let kinds =
                ["httpGet", "tcpSocket", "grpc"].iter().filter(|kind| sent.get(**kind).is_some()).count();
            assert_eq!(kinds, 1, "{sent}");
        }
    }
}

#[test]
fn health_is_read_from_the_conditions() {
    let (service, answer) = made(PLAIN);
    let health = |change: &dyn Fn(&mut Json)| {
        let mut answer = answer.clone();
        change(&mut answer);
        live(&*service, &answer).health
    };
    assert_eq!(health(&|_| {}), Health::Ready);
    assert_eq!(health(&|answer| answer["reconciling"] = json!(true)), Health::Changing);
    let failed = json!({"type": "Ready", "state": "CONDITION_FAILED", "message": "the image is missing"});
    assert_eq!(
        health(&|answer| answer["terminalCondition"] = failed.clone()),
        Health::Unready("the image is missing".to_owned())
    );
    assert_eq!(
        health(&|answer| answer["latestCreatedRevision"] = json!("x/revisions/gemma-00002-def")),
        Health::Unready(
            "the newest revision gemma-00002-def is not ready; gemma-00001-abc still serves".to_owned()
        )
    );
}

#[test]
fn a_repair_asks_for_a_new_revision_of_the_same() {
    let (service, answer) = made(PLAIN);
    let steps = service.steps(&Action::Repair, Some(&live(&*service, &answer)));
    let [model::Step::Call { request, wait }] = steps.as_slice() else { panic!("one call") };
    assert_eq!(request.query, [("forceNewRevision".to_owned(), "true".to_owned())]);
    assert_eq!(*wait, model::Wait::Ready);
}

#[test]
fn an_update_of_what_does_not_work_asks_for_a_new_revision_too() {
    let (service, answer) = made(PLAIN);
    let query = |health: Health| {
        let live = model::Live { health, ..live(&*service, &answer) };
        let steps = service.steps(&Action::Update, Some(&live));
        let [model::Step::Call { request, .. }] = steps.as_slice() else { panic!("one call") };
        request.query.clone()
    };
    assert_eq!(query(Health::Ready), []);
    assert_eq!(
        query(Health::Unready("the image is missing".to_owned())),
        [("forceNewRevision".to_owned(), "true".to_owned())]
    );
}

#[test]
fn a_delete_names_the_etag_that_was_seen() {
    let (service, answer) = made(PLAIN);
    assert_snapshot!(shown_steps(&service.steps(&Action::Delete, Some(&live(&*service, &answer)))), @r#"
    DELETE run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services/gemma
      ?etag="CJ-g/abc"
      wait: Operation
    "#);
}

#[test]
fn marks_decide_whose_a_service_is() {
    let (service, mut answer) = made(PLAIN);
    answer["labels"]["gemmactl-stack"] = json!("other");
    assert!(matches!(live(&*service, &answer).owner, Owner::OtherStack(_)));
    answer["labels"] = json!({});
    assert_eq!(live(&*service, &answer).owner, Owner::Unmarked);
    answer["deleteTime"] = json!("2026-11-02T00:00:00Z");
    assert_eq!(service.observe(&answer).unwrap(), None);
    assert!(service.observe(&json!({"name": "x"})).is_err());
}

#[test]
fn a_service_is_made_after_everything_it_uses() {
    let text = "
apis: [run.googleapis.com, secretmanager.googleapis.com, iam.googleapis.com]
serviceAccounts: {ollama-run: {}}
iam:
  - {role: roles/run.admin, members: ['user:me@example.com']}
  - {role: roles/storage.objectViewer, members: ['serviceAccount:ollama-run@demo-project.iam.gserviceaccount.com']}
repositories: {ollama: {format: docker}}
images: {gemma: {repository: ollama, build: {context: ./backend}}}
services:
  gemma: {image: gemma, serviceAccount: ollama-run, secrets: {A: {secret: b, version: latest}}, dependsOn: [service/other]}
  other: {image: example.com/a/b:1}
";
    let shown: Vec<String> = resource(text, "service/gemma")
        .depends_on()
        .iter()
        .map(|dependency| format!("{:?} {}", dependency.tie, dependency.on))
        .collect();
    assert_snapshot!(shown.join("\n"), @r#"
    After image/gemma
    After account/ollama-run
    After role/storage.objectViewer/serviceAccount:ollama-run@demo-project.iam.gserviceaccount.com
    After api/run.googleapis.com
    After api/secretmanager.googleapis.com
    After role/run.admin/user:me@example.com
    After service/other
    "#);
}
