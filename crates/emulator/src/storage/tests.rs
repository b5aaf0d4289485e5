//! Tables of calls against Cloud Storage.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::testing::{Lab, NUMBER, PROJECT, Reply};
use crate::{Settings, StateStore};

const OCTETS: &[(&str, &str)] = &[("content-type", "application/octet-stream")];

async fn with_bucket(body: Json) -> Lab {
    let lab = Lab::new();
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &body).await.expect(200);
    lab
}

async fn upload(lab: &Lab, name: &str, content: &str, query: &str) -> Reply {
    let path = format!("/upload/storage/v1/b/box/o?uploadType=media&name={name}{query}");
    lab.send("POST", &path, OCTETS, content.as_bytes().to_vec()).await
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

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
async fn an_object_is_read_back_as_it_was_stored() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    let stored = lab
        .send(
            "POST",
            "/upload/storage/v1/b/box/o?uploadType=media&name=a%2Fb%20c",
            &[("content-type", "text/plain")],
            b"hello world".to_vec(),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(stored["size"], "11");
    assert_eq!(stored["md5Hash"], "XrY7u+Ae7tCTyyK7j1rNww==");
    assert_eq!(stored["crc32c"], "yZRlqg==");
    assert_eq!(stored["contentType"], "text/plain");
    assert_eq!(stored["name"], "a/b c");
    assert_eq!(stored["metageneration"], "1");
    assert_eq!(lab.get("/storage/v1/b/box/o/a%2Fb%20c").await.expect(200).json(), stored);
    let whole = lab.get("/storage/v1/b/box/o/a%2Fb%20c?alt=media").await.expect(200);
    assert_eq!(whole.bytes, "hello world");
    assert_eq!(whole.headers["content-type"], "text/plain");
    assert_eq!(whole.headers["x-goog-generation"], text(&stored["generation"]));
    let part = lab
        .send(
            "GET",
            "/download/storage/v1/b/box/o/a%2Fb%20c?alt=media",
            &[("range", "bytes=6-8")],
            Vec::new(),
        )
        .await
        .expect(206);
    assert_eq!(
        (part.bytes.as_ref(), part.headers["content-range"].to_str().unwrap()),
        (&b"wor"[..], "bytes 6-8/11")
    );
    let plain =
        lab.send("GET", "/box/a/b%20c", &[("host", "storage.googleapis.com")], Vec::new()).await.expect(200);
    assert_eq!(plain.bytes, "hello world");
    let patched = lab
        .call("PATCH", "/storage/v1/b/box/o/a%2Fb%20c", &json!({ "metadata": { "k": "v" }, "size": 5 }))
        .await
        .expect(200)
        .json();
    assert_eq!((text(&patched["metageneration"]), text(&patched["metadata"]["k"])), ("2", "v"));
    assert_eq!(patched["generation"], stored["generation"]);
}

#[tokio::test]
async fn names_with_colons_are_names() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    upload(&lab, "sha256:abc:delete", "x", "").await.expect(200);
    lab.get("/storage/v1/b/box/o/sha256:abc:delete").await.expect(200);
}

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

#[tokio::test]
async fn objects_are_listed_by_prefix_delimiter_and_page() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    for name in ["a/1", "a/2", "a/b/3", "c", "d/4"] {
        upload(&lab, &name.replace('/', "%2F"), "x", "").await.expect(200);
    }
    let cases: [(&str, &[&str], &[&str]); 5] = [
        ("", &["a/1", "a/2", "a/b/3", "c", "d/4"], &[]),
        ("prefix=a/", &["a/1", "a/2", "a/b/3"], &[]),
        ("delimiter=/", &["c"], &["a/", "d/"]),
        ("prefix=a/&delimiter=/", &["a/1", "a/2"], &["a/b/"]),
        ("startOffset=a/2&endOffset=d", &["a/2", "a/b/3", "c"], &[]),
    ];
    for (query, names, prefixes) in cases {
        let mut found = (Vec::new(), Vec::new());
        let mut token = String::new();
        loop {
            let page = lab.get(&format!("/storage/v1/b/box/o?{query}&maxResults=2&pageToken={token}")).await;
            let page = page.expect(200).json();
            found.0.extend(
                page["items"].as_array().into_iter().flatten().map(|item| text(&item["name"]).to_owned()),
            );
            found
                .1
                .extend(page["prefixes"].as_array().into_iter().flatten().map(|item| text(item).to_owned()));
            match page.get("nextPageToken") {
                Some(next) => token = text(next).to_owned(),
                None => break,
            }
        }
        assert_eq!(found.0, names, "{query}");
        assert_eq!(found.1, prefixes, "{query}");
    }
}

