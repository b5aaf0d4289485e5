//! The commands of gcloud beside the calls: for every kind and action that writes, only the flags that differ, and nothing left out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use std::fmt::Write as _;

use common::server::answered;
use common::{body, live, resource, resources};
use insta::assert_snapshot;
use model::command::{Command, Failure, Part, Written};
use model::{Action, Resource};
use serde_json::json;

/// A service with all that gcloud has a flag for, and with what it has none for.
const MUCH: &str = "
services:
  gemma:
    image: europe-docker.pkg.dev/other/repo/gemma:v1
    description: Answers prompts
    adopt: true
    gpu: {type: nvidia-l4}
    cpu: 4
    memory: 16Gi
    cpuBoost: true
    env: {A: 'one, two', EMPTY: ''}
    secrets: {HUB: {secret: hub-token, version: 2}}
    http2: true
    command: [/bin/serve]
    args: [--fast, --port=11434]
    startupProbe: {http: {path: /api/version, headers: {X-Probe: '1'}}, timeout: 5s}
    livenessProbe: {grpc: {port: 9000}, period: 30s}
    volumes:
      models: {cloudStorage: {bucket: weights, readOnly: true, mountOptions: [implicit-dirs, ro]}}
      scratch: {inMemory: {sizeLimit: 1Gi}}
      share: {nfs: {server: 10.0.0.2, path: /share}}
      key: {secret: {secret: api-key, items: [{version: 1, path: key}]}}
    volumeMounts: {models: /models, scratch: [/tmp/a, /tmp/b], share: /share, key: /key}
    vpc: {network: net, subnet: sub, tags: [b, a], egress: all-traffic}
    labels: {team: search}
    annotations: {example.com/owner: ana}
    scaling: {min: 1, max: 3, mode: automatic}
    traffic: [{latest: true, percent: 90}, {revision: gemma-00001-abc, percent: 10, tag: old}]
    encryptionKey: projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k
    binaryAuthorization: default
    customAudiences: ['https://b.example.com']
    defaultUrl: false
    deployHealthCheck: false
";

const PLAIN: &str = "services: {gemma: {image: example.com/a/b:1}}";

/// Commands, one a line, each word on its own.
fn shown(commands: &[Command]) -> String {
    let mut text = String::new();
    for command in commands {
        match command {
            Command::Run(run) => {
                for word in &run.words {
                    let parts = word.0.iter().map(|part| match part {
                        Part::Text(text) => text.clone(),
                        Part::Output(id, output) => format!("<{id}#{output}>"),
                        Part::Folder => "<folder>".to_owned(),
                    });
                    write!(text, "{} ", parts.collect::<String>()).unwrap();
                }
                let failure = if run.failure == Failure::GoesOn { "or go on" } else { "" };
                writeln!(text, "{failure}").unwrap();
            }
            Command::Write { name, content: Written::Json(value) } => {
                writeln!(text, "{name}: {value}").unwrap();
            }
            Command::Write { name, content: Written::Text(_) } => writeln!(text, "{name}: text").unwrap(),
            Command::Missing(why) => writeln!(text, "missing: {why}").unwrap(),
        }
    }
    text.replace(" \n", "\n")
}

fn service(text: &str) -> Box<dyn Resource> {
    resource(text, "service/gemma")
}

