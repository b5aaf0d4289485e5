//! The comparison can fail: every sort of mistake in an answer is made on purpose and has to be seen.

use std::cell::Cell;
use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::{Answer, Cloud, Request};
use super::compare::Way;
use super::operation::{is_done, polled};
use super::play::play;
use super::table::Table;
use crate::recording::{Exchange, Run};

const SERVICES: &str = "v2/projects/example-project/locations/europe-west1/services";
const REPOSITORIES: &str = "v1/projects/example-project/locations/europe-west1/repositories";
const ACCOUNTS: &str = "v1/projects/example-project/serviceAccounts";
const PROJECT: &str = "v1/projects/example-project";
const POLL: &str = "(the operation that the last request began)";

/// A mistake made in every answer that it fits.
type Bend = Box<dyn Fn(&mut Answer)>;

fn service(image: &str) -> Value {
    json!({ "template": { "containers": [{ "image": image, "env": [{ "name": "A", "value": "1" }] }] } })
}

/// What a client asks for: HTTP method, API, path, body.
fn requests() -> Vec<(&'static str, &'static str, String, Value)> {
    let account = format!("{ACCOUNTS}/some-account@example-project.iam.gserviceaccount.com");
    let reads = json!({ "options": { "requestedPolicyVersion": 3 } });
    let binding = json!({ "role": "roles/viewer", "members": ["user:user@example.com"] });
    vec![
        ("GET", "serviceusage", format!("{PROJECT}/services?filter=state:ENABLED"), Value::Null),
        ("GET", "run", format!("{SERVICES}/one"), Value::Null),
        ("POST", "run", format!("{SERVICES}?serviceId=one"), service("gcr.io/cloudrun/hello")),
        ("GET", "run", POLL.to_owned(), Value::Null),
        ("GET", "run", format!("{SERVICES}/one"), Value::Null),
        ("PATCH", "run", format!("{SERVICES}/one"), service("gcr.io/cloudrun/placeholder")),
        ("GET", "run", POLL.to_owned(), Value::Null),
        ("GET", "run", format!("{SERVICES}/one"), Value::Null),
        (
            "POST",
            "artifactregistry",
            format!("{REPOSITORIES}?repositoryId=one"),
            json!({ "format": "DOCKER" }),
        ),
        ("GET", "artifactregistry", POLL.to_owned(), Value::Null),
        ("GET", "artifactregistry", format!("{REPOSITORIES}/one"), Value::Null),
        ("POST", "iam", ACCOUNTS.to_owned(), json!({ "accountId": "some-account" })),
        ("GET", "iam", account.clone(), Value::Null),
        ("POST", "cloudresourcemanager", format!("{PROJECT}:getIamPolicy"), reads),
        (
            "POST",
            "cloudresourcemanager",
            format!("{PROJECT}:setIamPolicy"),
            json!({ "policy": { "bindings": [binding] } }),
        ),
        (
            "POST",
            "storage",
            "storage/v1/b?project=example-project".to_owned(),
            json!({ "name": "some-bucket" }),
        ),
        ("GET", "storage", "storage/v1/b/some-bucket".to_owned(), Value::Null),
        ("DELETE", "storage", "storage/v1/b/some-bucket".to_owned(), Value::Null),
        ("DELETE", "iam", account, Value::Null),
        ("DELETE", "run", format!("{SERVICES}/one"), Value::Null),
        ("GET", "run", POLL.to_owned(), Value::Null),
    ]
}

/// Those requests recorded against one emulator, to be played to another.
async fn recorded() -> Run {
    let cloud = Cloud::start("example-project").await;
    let apis = ["run.googleapis.com", "artifactregistry.googleapis.com"];
    cloud.prepare("example-project", json!({ "enable": apis })).await;
    let mut exchanges: Vec<Exchange> = Vec::new();
    for (method, api, path, body) in requests() {
        let path = match exchanges.last() {
            Some(last) if path == POLL => {
                format!("{}/{}", last.path[0], last.answer["name"].as_str().unwrap())
            }
            Some(_) | None => path,
        };
        let mut exchange = Exchange::imagined(method, api, &path, 0, Value::Null);
        exchange.request = body;
        exchange.sequence = exchanges.len() as u64;
        let request = Request {
            method: exchange.method.clone(),
            host: exchange.host.clone(),
            path: exchange.path.clone(),
            verb: exchange.verb.clone(),
            query: exchange.query.clone(),
            body: exchange.request.clone(),
        };
        let mut answer = cloud.send(&request).await;
        while polled(&exchange).is_some() && !is_done(&answer.body) {
            cloud.pass(Duration::from_secs(5));
            answer = cloud.send(&request).await;
        }
        cloud.pass(Duration::from_secs(1));
        (exchange.status, exchange.answer) = (answer.status, answer.body);
        exchanges.push(exchange);
    }
    Run { name: "imagined".to_owned(), exchanges }
}