#[tokio::test]
async fn an_answer_is_cut_to_the_fields_asked_for() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    upload(&lab, "a", "x", "").await.expect(200);
    let cut = lab.get("/storage/v1/b/box/o?fields=items(name,size),nextPageToken").await.expect(200).json();
    assert_eq!(cut, json!({ "items": [{ "name": "a", "size": "1" }] }));
    lab.get("/storage/v1/b/box/o?fields=items(name").await.expect(400);
}

#[tokio::test]
async fn a_multipart_upload_brings_its_metadata() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    let body = |sum: &str| {
        format!(
            "--cut\r\nContent-Type: application/json\r\n\r\n{{\"name\":\"a.tgz\",\"metadata\":{{\"k\":\"v\"}},\
             \"md5Hash\":\"{sum}\",\"size\":5}}\r\n--cut\r\nContent-Type: application/gzip\r\n\r\nhello world\r\n--cut--\r\n"
        )
        .into_bytes()
    };
    let headers = [("content-type", "multipart/related; boundary=\"cut\"")];
    let path = "/upload/storage/v1/b/box/o?uploadType=multipart&ifGenerationMatch=0";
    let wrong = lab.send("POST", path, &headers, body("AAAA")).await.expect(400);
    assert!(wrong.message().contains("doesn't match calculated MD5 hash"), "{}", wrong.message());
    let stored = lab.send("POST", path, &headers, body("XrY7u+Ae7tCTyyK7j1rNww==")).await.expect(200).json();
    assert_eq!((text(&stored["name"]), text(&stored["size"])), ("a.tgz", "11"));
    assert_eq!((text(&stored["contentType"]), text(&stored["metadata"]["k"])), ("application/gzip", "v"));
    lab.send("POST", path, &headers, body("XrY7u+Ae7tCTyyK7j1rNww==")).await.expect(412);
}

#[tokio::test]
async fn a_resumable_upload_comes_in_pieces_and_tells_how_far_it_is() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    let begun = lab
        .send(
            "POST",
            "/resumable/upload/storage/v1/b/box/o?uploadType=resumable&name=big&ifGenerationMatch=0",
            &[("x-upload-content-type", "application/gzip"), ("x-upload-content-length", "600000")],
            Vec::new(),
        )
        .await
        .expect(200);
    let location = begun.headers["location"].to_str().unwrap().to_owned();
    let session = location.strip_prefix("http://127.0.0.1:8080").unwrap();
    let content: Vec<u8> = (0..600_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let put = async |range: &str, piece: &[u8]| {
        lab.send("PUT", session, &[("content-range", range)], piece.to_vec()).await
    };

    let empty = put("bytes */600000", b"").await.expect(308);
    assert!(!empty.headers.contains_key("range"));
    put("bytes 262144-299999/600000", &content[262_144..300_000]).await.expect(503);
    put("bytes 0-99/600000", &content[..100]).await.expect(400);
    put("bytes 0-9/600000", &content[..100]).await.expect(400);
    let first = put("bytes 0-262143/600000", &content[..262_144]).await.expect(308);
    assert_eq!(first.headers["range"], "bytes=0-262143");
    let status = put("bytes */*", b"").await.expect(308);
    assert_eq!(status.headers["range"], "bytes=0-262143");
    // A piece that overlaps what is there counts once.
    let second = put("bytes 0-524287/*", &content[..524_288]).await.expect(308);
    assert_eq!(second.headers["range"], "bytes=0-524287");
    let done = put("bytes 524288-599999/600000", &content[524_288..]).await.expect(200).json();
    assert_eq!((text(&done["size"]), text(&done["contentType"])), ("600000", "application/gzip"));
    // Who lost the last answer asks again and gets it.
    assert_eq!(put("bytes */600000", b"").await.expect(200).json(), done);
    assert_eq!(lab.get("/storage/v1/b/box/o/big?alt=media").await.bytes, content);
}

