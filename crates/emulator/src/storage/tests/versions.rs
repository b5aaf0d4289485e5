//! What was overwritten or deleted, and comes back.

use std::time::Duration;

use serde_json::json;

use super::{text, upload, with_bucket};

#[tokio::test]
async fn a_versioned_bucket_keeps_what_was_overwritten_or_deleted() {
    let lab = with_bucket(json!({ "name": "box", "versioning": { "enabled": true } })).await;
    let one = upload(&lab, "a", "one", "").await.expect(200).json();
    let two = upload(&lab, "a", "two", "").await.expect(200).json();
    lab.call("DELETE", "/storage/v1/b/box/o/a", &json!(null)).await.expect(204);
    lab.get("/storage/v1/b/box/o/a").await.expect(404);
    assert_eq!(lab.get("/storage/v1/b/box/o").await.expect(200).json(), json!({ "kind": "storage#objects" }));
    let all = lab.get("/storage/v1/b/box/o?versions=true").await.expect(200).json();
    let generations: Vec<&str> =
        all["items"].as_array().unwrap().iter().map(|item| text(&item["generation"])).collect();
    assert_eq!(generations, [text(&one["generation"]), text(&two["generation"])]);
    assert!(all["items"][0]["timeDeleted"].is_string());
    let old = format!("/storage/v1/b/box/o/a?generation={}", text(&one["generation"]));
    assert_eq!(lab.get(&format!("{old}&alt=media")).await.expect(200).bytes, "one");
    lab.call("DELETE", "/storage/v1/b/box", &json!(null)).await.expect(409);
    upload(&lab, "a", "three", "&ifGenerationMatch=0").await.expect(200);
    for version in lab.get("/storage/v1/b/box/o?versions=true").await.json()["items"].as_array().unwrap() {
        let path = format!("/storage/v1/b/box/o/a?generation={}", text(&version["generation"]));
        lab.call("DELETE", &path, &json!(null)).await.expect(204);
    }
    lab.call("DELETE", "/storage/v1/b/box", &json!(null)).await.expect(204);
}

#[tokio::test]
async fn what_was_deleted_for_good_is_listed_apart_and_restored_until_its_time_is_over() {
    let lab = with_bucket(json!({ "name": "box", "versioning": { "enabled": true } })).await;
    let one = upload(&lab, "a", "one", "").await.expect(200).json();
    let gone = format!("/storage/v1/b/box/o/a?generation={}", text(&one["generation"]));
    lab.call("DELETE", &gone, &json!(null)).await.expect(204);
    lab.get(&format!("{gone}&alt=media")).await.expect(404);
    lab.get("/storage/v1/b/box/o?softDeleted=true&versions=true").await.expect(400);
    assert!(lab.get("/storage/v1/b/box/o?versions=true").await.json().get("items").is_none());
    let listed = lab.get("/storage/v1/b/box/o?softDeleted=true").await.expect(200).json();
    assert_eq!(listed["items"][0]["generation"], one["generation"]);
    assert_eq!(listed["items"][0]["hardDeleteTime"], "2026-11-30T12:00:00.003Z");
    let seen = lab.get(&format!("{gone}&softDeleted=true")).await.expect(200).json();
    assert_eq!(seen, listed["items"][0]);

    let restore = format!("/storage/v1/b/box/o/a/restore?generation={}", text(&one["generation"]));
    lab.call("POST", "/storage/v1/b/box/o/a/restore", &json!(null)).await.expect(400);
    lab.call("POST", &format!("{restore}&ifGenerationMatch=7"), &json!(null)).await.expect(412);
    let restored = lab.call("POST", &format!("{restore}&ifGenerationMatch=0"), &json!(null)).await;
    assert_ne!(restored.expect(200).json()["generation"], one["generation"]);
    assert_eq!(lab.get("/storage/v1/b/box/o/a?alt=media").await.expect(200).bytes, "one");
    lab.clock.advance(Duration::from_hours(8 * 24));
    lab.call("POST", &restore, &json!(null)).await.expect(404);
    assert!(lab.get("/storage/v1/b/box/o?softDeleted=true").await.json().get("items").is_none());
}

#[tokio::test]
async fn nothing_is_kept_of_what_is_deleted_where_the_bucket_says_so() {
    let lab =
        with_bucket(json!({ "name": "box", "softDeletePolicy": { "retentionDurationSeconds": "0" } })).await;
    upload(&lab, "a", "one", "").await.expect(200);
    lab.call("DELETE", "/storage/v1/b/box/o/a", &json!(null)).await.expect(204);
    assert!(lab.get("/storage/v1/b/box/o?softDeleted=true").await.json().get("items").is_none());
}
