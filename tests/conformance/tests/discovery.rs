//! The check of exchanges against Google's discovery documents: it finds what is wrong, and passes what is right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests may stop at the first surprise, and some read a folder that is named from outside"
)]

use std::path::Path;

use conformance::discovery::{EXCEPTIONS, OUTSIDE, Verdict, check};
use conformance::table::{SELECTIONS, TABLES, apis, extract};
use conformance::{Answer, Content, Exchange, Requests};
use serde_json::{Value, json};

const SERVICES: &str = "/v2/projects/p/locations/europe-west1/services";

/// A call that is right in every way.
fn deploy() -> Exchange {
    let service = json!({
        "labels": {"a": "b"},
        "ingress": "INGRESS_TRAFFIC_ALL",
        "template": {"timeout": "600s", "maxInstanceRequestConcurrency": 4, "containers": [{
            "image": "i",
            "resources": {"limits": {"cpu": "8"}, "cpuIdle": false},
        }]},
    });
    let operation = json!({
        "name": "projects/p/locations/europe-west1/operations/1",
        "metadata": {
            "@type": "type.googleapis.com/google.cloud.run.v2.Service",
            "uid": "u",
            "generation": "1",
            "createTime": "2026-11-23T12:00:00Z",
        },
    });
    exchange("POST", SERVICES, "serviceId=gemma&validateOnly=true", service, 200, operation)
}

fn exchange(method: &str, path: &str, query: &str, request: Value, status: u16, answer: Value) -> Exchange {
    let answer = Answer { status, content: Content::of_journal(answer) };
    Exchange {
        method: method.into(),
        host: "127.0.0.1".into(),
        path: path.into(),
        query: query.into(),
        request: Content::of_journal(request),
        answer: Some(answer),
    }
}

fn found(exchange: &Exchange, requests: Requests) -> Vec<String> {
    match check(exchange, requests) {
        Verdict::Checked(found) => found.iter().map(ToString::to_string).collect(),
        Verdict::Outside(sort) => vec![format!("outside: {}", sort.what)],
    }
}

/// The only thing that is found must hold this text.
#[track_caller]
fn finds(exchange: &Exchange, text: &str) {
    let found = found(exchange, Requests::All);
    assert!(found.len() == 1 && found[0].contains(text), "`{text}` was expected: {found:#?}");
}

#[test]
fn a_right_call_passes() {
    assert_eq!(found(&deploy(), Requests::All), Vec::<String>::new());
    let moved = Exchange { host: "europe-west1-run.googleapis.com".into(), ..deploy() };
    assert_eq!(found(&moved, Requests::All), Vec::<String>::new());
}

#[test]
fn every_sort_of_wrong_request_is_found() {
    type Break = fn(&mut Value);
    let bodies: [(Break, &str); 9] = [
        (|body| body["lables"] = json!({}), "request.lables: the object has no such field"),
        (|body| body["template"]["containers"][0]["img"] = json!("x"), "request.template.containers[0].img"),
        (|body| body["template"]["timeout"] = json!(600), "a duration such as `600s` is expected"),
        (|body| body["template"]["timeout"] = json!("10m"), "a duration such as `600s` is expected"),
        (
            |body| body["template"]["maxInstanceRequestConcurrency"] = json!("4"),
            "a number is expected, found \"4\"",
        ),
        (|body| body["template"]["containers"] = json!({}), "a list is expected"),
        (|body| body["ingress"] = json!("ALL"), "`ALL` is no value of the enum"),
        (|body| body["uid"] = json!("u"), "request.uid: only the server sets this field"),
        (|body| body["labels"]["a"] = json!(true), "request.labels.a: text is expected, found true"),
    ];
    for (wreck, text) in bodies {
        let mut exchange = deploy();
        let Content::Json(body) = &mut exchange.request else { panic!("a body") };
        wreck(body);
        finds(&exchange, text);
    }
    let queries = [
        ("serviceid=gemma", "query.serviceid: the method has no such parameter"),
        ("validateOnly=yes", "query.validateOnly: true or false is expected"),
        ("serviceId=a&serviceId=b", "query.serviceId: the parameter may be sent once"),
        ("alt=yaml", "`yaml` is no value of the enum"),
    ];
    for (query, text) in queries {
        finds(&Exchange { query: query.into(), ..deploy() }, text);
    }
    let others = [
        (Exchange { method: "PUT".into(), ..deploy() }, "no document has this method and path"),
        (Exchange { path: format!("{SERVICES}:deploy"), ..deploy() }, "no document has this method and path"),
        (Exchange { host: "iam.googleapis.com".into(), ..deploy() }, "no document has this method and path"),
    ];
    for (exchange, text) in others {
        finds(&exchange, text);
    }
    let bucket = json!({"name": "b"});
    let insert = exchange("POST", "/storage/v1/b", "", bucket.clone(), 200, bucket);
    finds(&insert, "query.project: the parameter is required");
    let read = exchange("GET", &format!("{SERVICES}/a"), "", json!({"a": 1}), 200, json!({}));
    finds(&read, "the method takes no body");
    let patch = |mask| {
        exchange("PATCH", &format!("{SERVICES}/a"), &format!("updateMask={mask}"), json!({}), 200, json!({}))
    };
    assert_eq!(
        found(&patch("labels,template.max_instance_request_concurrency"), Requests::All),
        Vec::<String>::new()
    );
    finds(&patch("labels,templates"), "query.updateMask templates: the object has no such field");
    finds(&patch("uid"), "only the server sets this field");
    let upload = exchange("POST", "/upload/storage/v1/b/b/o", "name=a", Value::Null, 200, json!({}));
    finds(&upload, "query.uploadType: the parameter is required");
}