#[tokio::test]
async fn a_resumable_upload_keeps_its_conditions_to_the_end() {
    let lab = with_bucket(json!({ "name": "box" })).await;
    let path = "/upload/storage/v1/b/box/o?uploadType=resumable&ifGenerationMatch=0";
    let begun = lab.call("POST", path, &json!({ "name": "a" })).await.expect(200);
    let session = begun.headers["location"].to_str().unwrap().replace("http://127.0.0.1:8080", "");
    upload(&lab, "a", "faster", "").await.expect(200);
    lab.send("PUT", &session, OCTETS, b"slower".to_vec()).await.expect(412);
    assert_eq!(lab.get("/storage/v1/b/box/o/a?alt=media").await.bytes, "faster");
    lab.call("POST", path, &json!({ "name": "a" })).await.expect(412);
    lab.send("DELETE", &session, OCTETS, Vec::new()).await.expect(499);
    lab.send("PUT", &session, OCTETS, b"x".to_vec()).await.expect(404);
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

#[tokio::test]
async fn contents_go_with_the_last_object_that_had_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let start = || Lab::with(|settings| settings.state = StateStore::File(file.clone()));
    let contents = || {
        let mut found: Vec<String> = std::fs::read_dir(folder.path().join("state.json.objects"))
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        found.sort();
        found
    };
    let lab = start();
    let body = json!({ "name": "box", "softDeletePolicy": { "retentionDurationSeconds": "0" } });
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &body).await.expect(200);
    for (name, content) in [("a", "one"), ("b", "one"), ("c", "two"), ("c", "three"), ("d", "four")] {
        upload(&lab, name, content, "").await.expect(200);
    }
    lab.call("DELETE", "/storage/v1/b/box/o/b", &json!(null)).await.expect(204);
    lab.call("DELETE", "/storage/v1/b/box/o/d", &json!(null)).await.expect(204);
    lab.emulator.close().unwrap();
    assert_eq!(contents(), ["one", "three"]);

    let killed = start();
    killed.call("DELETE", "/storage/v1/b/box/o/c", &json!(null)).await.expect(204);
    drop(killed);
    assert_eq!(contents(), ["one", "three"]);
    let lab = start();
    assert_eq!(contents(), ["one"]);
    assert_eq!(lab.get("/storage/v1/b/box/o/a?alt=media").await.bytes, "one");
}

#[tokio::test]
async fn objects_and_sessions_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let start = || Lab::with(|settings| settings.state = StateStore::File(file.clone()));
    let lab = start();
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &json!({ "name": "box" }))
        .await
        .expect(200);
    let stored = upload(&lab, "a", "one", "").await.expect(200).json();
    let begun = lab
        .call("POST", "/upload/storage/v1/b/box/o?uploadType=resumable&name=b", &json!({}))
        .await
        .expect(200);
    let session = begun.headers["location"].to_str().unwrap().replace("http://127.0.0.1:8080", "");
    let half = vec![7; 262_144];
    lab.send("PUT", &session, &[("content-range", "bytes 0-262143/262145")], half).await.expect(308);
    drop(lab);
    let lab = start();
    assert_eq!(lab.get("/storage/v1/b/box/o/a").await.expect(200).json(), stored);
    assert_eq!(lab.get("/storage/v1/b/box/o/a?alt=media").await.bytes, "one");
    lab.send("PUT", &session, &[("content-range", "bytes 262144-262144/262145")], vec![7]).await.expect(200);
}
