//! The rule that writes are conditional: it finds each that is not, and passes what is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use conformance::discovery::{Condition, UNCONDITIONAL, condition};
use conformance::{Content, Exchange};
use serde_json::{Value, json};

const SERVICE: &str = "/v2/projects/p/locations/europe-west1/services/a";

fn call(method: &str, path: &str, query: &str, request: Value) -> Exchange {
    Exchange {
        method: method.into(),
        host: "127.0.0.1".into(),
        path: path.into(),
        query: query.into(),
        request: Content::of_journal(request),
        answer: None,
    }
}

/// Each write of gemmactl that takes a condition: as it is right, and broken, with what is said of that.
fn writes() -> Vec<(Exchange, Exchange, &'static str)> {
    let services = SERVICE.strip_suffix("/a").unwrap();
    let policy = |path: &str, policy: Value| {
        call("POST", &format!("{path}:setIamPolicy"), "", json!({ "policy": policy }))
    };
    let project = "/v3/projects/p";
    let accounts = "/v1/projects/p/serviceAccounts";
    let bucket = "/storage/v1/b/gemmactl-src-a";
    let object = "/storage/v1/b/b/o/inventory.json";
    let uploads = "/upload/storage/v1/b/b/o";
    vec![
        (
            call("PATCH", SERVICE, "", json!({"etag": "\"a\"", "labels": {}})),
            call("PATCH", SERVICE, "", json!({"labels": {}})),
            "carries no `etag` in the body",
        ),
        (
            call("DELETE", SERVICE, "etag=%22a%22", Value::Null),
            call("DELETE", SERVICE, "etag=", Value::Null),
            "carries no `etag` in the query",
        ),
        (
            call("POST", services, "serviceId=a", json!({})),
            call("POST", services, "", json!({})),
            "carries no `serviceId` of what is made",
        ),
        (
            policy(SERVICE, json!({"etag": "BwY="})),
            policy(SERVICE, json!({"bindings": []})),
            "carries no `policy.etag` in the body",
        ),
        (
            policy(project, json!({"etag": "BwY="})),
            policy(project, json!({"etag": ""})),
            "carries no `policy.etag` in the body",
        ),
        (
            call("DELETE", &format!("{accounts}/100797824810707915777"), "", Value::Null),
            call("DELETE", &format!("{accounts}/a@p.iam.gserviceaccount.com"), "", Value::Null),
            "carries no unique id in the path",
        ),
        (
            call("POST", accounts, "", json!({"accountId": "a"})),
            call("POST", accounts, "", json!({})),
            "carries no `accountId` of what is made",
        ),
        (
            call("PATCH", bucket, "ifMetagenerationMatch=1", json!({})),
            call("PATCH", bucket, "", json!({})),
            "carries no `ifMetagenerationMatch` in the query",
        ),
        (
            call("DELETE", bucket, "ifMetagenerationMatch=1", Value::Null),
            call("DELETE", bucket, "", Value::Null),
            "carries no `ifMetagenerationMatch` in the query",
        ),
        (
            call("POST", uploads, "uploadType=multipart&ifGenerationMatch=0", Value::Null),
            call("POST", uploads, "uploadType=multipart", Value::Null),
            "`ifGenerationMatch`",
        ),
        (
            call("DELETE", object, "generation=7", Value::Null),
            call("DELETE", object, "", Value::Null),
            "`generation` in the query",
        ),
    ]
}

#[test]
fn a_write_with_its_condition_passes_and_without_it_is_found() {
    for (right, broken, says) in writes() {
        let (found, shown) = (condition(&right), format!("{} {}?{}", right.method, right.path, right.query));
        assert!(matches!(found, Condition::Met), "{shown}: {found:?}");
        let Condition::Missing(problem) = condition(&broken) else {
            panic!("{shown} passes when it is broken")
        };
        assert!(problem.contains(says), "{says} in {problem}");
    }
}

#[test]
fn reads_need_none_and_a_new_sort_of_write_needs_a_reason() {
    for read in [
        call("GET", SERVICE, "", Value::Null),
        call("POST", "/v3/projects/p:getIamPolicy", "", json!({})),
        call("POST", "/v2/projects/p/locations/l/operations/1:wait", "", json!({})),
        call("PUT", "/upload/storage/v1/b/b/o", "uploadType=resumable&upload_id=1", Value::Null),
    ] {
        assert!(matches!(condition(&read), Condition::NoWrite), "{read:?}");
    }
    let excused = call("POST", "/v1/projects/p/services:batchEnable", "", json!({}));
    assert!(matches!(condition(&excused), Condition::Excused(_)), "{excused:?}");
    let new = call("POST", "/v1/projects/p/serviceAccounts/a:undelete", "", json!({}));
    let Condition::Missing(problem) = condition(&new) else { panic!("{new:?} passes") };
    assert!(problem.contains("takes no condition, and no reason is given"), "{problem}");
}

#[test]
#[should_panic(expected = "1 writes carry no condition")]
fn a_layer_fails_a_test_that_wrote_without_a_condition() {
    conformance::hold_conditional([call("DELETE", SERVICE, "", Value::Null)]);
}

#[test]
fn the_excused_are_a_fixed_list_that_is_written_down() {
    assert_eq!(UNCONDITIONAL.len(), 9, "a new one needs a reason that holds");
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
    let document = std::fs::read_to_string(document).unwrap();
    for excused in UNCONDITIONAL {
        let line = format!("| `{}` | {} |", excused.method, excused.reason);
        assert!(document.contains(&line), "docs/conformance.md lacks the line: {line}");
    }
}