/// What is seen when each answer is bent so.
async fn seen(run: &Run, bend: &dyn Fn(&mut Answer)) -> Vec<(String, Way, String)> {
    let outcome = play(run, bend).await;
    assert_eq!(outcome.played, run.exchanges.len());
    let found = outcome.differences.into_iter();
    found.map(|found| (found.method, found.difference.way, found.difference.path)).collect()
}

/// Changes a value wherever an answer has it.
fn at(pointer: &'static str, change: fn(&mut Value)) -> Bend {
    Box::new(move |answer| {
        if let Some(value) = answer.body.pointer_mut(pointer) {
            change(value);
        }
    })
}

fn rename(value: &mut Value, from: &str, to: &str) {
    if let Some(moved) = value.as_object_mut().and_then(|fields| fields.remove(from)) {
        value[to] = moved;
    }
}

#[tokio::test]
async fn every_sort_of_mistake_is_seen() {
    let run = recorded().await;
    assert_eq!(seen(&run, &|_| {}).await, [], "another emulator answers the same");
    let cases: Vec<(&str, Bend, &str, Way, &str)> = vec![
        (
            "a field of another name",
            at("/template/containers/0/resources", |value| rename(value, "cpuIdle", "cpu_idle")),
            "run.projects.locations.services.get",
            Way::Missing,
            "template.containers[].resources.cpuIdle",
        ),
        (
            "a field that is not real",
            at("/template/containers/0/resources", |value| value["gpu"] = json!(1)),
            "run.projects.locations.services.get",
            Way::Extra,
            "template.containers[].resources.gpu",
        ),
        (
            "another default",
            at("/template/timeout", |value| *value = json!("301s")),
            "run.projects.locations.services.get",
            Way::Value,
            "template.timeout",
        ),
        (
            "a duration that is none",
            at("/response/template/timeout", |value| *value = json!("300")),
            "run.projects.locations.operations.get",
            Way::Type,
            "response.template.timeout",
        ),
        (
            "another value of an enum",
            at("/terminalCondition/state", |value| *value = json!("CONDITION_READY")),
            "run.projects.locations.services.get",
            Way::Value,
            "terminalCondition.state",
        ),
        (
            "an enum in small letters",
            at("/format", |value| *value = json!("docker")),
            "artifactregistry.projects.locations.repositories.get",
            Way::Type,
            "format",
        ),
        (
            "64 bits as a number",
            at("/generation", |value| *value = json!(1)),
            "run.projects.locations.services.get",
            Way::Type,
            "generation",
        ),
        (
            "a list that is none",
            at("/bindings", |value| *value = json!({})),
            "cloudresourcemanager.projects.setIamPolicy",
            Way::Type,
            "bindings",
        ),
        (
            "another time format",
            at("/createTime", |value| *value = json!("yesterday")),
            "run.projects.locations.services.get",
            Way::Type,
            "createTime",
        ),
        (
            "another text of a refusal",
            at("/error/message", |value| *value = json!("No.")),
            "run.projects.locations.services.get",
            Way::Value,
            "error.message",
        ),
        (
            "another status",
            Box::new(|answer| {
                if answer.status == 404 {
                    answer.status = 403;
                }
            }),
            "run.projects.locations.services.get",
            Way::Status,
            "",
        ),
        (
            "an etag that a change keeps",
            at("/etag", |value| *value = json!("always")),
            "run.projects.locations.services.get",
            Way::Value,
            "etag",
        ),
    ];
    for (what, bend, method, way, path) in cases {
        let found = seen(&run, &*bend).await;
        let expected = (method.to_owned(), way, path.to_owned());
        assert!(found.contains(&expected), "{what}: {found:?}");
    }
}

#[tokio::test]
async fn an_etag_that_every_read_changes_is_seen() {
    let run = recorded().await;
    let count = Cell::new(0);
    let changing = |answer: &mut Answer| {
        if answer.body["etag"].is_string() {
            count.set(count.get() + 1);
            answer.body["etag"] = json!(format!("etag-{}", count.get()));
        }
    };
    let found = seen(&run, &changing).await;
    let read = ("run.projects.locations.services.get".to_owned(), Way::Value, "etag".to_owned());
    assert!(found.contains(&read), "{found:?}");
}

#[tokio::test]
async fn a_mistake_is_in_no_line_of_the_table() {
    let run = recorded().await;
    let table = Table::committed();
    let mut judged = table.judge();
    for found in play(&run, &*at("/template/timeout", |value| *value = json!("301s"))).await.differences {
        judged.add(found);
    }
    assert_eq!(judged.unlisted().len(), 1, "{:?}", judged.unlisted());
}
