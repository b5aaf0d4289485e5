//! What is refused, and when.

use std::time::Duration;

use serde_json::json;

use super::{text, upload, with_bucket};
use crate::testing::{Lab, PROJECT};
use crate::{Settings, StateStore};

#[tokio::test]
async fn refusals_have_the_shape_of_cloud_storage() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    upload(&lab, "a", "x", "").await.expect(200);
    let create = format!("/storage/v1/b?project={PROJECT}");
    let cases = [
        ("GET", "/storage/v1/b/none", json!(null), 404, "notFound"),
        ("GET", "/storage/v1/b/none/o", json!(null), 404, "notFound"),
        ("GET", "/storage/v1/b/box/o/none", json!(null), 404, "notFound"),
        ("DELETE", "/storage/v1/b/box", json!(null), 409, "conflict"),
        ("POST", &create, json!({ "name": "box" }), 409, "conflict"),
        ("POST", &create, json!({ "name": "Box" }), 400, "invalid"),
        ("POST", &create, json!({ "name": "other", "location": "mars" }), 400, "invalid"),
        ("POST", &create, json!({ "name": "other", "storageClass": "GOLD" }), 400, "invalid"),
        (
            "POST",
            &create,
            json!({ "name": "other", "softDeletePolicy": { "retentionDurationSeconds": 5 } }),
            400,
            "invalid",
        ),
        ("POST", &create, json!({ "name": "other", "lable": {} }), 400, "badRequest"),
        ("POST", &create, json!({ "name": "other", "labels": { "Team": "a" } }), 400, "invalid"),
        ("POST", &create, json!({}), 400, "required"),
        ("POST", "/storage/v1/b", json!({ "name": "other" }), 400, "required"),
        ("PATCH", "/storage/v1/b/box", json!({ "location": "EU" }), 400, "invalid"),
        ("POST", "/upload/storage/v1/b/box/o?uploadType=media", json!({}), 400, "required"),
        ("POST", "/upload/storage/v1/b/box/o?name=a", json!({}), 400, "invalid"),
    ];
    for (method, path, body, status, reason) in cases {
        let reply = lab.call(method, path, &body).await.expect(status);
        let error = &reply.json()["error"];
        assert_eq!(error["errors"][0]["reason"], reason, "{method} {path} {body}: {error}");
        assert!(error.get("status").is_none(), "{error}");
    }
}

#[tokio::test]
async fn a_bucket_of_a_stranger_is_taken_and_denied() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let at = |project: &str| {
        let (project, file) = (project.to_owned(), file.clone());
        move |settings: &mut Settings| {
            settings.project = project;
            settings.state = StateStore::File(file);
        }
    };
    let stranger = Lab::with(at("someone-else"));
    stranger.call("POST", "/storage/v1/b?project=someone-else", &json!({ "name": "box" })).await.expect(200);
    drop(stranger);
    let lab = Lab::with(at(PROJECT));
    let taken = lab
        .call("POST", &format!("/storage/v1/b?project={PROJECT}"), &json!({ "name": "box" }))
        .await
        .expect(409);
    assert!(taken.message().contains("not available"), "{}", taken.message());
    for (method, path) in
        [("GET", "/storage/v1/b/box"), ("GET", "/storage/v1/b/box/o"), ("DELETE", "/storage/v1/b/box")]
    {
        lab.call(method, path, &json!(null)).await.expect(403);
    }
    lab.get("/storage/v1/b?project=someone-else").await.expect(403);
    let own = lab.get(&format!("/storage/v1/b?project={PROJECT}")).await.expect(200).json();
    assert_eq!(own, json!({ "kind": "storage#buckets" }));
}

#[tokio::test]
async fn preconditions_hold_on_write_read_and_delete() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    let first = upload(&lab, "a", "one", "&ifGenerationMatch=0").await.expect(200).json();
    let generation = text(&first["generation"]).to_owned();
    upload(&lab, "a", "two", "&ifGenerationMatch=0").await.expect(412);
    upload(&lab, "a", "two", "&ifGenerationMatch=17").await.expect(412);
    upload(&lab, "b", "two", &format!("&ifGenerationMatch={generation}")).await.expect(412);
    let second =
        upload(&lab, "a", "two", &format!("&ifGenerationMatch={generation}")).await.expect(200).json();
    let newer = text(&second["generation"]).to_owned();
    assert!(newer.parse::<i64>().unwrap() > generation.parse::<i64>().unwrap());
    for (method, query, status) in [
        ("GET", format!("ifGenerationMatch={generation}"), 412),
        ("GET", format!("ifGenerationMatch={newer}"), 200),
        ("GET", format!("ifGenerationNotMatch={newer}"), 304),
        ("GET", format!("alt=media&ifGenerationMatch={generation}"), 412),
        ("GET", "ifMetagenerationMatch=2".to_owned(), 412),
        ("GET", format!("generation={generation}"), 404),
        ("PATCH", format!("ifGenerationMatch={generation}"), 412),
        ("DELETE", format!("ifGenerationMatch={generation}"), 412),
        ("DELETE", "ifMetagenerationMatch=2".to_owned(), 412),
        ("DELETE", format!("ifGenerationMatch={newer}"), 204),
        ("DELETE", format!("ifGenerationMatch={newer}"), 404),
    ] {
        lab.call(method, &format!("/storage/v1/b/box/o/a?{query}"), &json!(null)).await.expect(status);
    }
}

#[tokio::test]
async fn an_object_can_be_written_only_so_often() {
    let lab = Lab::with(|settings| settings.object_write_interval = Duration::from_secs(1));
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &json!({ "name": "box" }))
        .await
        .expect(200);
    upload(&lab, "a", "one", "").await.expect(200);
    let refused = upload(&lab, "a", "two", "").await.expect(429);
    assert_eq!(refused.json()["error"]["errors"][0]["reason"], "rateLimitExceeded");
    lab.call("DELETE", "/storage/v1/b/box/o/a", &json!(null)).await.expect(429);
    upload(&lab, "b", "two", "").await.expect(200);
    lab.clock.advance(Duration::from_secs(1));
    upload(&lab, "a", "two", "").await.expect(200);
}