#[test]
fn a_service_is_made_with_every_flag_and_what_has_none_is_said() {
    assert_snapshot!(shown(&service(MUCH).commands(&Action::Create, None)), @"
missing: startupProbe.http.headers.X-Probe: gcloud has no flag for headers of a probe
missing: volume key, of a secret, and where it is mounted: gcloud gives such volumes names of its own
missing: annotation example.com/owner=ana: gcloud has no flag for annotations
gcloud beta run deploy gemma --project=demo-project --region=europe-west1 --no-allow-unauthenticated --image=europe-docker.pkg.dev/other/repo/gemma:v1 --description=Answers prompts --gpu=1 --gpu-type=nvidia-l4 --gpu-zonal-redundancy --cpu=4 --memory=16Gi --no-cpu-throttling --cpu-boost --use-http2 --command=/bin/serve --args=--fast,--port=11434 --network=net --subnet=sub --network-tags=a,b --vpc-egress=all-traffic --execution-environment=gen2 --min=1 --max=3 --key=projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k --binary-authorization=default --set-custom-audiences=https://b.example.com --no-default-url --no-deploy-health-check --scaling=auto --set-env-vars=^;^A=one, two;EMPTY= --set-secrets=HUB=hub-token:2 --startup-probe=httpGet.path=/api/version,timeoutSeconds=5 --liveness-probe=grpc.port=9000,periodSeconds=30 --add-volume=name=models,type=cloud-storage,bucket=weights,readonly=true,mount-options=implicit-dirs;ro --add-volume=name=scratch,type=in-memory,size-limit=1Gi --add-volume=name=share,type=nfs,location=10.0.0.2:/share,readonly=false --add-volume-mount=volume=models,mount-path=/models --add-volume-mount=volume=scratch,mount-path=/tmp/a --add-volume-mount=volume=scratch,mount-path=/tmp/b --add-volume-mount=volume=share,mount-path=/share --labels=team=search,gemmactl-stack=demo
gcloud run services update-traffic gemma --project=demo-project --region=europe-west1 --to-revisions=gemma-00001-abc=10,LATEST=90 --update-tags=old=gemma-00001-abc
");
}

#[test]
fn an_update_has_only_the_flags_that_differ() {
    let much = service(MUCH);
    let found = answered(&body(&much.steps(&Action::Create, None)));
    let plain = service(PLAIN);
    assert_snapshot!(shown(&plain.commands(&Action::Update, Some(&live(plain.as_ref(), &found)))), @"
gcloud beta run deploy gemma --project=demo-project --region=europe-west1 --image=example.com/a/b:1 --description= --gpu=0 --cpu=1 --memory=512Mi --cpu-throttling --no-cpu-boost --no-use-http2 --command= --args= --clear-key --clear-binary-authorization --clear-custom-audiences --default-url --deploy-health-check --clear-network --remove-env-vars=A,EMPTY --remove-secrets=HUB --startup-probe= --liveness-probe= --remove-volume-mount=/key,/models,/tmp/a,/tmp/b,/share --remove-volume=key,models,scratch,share
gcloud run services update-traffic gemma --project=demo-project --region=europe-west1 --to-revisions=LATEST=100 --remove-tags=old
");
    let edited = service(&MUCH.replace("cpu: 4", "cpu: 8").replace("one, two", "three"));
    assert_snapshot!(shown(&edited.commands(&Action::Update, Some(&live(edited.as_ref(), &found)))), @"
gcloud run services update gemma --project=demo-project --region=europe-west1 --cpu=8 --update-env-vars=A=three
");
}

#[test]
fn what_is_unmarked_gets_the_mark_and_what_does_not_work_is_deployed_anew() {
    let plain = service(&PLAIN.replace("image:", "adopt: true, image:"));
    let mut found = answered(&body(&plain.steps(&Action::Create, None)));
    let ours = live(plain.as_ref(), &found);
    assert_snapshot!(shown(&plain.commands(&Action::Repair, Some(&ours))), @"
gcloud run deploy gemma --project=demo-project --region=europe-west1 --image=example.com/a/b:1 --update-labels=gemmactl-stack=demo
");
    found["labels"] = json!({});
    let unmarked = live(plain.as_ref(), &found);
    assert_snapshot!(shown(&plain.commands(&Action::Adopt, Some(&unmarked))), @"
gcloud run services update gemma --project=demo-project --region=europe-west1 --update-labels=gemmactl-stack=demo
");
    assert_snapshot!(shown(&plain.commands(&Action::Detach, Some(&ours))), @"
gcloud run services update gemma --project=demo-project --region=europe-west1 --remove-labels=gemmactl-stack
");
}

const STACK: &str = "
apis: [run.googleapis.com, {name: iam.googleapis.com, onDestroy: restore}]
serviceAccounts: {runner: {displayName: Runs}}
iam:
  - {role: roles/viewer, members: ['user:a@example.com'], condition: {title: t, expression: 'true'}}
repositories:
  models:
    format: docker
    labels: {team: search}
    cleanupPolicies: [{name: old, action: delete, condition: {olderThan: 30d}}]
images: {gemma: {repository: models, build: {context: ./backend}}}
services: {gemma: {image: gemma, invokers: ['user:b@example.com']}}
";

#[test]
fn every_kind_has_commands_where_it_has_calls() {
    let mut text = String::new();
    for resource in resources(STACK) {
        for action in [Action::Create, Action::Delete, Action::Replace, Action::NoOp, Action::Keep] {
            let (steps, commands) = (resource.steps(&action, None), resource.commands(&action, None));
            assert_eq!(steps.is_empty(), commands.is_empty(), "{action:?} of {}", resource.id());
            if action == Action::Delete {
                text.push_str(&shown(&commands));
            }
        }
    }
    assert_snapshot!(text, @r#"
gcloud services disable --project=demo-project iam.googleapis.com
gcloud iam service-accounts delete runner@demo-project.iam.gserviceaccount.com --project=demo-project --quiet
condition.json: {"title":"t","expression":"true"}
gcloud projects remove-iam-policy-binding demo-project --format=none --member=user:a@example.com --role=roles/viewer --condition-from-file=<folder>/condition.json
gcloud artifacts repositories delete models --project=demo-project --location=europe-west1 --quiet
gcloud storage rm --all-versions gs://gemmactl-src-demo-aca8392e6813/** or go on
gcloud storage buckets delete gs://gemmactl-src-demo-aca8392e6813 --quiet
gcloud artifacts packages delete gemma --project=demo-project --location=europe-west1 --repository=models --quiet
gcloud run services delete gemma --project=demo-project --region=europe-west1 --quiet
gcloud run services remove-iam-policy-binding gemma --project=demo-project --region=europe-west1 --format=none --member=user:b@example.com --role=roles/run.invoker --condition=None
"#);
}

#[test]
fn a_repository_is_edited_where_it_differs() {
    let repository = resource(STACK, "repository/models");
    let found = json!({
        "name": "projects/demo-project/locations/europe-west1/repositories/models",
        "format": "DOCKER",
        "description": "Old",
        "labels": {"team": "other", "foreign": "kept"},
        "cleanupPolicies": {"gone": {"id": "gone", "action": "KEEP", "mostRecentVersions": {"keepCount": 1}}},
        "cleanupPolicyDryRun": true,
        "dockerConfig": {"immutableTags": true},
    });
    let commands = repository.commands(&Action::Adopt, Some(&live(repository.as_ref(), &found)));
    assert_snapshot!(shown(&commands), @r#"
gcloud artifacts repositories update models --project=demo-project --location=europe-west1 --format=none --description= --update-labels=team=search,gemmactl-stack=demo --no-immutable-tags
gcloud artifacts repositories delete-cleanup-policies models --project=demo-project --location=europe-west1 --policynames=gone
policies.json: [{"name":"old","action":{"type":"DELETE"},"condition":{"olderThan":"2592000s","tagState":"ANY"}}]
gcloud artifacts repositories set-cleanup-policies models --project=demo-project --location=europe-west1 --no-dry-run --format=none --policy=<folder>/policies.json
"#);
}
