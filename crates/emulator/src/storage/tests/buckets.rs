//! Buckets: what they say of themselves, how they change, and their policies.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{text, with_bucket};
use crate::testing::{Lab, NUMBER, PROJECT};

#[tokio::test]
async fn autoclass_says_since_when_it_is_as_it_is() {
    let lab = with_bucket(json!({ "name": "box", "autoclass": { "enabled": true } })).await;
    let made = lab.get("/storage/v1/b/box").await.expect(200).json()["autoclass"].take();
    assert_eq!(made["terminalStorageClass"], "NEARLINE");
    assert_eq!(made["toggleTime"], made["terminalStorageClassUpdateTime"]);
    lab.clock.advance(Duration::from_secs(9));
    let body = json!({ "autoclass": { "terminalStorageClass": "ARCHIVE" } });
    let changed = lab.call("PATCH", "/storage/v1/b/box", &body).await.expect(200).json()["autoclass"].take();
    assert_eq!(changed["toggleTime"], made["toggleTime"], "it is on since it was made");
    assert_ne!(changed["terminalStorageClassUpdateTime"], made["terminalStorageClassUpdateTime"]);
    let body = json!({ "autoclass": { "enabled": false } });
    let off = lab.call("PATCH", "/storage/v1/b/box", &body).await.expect(200).json()["autoclass"].take();
    assert_ne!(off["toggleTime"], made["toggleTime"]);
    assert_eq!(off, json!({ "enabled": false, "toggleTime": off["toggleTime"] }));
}

#[tokio::test]
async fn a_changed_bucket_shows_access_lists_unless_it_has_folders() {
    for (folders, lists) in [(false, true), (true, false)] {
        let body = json!({
            "name": "box", "hierarchicalNamespace": { "enabled": folders },
            "iamConfiguration": { "uniformBucketLevelAccess": { "enabled": true } },
        });
        let lab = with_bucket(body).await;
        let body = json!({ "labels": { "a": "b" } });
        let changed = lab.call("PATCH", "/storage/v1/b/box", &body).await.expect(200).json();
        assert_eq!(changed["acl"].is_array(), lists, "{changed}");
    }
}

#[tokio::test]
async fn a_bucket_has_no_managed_folders_and_says_so() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    let folders = lab.get("/storage/v1/b/box/managedFolders?prefix=a/&pageSize=10").await.expect(200).json();
    assert_eq!(folders, json!({ "kind": "storage#managedFolders" }));
    lab.get("/storage/v1/b/none/managedFolders").await.expect(404);
    lab.seed(&json!({ "deniedPermissions": ["storage.managedFolders.list"] })).await;
    lab.get("/storage/v1/b/box/managedFolders").await.expect(403);
}

#[tokio::test]
async fn the_layout_says_where_a_bucket_is_and_whether_it_has_folders() {
    let path = "/storage/v1/b/box/storageLayout";
    let lab = with_bucket(json!({ "name": "box", "location": "us-central1" })).await;
    let expected = json!({
        "kind": "storage#storageLayout", "bucket": "box", "location": "US-CENTRAL1", "locationType": "region",
    });
    assert_eq!(lab.get(path).await.expect(200).json(), expected);
    lab.get("/storage/v1/b/none/storageLayout").await.expect(404);
    let body = json!({
        "name": "box", "location": "eu", "hierarchicalNamespace": { "enabled": true },
        "iamConfiguration": { "uniformBucketLevelAccess": { "enabled": true } },
    });
    let found = with_bucket(body).await.get(path).await.expect(200).json();
    assert_eq!(
        (&found["locationType"], &found["hierarchicalNamespace"]["enabled"]),
        (&json!("multi-region"), &json!(true))
    );
}

