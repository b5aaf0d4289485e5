//! Rules and what they do, by their HTTP calls.

use serde_json::{Value, json};

use crate::testing::{Lab, PROJECT};

const BUCKETS: &str = "/storage/v1/b?project=demo-project";
const BUCKET: &str = "/storage/v1/b/things";

/// A project in which these rules are set.
async fn lab(rules: Value) -> Lab {
    let lab = Lab::new();
    set(&lab, rules).await;
    lab
}

async fn set(lab: &Lab, rules: Value) {
    lab.call("POST", "/emulator/faults", &json!({ "rules": rules, "seed": 7 })).await.expect(200);
}

fn bucket() -> Value {
    json!({"name": "things", "location": "EU"})
}

/// Whether the bucket is there; the rules see this call, too.
async fn is_there(lab: &Lab) -> bool {
    set(lab, json!([])).await;
    lab.get(BUCKET).await.status == 200
}

#[tokio::test]
async fn a_refused_call_does_nothing_and_the_next_one_is_let_through() {
    let run = format!("/v2/projects/{PROJECT}/locations/europe-west1/services/s");
    for (fault, path, status, rpc, reason) in [
        (
            json!({"kind": "status", "code": 401}),
            run.as_str(),
            401,
            "UNAUTHENTICATED",
            "ACCESS_TOKEN_EXPIRED",
        ),
        (json!({"kind": "status", "code": 500}), &run, 500, "INTERNAL", ""),
        (json!({"kind": "status", "code": 502}), &run, 502, "", ""),
        (json!({"kind": "status", "code": 503}), &run, 503, "UNAVAILABLE", ""),
        (json!({"kind": "status", "code": 504}), &run, 504, "DEADLINE_EXCEEDED", ""),
        (json!({"kind": "status", "code": 412}), &run, 412, "FAILED_PRECONDITION", ""),
        (json!({"kind": "rateLimit"}), &run, 429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"),
        (json!({"kind": "exists"}), &run, 409, "ALREADY_EXISTS", ""),
        (json!({"kind": "conflict"}), &run, 409, "ABORTED", ""),
        (json!({"kind": "conflict"}), BUCKET, 412, "", ""),
        (json!({"kind": "denied"}), &run, 403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"),
        (json!({"kind": "serviceDisabled"}), &run, 403, "PERMISSION_DENIED", "SERVICE_DISABLED"),
    ] {
        let lab = Lab::enabled(&["run.googleapis.com"]).await;
        set(&lab, json!([{ "fault": fault }])).await;
        let refused = lab.get(path).await.expect(status);
        assert_eq!(refused.rpc(), rpc, "{fault}");
        let found = &refused.json()["error"]["details"][0]["reason"];
        assert_eq!(found.as_str().unwrap_or_default(), reason, "{fault}");
        assert_ne!(lab.get(path).await.status, status, "{fault}");
    }
    let lab = lab(json!([{ "fault": {"kind": "status", "code": 503} }])).await;
    lab.call("POST", BUCKETS, &bucket()).await.expect(503);
    assert!(!is_there(&lab).await);
}

#[tokio::test]
async fn a_rate_is_limited_with_the_seconds_to_wait_or_without() {
    let lab = lab(json!([
        { "fault": {"kind": "rateLimit", "retryAfter": 3} },
        { "from": 2, "fault": {"kind": "rateLimit"} },
    ]))
    .await;
    assert_eq!(lab.get(BUCKET).await.expect(429).headers["retry-after"], "3");
    assert!(!lab.get(BUCKET).await.expect(429).headers.contains_key("retry-after"));
}

#[tokio::test]
async fn connections_break_before_or_after_the_effect() {
    let body = bucket().to_string().into_bytes();
    for (kind, done) in [("reset", false), ("lost", true), ("truncated", true)] {
        let lab = lab(json!([{ "fault": {"kind": kind} }])).await;
        assert!(lab.is_broken("POST", BUCKETS, body.clone()).await, "{kind}");
        assert_eq!(is_there(&lab).await, done, "{kind}");
    }
}

#[tokio::test]
async fn a_malformed_answer_is_a_web_page_and_the_effect_is_there() {
    let lab = lab(json!([{ "fault": {"kind": "malformed"} }])).await;
    let page = lab.call("POST", BUCKETS, &bucket()).await.expect(200);
    assert!(page.bytes.starts_with(b"<!DOCTYPE html>"));
    assert!(is_there(&lab).await);
}

#[tokio::test]
async fn rules_strike_by_method_path_api_host_caller_and_number() {
    let broken = json!({"kind": "status", "code": 500});
    for (rule, struck) in [
        (json!({}), vec![1]),
        (json!({"from": 3}), vec![3]),
        (json!({"from": 2, "times": 2}), vec![2, 3]),
        (json!({"from": 4, "times": null}), vec![4, 5, 6]),
        (json!({"method": "POST"}), vec![3]),
        (json!({"path": "/storage/v1/b/*", "from": 2}), vec![4]),
        (json!({"path": "/storage/v1/b/*", "api": "run.googleapis.com"}), vec![]),
        (json!({"api": "iam.googleapis.com"}), vec![5]),
        (json!({"host": "localhost"}), vec![6]),
        (json!({"caller": "user:other@example.com"}), vec![6]),
    ] {
        let mut rule = rule;
        rule["fault"] = broken.clone();
        let lab = lab(json!([rule])).await;
        let mut hit = Vec::new();
        for number in 1..=6 {
            let reply = match number {
                3 => lab.call("POST", BUCKETS, &json!({"name": "other", "location": "EU"})).await,
                5 => lab.get(&format!("/v1/projects/{PROJECT}/serviceAccounts")).await,
                6 => {
                    let other = [("host", "localhost:80"), ("authorization", "Bearer as:other@example.com")];
                    lab.send("GET", BUCKETS, &other, Vec::new()).await
                }
                _ => lab.get(if number == 1 { BUCKETS } else { BUCKET }).await,
            };
            if reply.status == 500 {
                hit.push(number);
            }
        }
        // Calls 2 and 4 ask for the bucket.
        assert_eq!(hit, struck, "{rule}");
    }
}

#[tokio::test]
async fn somebody_else_acts_right_before_a_call() {
    let make = json!({"method": "POST", "path": BUCKETS, "body": bucket()});
    let revoke = json!({
        "method": "POST", "path": "/emulator/project", "body": {"deniedPermissions": ["storage.buckets.list"]},
    });
    let lab = lab(json!([{ "from": 2, "fault": {"kind": "outside", "requests": [make, revoke]} }])).await;
    lab.get(BUCKET).await.expect(404);
    lab.get(BUCKET).await.expect(200);
    lab.get(BUCKETS).await.expect(403);
    assert_eq!(lab.get("/emulator/faults").await.json()["calls"], 3, "calls of others are not counted");
}

#[tokio::test]
async fn a_held_call_waits_until_its_rule_is_taken_back() {
    let lab = lab(json!([{ "name": "a", "times": null, "fault": {"kind": "hold"} }])).await;
    let (held, ()) = tokio::join!(lab.get(BUCKETS), async {
        let shown = lab.get("/emulator/faults?struck=a").await.json();
        assert_eq!(shown["rules"][0]["struck"], 1);
        assert_eq!(shown["held"], json!([{"rule": "a", "method": "GET", "path": "/storage/v1/b"}]));
        lab.call("POST", "/emulator/faults", &json!({"release": ["a"]})).await.expect(200);
    });
    held.expect(200);
    let shown = lab.get("/emulator/faults").await.json();
    assert_eq!((&shown["held"], &shown["rules"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn chance_is_replayed_by_its_seed() {
    let rule = json!([{ "times": null, "chance": 0.5, "fault": {"kind": "status", "code": 500} }]);
    let lab = Lab::new();
    let mut runs = Vec::new();
    let mut seed = json!(null);
    for _ in 0..2 {
        let shown = lab.call("POST", "/emulator/faults", &json!({"rules": rule, "seed": seed})).await.json();
        seed = shown["seed"].clone();
        let mut run = Vec::new();
        for _ in 0..40 {
            run.push(lab.get(BUCKETS).await.status);
        }
        assert!(run.contains(&200) && run.contains(&500), "{run:?}");
        runs.push(run);
    }
    assert!(seed.is_u64(), "a seed that nobody chose is shown");
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn rules_that_cannot_be_meant_are_refused_and_the_old_ones_stay() {
    let lab = lab(json!([{ "name": "old", "from": 9, "fault": {"kind": "hold"} }])).await;
    let own = std::process::id();
    for (rules, said) in [
        (json!([{ "fault": {"kind": "status", "code": 200} }]), "no error with status 200"),
        (json!([{ "fault": {"kind": "status", "code": 500}, "from": 0 }]), "from must be 1 or more"),
        (json!([{ "fault": {"kind": "hold"}, "chance": 1.5 }]), "chance must be from 0 to 1"),
        (json!([{ "fault": {"kind": "kill", "pid": own} }]), "it is the emulator's own"),
        (json!([{ "fault": {"kind": "kill", "pid": 1} }]), "the first of the system"),
        (json!([{ "fault": {"kind": "explode"} }]), "unknown variant `explode`"),
        (json!([{ "fault": {"kind": "hold"}, "mehtod": "GET" }]), "unknown field `mehtod`"),
        (
            json!([{ "name": "a", "fault": {"kind": "hold"} }, { "name": "a", "fault": {"kind": "reset"} }]),
            "two rules are called `a`",
        ),
    ] {
        let refused = lab.call("POST", "/emulator/faults", &json!({ "rules": rules })).await.expect(400);
        assert!(refused.message().contains(said), "{}", refused.message());
    }
    assert_eq!(lab.get("/emulator/faults").await.json()["rules"][0]["name"], "old");
}

#[tokio::test]
async fn what_happens_in_a_copy_is_not_seen_in_the_original() {
    let lab = Lab::new();
    let copy = Lab { emulator: lab.emulator.copy(), clock: lab.clock.clone() };
    copy.call("POST", BUCKETS, &bucket()).await.expect(200);
    lab.get(BUCKET).await.expect(404);
    assert_ne!(lab.emulator.state().unwrap(), copy.emulator.state().unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn a_process_is_killed_before_or_after_the_effect() {
    for (when, done) in [("before", false), ("after", true)] {
        let mut client = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let kill = json!({"kind": "kill", "pid": client.id(), "when": when});
        let lab = lab(json!([{ "fault": kill }])).await;
        let dead = tokio::task::spawn_blocking(move || client.wait().unwrap());
        let body = bucket();
        tokio::select! {
            _ = lab.call("POST", BUCKETS, &body) => panic!("the dead got an answer"),
            ended = dead => {
                let signal = std::os::unix::process::ExitStatusExt::signal(&ended.unwrap());
                assert_eq!(signal, Some(9));
            }
        }
        assert_eq!(is_there(&lab).await, done, "{when}");
    }
}
