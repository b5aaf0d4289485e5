//! Uploads in one piece with metadata, and in several pieces.

use serde_json::json;

use super::{OCTETS, text, upload, with_bucket};

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