#[test]
fn every_sort_of_wrong_answer_is_found() {
    type Break = fn(&mut Value);
    let answers: [(Break, &str); 7] = [
        (|answer| answer["state"] = json!("DONE"), "answer.state: the object has no such field"),
        (|answer| answer["done"] = json!("true"), "answer.done: true or false is expected"),
        (|answer| answer["metadata"]["generation"] = json!(1), "a whole number as text is expected, found 1"),
        (|answer| answer["metadata"]["createTime"] = json!("today"), "a time as in RFC 3339 is expected"),
        (|answer| answer["metadata"]["launchStage"] = json!("NEW"), "`NEW` is no value of the enum"),
        (
            |answer| answer["metadata"]["url"] = json!("x"),
            "answer.metadata.url: the object has no such field",
        ),
        (
            |answer| answer["metadata"]["@type"] = json!("type.googleapis.com/google.cloud.run.v2.Servant"),
            "has no type google.cloud.run.v2.Servant",
        ),
    ];
    for (wreck, text) in answers {
        let mut exchange = deploy();
        let Some(Answer { content: Content::Json(body), .. }) = &mut exchange.answer else {
            panic!("a body")
        };
        wreck(body);
        finds(&exchange, text);
    }
    let refusals = [
        (404, json!({"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}), None),
        (404, json!({"error": {"code": 400, "message": "m", "status": "NOT_FOUND"}}), Some("belong to 404")),
        (404, json!({"error": {"code": 404, "message": "m", "status": "ABORTED"}}), Some("belong to 404")),
        (
            404,
            json!({"error": {"code": 404, "message": "m", "state": "NOT_FOUND"}}),
            Some("answer.error.state"),
        ),
        (404, json!({"error": {"code": 404, "status": "NOT_FOUND"}}), Some("a message is expected")),
        (
            400,
            json!({"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT", "details": [
                {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolation": []},
            ]}}),
            Some("fieldViolation: the object has no such field"),
        ),
    ];
    for (status, body, text) in refusals {
        let refused = exchange("GET", &format!("{SERVICES}/a"), "", Value::Null, status, body);
        match text {
            Some(text) => finds(&refused, text),
            None => assert_eq!(found(&refused, Requests::All), Vec::<String>::new()),
        }
    }
}

#[test]
fn refused_requests_are_left_alone_where_tests_send_wrong_ones_on_purpose() {
    let refusal = json!({"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}});
    let wrong = json!({"lables": {}});
    let refused = exchange("POST", SERVICES, "serviceId=a", wrong.clone(), 400, refusal);
    assert_eq!(found(&refused, Requests::All).len(), 1);
    assert_eq!(found(&refused, Requests::Accepted), Vec::<String>::new());
    let taken = exchange("POST", SERVICES, "serviceId=a", wrong, 200, json!({}));
    assert_eq!(found(&taken, Requests::Accepted).len(), 1);
    assert_eq!(found(&taken, Requests::None), Vec::<String>::new());
    let read_back =
        exchange("PATCH", &format!("{SERVICES}/a"), "", json!({"uid": "u", "labels": {}}), 200, json!({}));
    assert_eq!(found(&read_back, Requests::All).len(), 1);
    assert_eq!(found(&read_back, Requests::Foreign), Vec::<String>::new());
}

#[test]
fn shared_paths_are_held_against_the_document_that_fits() {
    let path = "/v1/projects/p/locations/europe-west1/operations/1";
    for name in ["google.devtools.cloudbuild.v1.Build", "google.devtools.artifactregistry.v1.Repository"] {
        let response =
            json!({"@type": format!("type.googleapis.com/{name}"), "createTime": "2026-11-23T12:00:00Z"});
        let done = exchange(
            "GET",
            path,
            "",
            Value::Null,
            200,
            json!({"name": "o", "done": true, "response": response}),
        );
        assert_eq!(found(&done, Requests::All), Vec::<String>::new());
    }
}

#[test]
fn enums_are_numbers_only_where_the_caller_asks_for_it() {
    let answer = json!({"launchStage": 4});
    for (query, expected) in
        [("", 1), ("$alt=json;enum-encoding=int", 0), ("%24alt=json%3Benum-encoding%3Dint", 0)]
    {
        let read = exchange("GET", &format!("{SERVICES}/a"), query, Value::Null, 200, answer.clone());
        assert_eq!(found(&read, Requests::All).len(), expected, "{query}");
    }
}

#[test]
fn content_is_no_json_to_check() {
    let media =
        exchange("GET", "/storage/v1/b/b/o/a%2Fb", "alt=media", Value::Null, 200, json!({"any": "thing"}));
    assert_eq!(found(&media, Requests::All), Vec::<String>::new());
    let chunk = exchange(
        "PUT",
        "/upload/storage/v1/b/b/o",
        "uploadType=resumable&upload_id=1",
        json!({"any": 1}),
        308,
        Value::Null,
    );
    assert_eq!(found(&chunk, Requests::All), Vec::<String>::new());
    let manifest =
        exchange("GET", "/v2/p/r/i/manifests/latest", "", Value::Null, 200, json!({"schemaVersion": 2}));
    assert!(found(&manifest, Requests::All)[0].starts_with("outside: the registry protocol"));
}

#[test]
fn every_exception_names_a_fact_of_the_tables_once() {
    for exception in EXCEPTIONS {
        let (api, fact) = exception.fact.split_once(' ').unwrap();
        assert!(apis().iter().any(|known| known.name == api), "{}", exception.fact);
        assert_eq!(EXCEPTIONS.iter().filter(|other| other.fact == exception.fact).count(), 1, "{fact}");
    }
}

#[test]
fn what_is_not_checked_is_written_down_with_its_reason() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
    let document = std::fs::read_to_string(document).unwrap();
    let exceptions =
        EXCEPTIONS.iter().map(|exception| format!("| `{}` | {} |", exception.fact, exception.reason));
    let outside = OUTSIDE.iter().map(|sort| format!("| {} | {} |", sort.what, sort.reason));
    for line in exceptions.chain(outside) {
        assert!(document.contains(&line), "docs/conformance.md lacks the line: {line}");
    }
}

#[test]
fn the_committed_tables_are_what_the_script_makes() {
    assert_eq!(TABLES.len(), SELECTIONS.len());
    let Some(folder) = std::env::var_os("GEMMACTL_DISCOVERY") else {
        eprintln!("skipped: GEMMACTL_DISCOVERY names no folder of discovery documents");
        return;
    };
    for selection in SELECTIONS {
        let name = selection.document;
        let document = std::fs::read_to_string(Path::new(&folder).join(format!("{name}.json"))).unwrap();
        let made = extract(selection, &serde_json::from_str(&document).unwrap());
        let committed = TABLES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        assert!(
            committed == Some(made.as_str()),
            "{name} is out of step; docs/conformance.md says how to make the tables"
        );
    }
}
