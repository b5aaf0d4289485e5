//! Requests to a deployed service, which the same rules strike.

use serde_json::{Value, json};

use crate::testing::{Lab, Reply};

const BUCKET: &str = "/storage/v1/b/things";
const HOST: &str = "gemma-123456789012.europe-west1.run.localhost";
const AT_TAG: &str = "green---gemma-123456789012.europe-west1.run.localhost";
const SERVICES: &str = "/v2/projects/demo-project/locations/europe-west1/services";

async fn set(lab: &Lab, rules: Value) {
    lab.call("POST", "/emulator/faults", &json!({ "rules": rules })).await.expect(200);
}

/// A service that answers everybody.
async fn deployed() -> Lab {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let body = json!({
        "invokerIamDisabled": true,
        "template": { "containers": [{ "image": "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b" }] },
    });
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=gemma"), &body).await.expect(200).json();
    lab.finish(&first, "/v2/").await;
    lab
}

async fn ask(lab: &Lab, method: &str, path: &str) -> Reply {
    let body = json!({"model": "gemma3:4b", "prompt": "Why?"}).to_string().into_bytes();
    let body = if method == "POST" { body } else { Vec::new() };
    lab.send(method, path, &[("host", HOST)], body).await
}

#[tokio::test]
async fn they_are_refused_in_the_pages_of_the_front_end_and_the_next_is_let_through() {
    for (fault, status, said) in [
        (json!({"kind": "status", "code": 400}), 400, "Bad Request"),
        (json!({"kind": "status", "code": 401}), 401, "Error: Unauthorized"),
        (json!({"kind": "status", "code": 404}), 404, "Error: Page not found"),
        (json!({"kind": "status", "code": 500}), 500, "Internal Server Error"),
        (json!({"kind": "status", "code": 502}), 502, "try again in 30 seconds"),
        (json!({"kind": "status", "code": 503}), 503, "not available yet"),
        (json!({"kind": "status", "code": 504}), 504, "Gateway Timeout"),
        (json!({"kind": "rateLimit", "retryAfter": 3}), 429, "Rate exceeded."),
        (json!({"kind": "denied"}), 403, "<code>/api/tags</code>"),
    ] {
        let lab = deployed().await;
        set(&lab, json!([{ "host": "*.run.localhost", "fault": fault }])).await;
        let refused = ask(&lab, "GET", "/api/tags").await.expect(status);
        let text = String::from_utf8_lossy(&refused.bytes).into_owned();
        assert!(text.contains(said), "{fault}: {text}");
        let wait = refused.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(wait, (status == 429).then_some("3"));
        ask(&lab, "GET", "/api/tags").await.expect(200);
    }
}

#[tokio::test]
async fn they_are_told_from_calls_of_an_api_by_their_host_and_are_of_none() {
    let broken = json!({"kind": "status", "code": 500});
    for (rule, struck) in [
        (json!({}), vec![1]),
        (json!({"from": 2, "times": null}), vec![2, 3, 4]),
        (json!({"host": HOST}), vec![1]),
        (json!({"host": "*.run.localhost", "times": null}), vec![1, 3]),
        (json!({"host": "*---*.run.localhost"}), vec![3]),
        (json!({"host": "127.0.0.1"}), vec![2]),
        (json!({"path": "/v1/**", "times": null}), vec![1, 4]),
        (json!({"api": "serviceusage.googleapis.com"}), vec![4]),
    ] {
        let mut rule = rule;
        rule["fault"] = broken.clone();
        let lab = deployed().await;
        set(&lab, json!([rule])).await;
        let mut hit = Vec::new();
        for (number, host, path) in [
            (1, HOST, "/v1/projects/demo-project/services/x"),
            (2, "127.0.0.1", BUCKET),
            (3, AT_TAG, "/api/tags"),
            (4, "127.0.0.1", "/v1/projects/demo-project/services/x"),
        ] {
            let reply = lab.send("GET", path, &[("host", host)], Vec::new()).await;
            hit.extend((reply.status == 500).then_some(number));
        }
        assert_eq!(hit, struck, "{rule}");
    }
}

#[tokio::test]
async fn they_are_told_apart_by_whom_the_identity_token_stands_for() {
    let lab = deployed().await;
    let token = async |account: &str| {
        let path = format!("/emulator/identity-token?audience=https://any.run.app&account={account}");
        let token = lab.get(&path).await.expect(200).json()["token"].as_str().unwrap().to_owned();
        format!("Bearer {token}")
    };
    let (me, other) = (token("me@example.com").await, token("other@example.com").await);
    let denied = json!({"caller": "user:other@example.com", "fault": {"kind": "denied"}, "times": null});
    set(&lab, json!([denied])).await;
    for (bearer, status) in [(me, 200), (other, 403)] {
        let headers = [("host", HOST), ("authorization", bearer.as_str())];
        lab.send("GET", "/api/tags", &headers, Vec::new()).await.expect(status);
    }
}

#[tokio::test]
async fn their_answers_are_lost_cut_in_the_middle_and_replaced_also_where_they_come_piece_by_piece() {
    for (method, path) in [("GET", "/api/tags"), ("POST", "/api/generate")] {
        let lab = deployed().await;
        let whole = ask(&lab, method, path).await.expect(200).bytes;
        for (kind, least, most) in
            [("reset", 0, 0), ("lost", 0, 0), ("truncated", whole.len() / 3, whole.len() - 1)]
        {
            set(&lab, json!([{ "path": path, "fault": {"kind": kind} }])).await;
            let got = lab.broken_off(method, path, HOST).await;
            assert!((least..=most).contains(&got.len()), "{kind} {path}: {} of {}", got.len(), whole.len());
            assert!(kind != "truncated" || whole.starts_with(&got[..got.len().min(20)]), "{path}");
        }
        set(&lab, json!([{ "path": path, "fault": {"kind": "malformed"} }])).await;
        let page = ask(&lab, method, path).await.expect(200);
        assert!(page.bytes.starts_with(b"<!DOCTYPE html>"));
        ask(&lab, method, path).await.expect(200);
    }
}

#[tokio::test]
async fn what_a_rule_refuses_never_comes_to_the_service_and_what_is_lost_does() {
    for (kind, arrived) in [("reset", 1), ("denied", 1), ("lost", 2), ("truncated", 2), ("malformed", 2)] {
        let lab = deployed().await;
        set(&lab, json!([{ "path": "/api/tags", "fault": {"kind": kind} }])).await;
        if ["reset", "lost", "truncated"].contains(&kind) {
            lab.broken_off("GET", "/api/tags", HOST).await;
        } else {
            ask(&lab, "GET", "/api/tags").await;
        }
        ask(&lab, "GET", "/api/tags").await.expect(200);
        let asked = json!({"resourceNames": ["projects/demo-project"], "filter": "httpRequest.status=200"});
        let log = lab.call("POST", "/v2/entries:list", &asked).await.expect(200).json();
        let requests =
            log["entries"].as_array().unwrap().iter().filter(|entry| entry["httpRequest"].is_object());
        assert_eq!(requests.count(), arrived, "{kind}: {log}");
    }
}
