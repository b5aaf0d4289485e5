//! What of a found object is no difference: one line for each field, with the rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use std::collections::BTreeMap;

use common::{live, resource};
use insta::assert_snapshot;
use model::{Action, Cause, Change, Effect, FieldChange, Json, Reason, Resource};
use resources::visit_ignored;
use serde_json::json;

const SPEC: &str =
    "services: {web: {image: europe-docker.pkg.dev/p/r/web:v1, timeout: 60s, labels: {team: web}}}";

/// A plan's change of a found resource that differs in these fields.
fn change(resource: &dyn Resource, action: Action, differing: &[&str]) -> Change {
    let applied: BTreeMap<String, Json> =
        resource.desired().iter().map(|(path, field)| (path.clone(), field.value.clone())).collect();
    let differing = differing.iter().map(|path| FieldChange {
        path: (*path).to_owned(),
        before: None,
        after: None,
        cause: Cause::SpecEdited,
        place: None,
        effect: Effect::InPlace,
    });
    Change {
        id: resource.id().clone(),
        full_name: resource.full_name(),
        place: None,
        action,
        reason: Reason::InSync,
        fields: differing.collect(),
        after: Vec::new(),
        steps: Vec::new(),
        commands: Vec::new(),
        applied,
    }
}

fn ignored(resource: &dyn Resource, change: &Change, found: &Json) -> String {
    let mut lines = Vec::new();
    visit_ignored(change, &live(resource, found), &mut |path, value, rule, reason| {
        lines.push(format!("{path} = {value}  {rule:?}: {reason}"));
    });
    lines.sort();
    lines.join("\n")
}

#[test]
fn every_field_that_is_no_difference_is_told_with_its_rule() {
    let web = resource(SPEC, "service/web");
    let found = json!({
        "name": "projects/demo-project/locations/europe-west1/services/web",
        "uid": "u", "etag": "\"e\"", "client": "gcloud",
        "conditions": [{"type": "RoutesReady", "state": "CONDITION_SUCCEEDED"}], "urls": [],
        "labels": {"gemmactl-stack": "demo", "team": "web", "cost": "ml", "goog-managed-by": "x"},
        "launchStage": "BETA", "iapEnabled": true, "notPublishedYet": {"a": 1},
        "ingress": "INGRESS_TRAFFIC_ALL",
        "template": {
            "revision": "web-00001-abc", "timeout": "60s", "maxInstanceRequestConcurrency": 80,
            "serviceMesh": {"mesh": "m"},
            "containers": [
                {"image": "host/proxy", "env": [{"name": "TOKEN", "value": "t"}]},
                {
                    "image": "europe-docker.pkg.dev/p/r/web:v1", "ports": [{"name": "http1", "containerPort": 8080}],
                    "startupProbe": {"tcpSocket": {"port": 8080}, "timeoutSeconds": 240,
                        "periodSeconds": 240, "failureThreshold": 1},
                    "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": true},
                    "workingDir": "/srv",
                },
            ],
        },
    });
    assert_snapshot!(ignored(&*web, &change(&*web, Action::NoOp, &[]), &found), @r#"
    client = "gcloud"  ServerManaged: who wrote last, and with what
    concurrency = 80  Default: filled in by the server
    conditions = [{"state":"CONDITION_SUCCEEDED","type":"RoutesReady"}]  ServerManaged: what the server reports
    cpu = 1  Default: filled in by the server
    cpuThrottling = true  Default: filled in by the server
    etag = "\"e\""  ServerManaged: changes with every write
    http2 = false  Default: filled in by the server
    iapEnabled = true  NotSupported: left as it is
    ingress = "all"  ServerChoice: the spec is silent
    labels.cost = "ml"  Foreign: not of this stack
    labels.goog-managed-by = "x"  ServerManaged: what the server reports
    launchStage = "BETA"  NotSupported: left as it is
    memory = "512Mi"  Default: filled in by the server
    notPublishedYet = {"a":1}  NotSupported: not known to this version
    port = 8080  Default: filled in by the server
    startupProbe.failureThreshold = 1  Default: filled in by the server
    startupProbe.period = 240  Default: filled in by the server
    startupProbe.tcp.port = 8080  Default: filled in by the server
    startupProbe.timeout = 240  Default: filled in by the server
    template.containers[0] = {"env":[{"name":"TOKEN","value":"t"}],"image":"host/proxy"}  NotSupported: beside the one that serves
    template.containers[1].workingDir = "/srv"  NotSupported: left as it is
    template.revision = "web-00001-abc"  ServerManaged: given by the server
    template.serviceMesh = {"mesh":"m"}  NotSupported: left as it is
    uid = "u"  ServerManaged: given by the server
    "#);
}

#[test]
fn what_the_plan_shows_as_a_difference_is_not_ignored() {
    let web = resource(SPEC, "service/web");
    let found = json!({
        "labels": {"gemmactl-stack": "demo", "old": "x"},
        "template": {"timeout": "60s", "maxInstanceRequestConcurrency": 20, "containers": [{"image": "europe-docker.pkg.dev/p/r/web:v1"}]},
    });
    let shown = change(&*web, Action::Update, &["concurrency", "labels.old"]);
    assert_eq!(ignored(&*web, &shown, &found), "");
}

#[test]
fn what_is_made_or_taken_away_is_not_compared() {
    let web = resource(SPEC, "service/web");
    let found = json!({"uid": "u", "template": {"containers": [{"image": "host/web"}]}});
    for action in [Action::Create, Action::Delete, Action::Detach, Action::Keep, Action::Forget] {
        assert_eq!(ignored(&*web, &change(&*web, action, &[]), &found), "");
    }
}

#[test]
fn the_mark_of_the_stack_stands_in_the_tables() {
    for kind in
        resources::KINDS.iter().filter(|kind| ["repository", "bucket", "service"].contains(&kind.name.0))
    {
        let marked = kind
            .objects
            .iter()
            .any(|object| object.fields.iter().any(|field| field.path == "labels[gemmactl-stack]"));
        assert!(marked, "{}", kind.name.0);
    }
}
