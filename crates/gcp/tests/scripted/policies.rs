//! Policy edits: one read-modify-write under the etag.

use model::{Api, ApiRequest, Cloud, ErrorKind, Grant, Method, PolicyEdit, PolicyRef, Step, Unsupervised};
use serde_json::{Value, json};

use crate::server::{Answer, Told, ok, refused, serve};

const MEMBER: &str = "serviceAccount:run@demo-project.iam.gserviceaccount.com";

fn edit(read: ApiRequest, write: ApiRequest) -> Step {
    let grant = Grant { role: "roles/run.invoker".into(), member: MEMBER.into(), condition: None };
    Step::EditPolicy(PolicyEdit {
        policy: PolicyRef { read, write, shown: "project demo-project".into() },
        add: vec![grant],
        remove: Vec::new(),
    })
}

pub(crate) fn project() -> Step {
    let call = |verb: &str| {
        ApiRequest::post(Api::ResourceManager, format!("v3/projects/demo-project:{verb}"), json!({}))
    };
    edit(call("getIamPolicy"), call("setIamPolicy"))
}

fn policy(etag: &str) -> Value {
    json!({"etag": etag, "version": 1, "auditConfigs": [{"service": "allServices"}],
        "bindings": [{"role": "roles/owner", "members": ["user:owner@example.com"]}]})
}

#[tokio::test]
async fn what_is_foreign_is_written_back_with_the_etag_that_was_read() {
    let server = serve(|asked, _| match asked.path.as_str() {
        "/v3/projects/demo-project:getIamPolicy" => ok(policy("one")),
        _ => ok(asked.json()["policy"].clone()),
    })
    .await;
    server.cloud().run(&project(), &Unsupervised).await.unwrap();
    let written = server.asked()[1].json();
    assert_eq!(written["policy"]["etag"], "one");
    assert_eq!(written["policy"]["auditConfigs"], policy("one")["auditConfigs"]);
    assert_eq!(written["policy"]["bindings"][0], policy("one")["bindings"][0]);
    assert_eq!(written["policy"]["bindings"][1], json!({"role": "roles/run.invoker", "members": [MEMBER]}));
}

#[tokio::test]
async fn nothing_is_written_when_nothing_changes() {
    let server = serve(|_, _| {
        ok(json!({"etag": "e", "bindings": [{"role": "roles/run.invoker", "members": [MEMBER]}]}))
    })
    .await;
    server.cloud().run(&project(), &Unsupervised).await.unwrap();
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_conflict_is_read_again_and_a_lost_answer_too() {
    for first in [409, 503, 0] {
        let server = serve(move |asked, before| match (asked.path.ends_with("getIamPolicy"), before) {
            (true, 0) => ok(policy("BwXstale")),
            (true, _) => ok(policy("BwXfresh")),
            (false, 1) if first == 0 => Answer::Broken,
            (false, 1) => refused(
                first,
                if first == 409 { "ABORTED" } else { "UNAVAILABLE" },
                "There were concurrent policy changes.",
            ),
            (false, _) => {
                if asked.json()["policy"]["etag"] == "BwXfresh" {
                    ok(policy("done"))
                } else {
                    refused(409, "ABORTED", "stale etag")
                }
            }
        })
        .await;
        server.cloud().run(&project(), &Unsupervised).await.unwrap();
    }
}

#[tokio::test]
async fn a_new_account_is_waited_for_and_an_unknown_one_is_not() {
    let server = serve(|asked, before| match asked.path.as_str() {
        path if path.ends_with("serviceAccounts") => {
            ok(json!({"email": "run@demo-project.iam.gserviceaccount.com"}))
        }
        path if path.ends_with("getIamPolicy") => ok(policy("one")),
        _ if before < 4 => refused(
            400,
            "INVALID_ARGUMENT",
            "Service account run@demo-project.iam.gserviceaccount.com does not exist.",
        ),
        _ => ok(policy("two")),
    })
    .await;
    let cloud = server.cloud();
    let error = cloud.run(&project(), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Invalid, 2));
    let create =
        ApiRequest::post(Api::Iam, "v1/projects/demo-project/serviceAccounts", json!({"accountId": "run"}));
    cloud.run(&Step::call(create), &Unsupervised).await.unwrap();
    let told = Told::default();
    cloud.run(&project(), &told.listen()).await.unwrap();
    assert!(
        told.waiting().iter().all(|text| text.contains("to be known everywhere")),
        "{:?}",
        told.waiting()
    );
}

#[tokio::test]
async fn cloud_storage_takes_the_policy_itself() {
    // Cloud Storage's policies have no `auditConfigs`.
    let before = json!({"etag": "one", "bindings": policy("one")["bindings"]});
    let server =
        serve(move |asked, _| ok(if asked.method == "GET" { before.clone() } else { asked.json() })).await;
    let path = "storage/v1/b/sources/iam";
    server
        .cloud()
        .run(
            &edit(ApiRequest::get(Api::Storage, path), ApiRequest::new(Api::Storage, Method::Put, path)),
            &Unsupervised,
        )
        .await
        .unwrap();
    assert_eq!(server.asked()[1].json()["etag"], "one");
}

#[tokio::test]
async fn a_policy_without_an_etag_is_never_written() {
    let server = serve(|_, _| ok(json!({}))).await;
    let error = server.cloud().run(&project(), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Malformed, 1));
}