#[tokio::test]
async fn a_new_bucket_has_the_defaults_of_the_real_one() {
    let body = json!({
        "name": "box", "location": "us-central1", "lifecycle": { "rule": [] },
        "iamConfiguration": { "uniformBucketLevelAccess": { "enabled": true } },
    });
    let lab = with_bucket(body).await;
    let mut found = lab.get("/storage/v1/b/box").await.expect(200).json();
    let generation = found.as_object_mut().unwrap().remove("generation").unwrap();
    assert!(text(&generation).parse::<i64>().unwrap() > 0);
    let expected = json!({
        "kind": "storage#bucket", "selfLink": "https://www.googleapis.com/storage/v1/b/box", "id": "box", "name": "box",
        "projectNumber": NUMBER, "metageneration": "1", "etag": "CAE=",
        "timeCreated": "2026-11-23T12:00:00.001Z", "updated": "2026-11-23T12:00:00.001Z",
        "location": "US-CENTRAL1", "storageClass": "STANDARD",
        "softDeletePolicy": { "retentionDurationSeconds": "604800", "effectiveTime": "2026-11-23T12:00:00.001Z" },
        "iamConfiguration": {
            "bucketPolicyOnly": { "enabled": true, "lockedTime": "2027-02-21T12:00:00.001Z" },
            "uniformBucketLevelAccess": { "enabled": true, "lockedTime": "2027-02-21T12:00:00.001Z" },
            "publicAccessPrevention": "inherited",
        },
        "locationType": "region", "satisfiesPZI": true,
    });
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_patch_merges_and_grows_the_metageneration() {
    let lab = with_bucket(json!({ "name": "box", "location": "EU", "labels": { "a": "1", "b": "2" } })).await;
    let patch = json!({
        "labels": { "b": null, "c": "3" }, "versioning": { "enabled": true },
        "softDeletePolicy": { "retentionDurationSeconds": "0" },
    });
    let changed =
        lab.call("PATCH", "/storage/v1/b/box?ifMetagenerationMatch=1", &patch).await.expect(200).json();
    assert_eq!(changed["labels"], json!({ "a": "1", "c": "3" }));
    assert_eq!((text(&changed["metageneration"]), text(&changed["etag"])), ("2", "CAI="));
    assert!(changed["acl"].is_array(), "a bucket without uniform access shows its lists when changed");
    let read = lab.get("/storage/v1/b/box").await.expect(200).json();
    assert_eq!(read["softDeletePolicy"], json!({ "retentionDurationSeconds": "0" }));
    assert!(read.get("acl").is_none());
    assert_eq!(read["rpo"], "DEFAULT");
    let stale = lab.call("PATCH", "/storage/v1/b/box?ifMetagenerationMatch=1", &patch).await.expect(412);
    assert_eq!(stale.message(), "At least one of the pre-conditions you specified did not hold.");
}

#[tokio::test]
async fn buckets_are_listed_by_prefix_in_pages() {
    let lab = Lab::new();
    for name in ["b-3", "a-1", "b-1", "b-2"] {
        lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &json!({ "name": name }))
            .await
            .expect(200);
    }
    let first =
        lab.get(&format!("/storage/v1/b?project={NUMBER}&prefix=b-&maxResults=2")).await.expect(200).json();
    let names = |page: &Json| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| text(&item["name"]).to_owned()).collect()
    };
    assert_eq!(names(&first), ["b-1", "b-2"]);
    let token = text(&first["nextPageToken"]);
    let second = lab
        .get(&format!("/storage/v1/b?project={PROJECT}&prefix=b-&pageToken={token}"))
        .await
        .expect(200)
        .json();
    assert_eq!(names(&second), ["b-3"]);
    assert!(second.get("nextPageToken").is_none());
}

#[tokio::test]
async fn the_policy_of_a_bucket_is_guarded_by_its_etag() {
    let lab =
        with_bucket(json!({ "name": "box", "iamConfiguration": { "publicAccessPrevention": "enforced" } }))
            .await;
    let mut policy =
        lab.get("/storage/v1/b/box/iam?optionsRequestedPolicyVersion=3").await.expect(200).json();
    assert_eq!(policy["kind"], "storage#policy");
    assert_eq!(policy["resourceId"], "projects/_/buckets/box");
    assert_eq!(policy["bindings"][0]["role"], "roles/storage.legacyBucketOwner");
    let bindings = policy["bindings"].as_array_mut().unwrap();
    bindings.push(json!({ "role": "roles/storage.objectViewer", "members": ["user:you@example.com"] }));
    let written = lab.call("PUT", "/storage/v1/b/box/iam", &policy).await.expect(200).json();
    assert_ne!(written["etag"], policy["etag"]);
    lab.call("PUT", "/storage/v1/b/box/iam", &policy).await.expect(412);
    let public = json!({ "bindings": [{ "role": "roles/storage.objectViewer", "members": ["allUsers"] }] });
    lab.call("PUT", "/storage/v1/b/box/iam", &public).await.expect(412);
    lab.seed(&json!({ "deniedPermissions": ["storage.objects.delete"] })).await;
    let path = "/storage/v1/b/box/iam/testPermissions?permissions=storage.objects.get&permissions=storage.objects.delete";
    assert_eq!(lab.get(path).await.expect(200).json()["permissions"], json!(["storage.objects.get"]));
    let refused = lab.call("DELETE", "/storage/v1/b/box/o/a", &json!(null)).await.expect(403);
    assert_eq!(
        refused.message(),
        "me@example.com does not have storage.objects.delete access to the Google Cloud Storage bucket. Permission \
         'storage.objects.delete' denied on resource (or it may not exist)."
    );
    assert_eq!(refused.json()["error"]["errors"][0]["reason"], "forbidden");
}
