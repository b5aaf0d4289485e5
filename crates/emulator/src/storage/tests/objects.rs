//! Objects as they are read and listed.

use serde_json::json;

use super::{text, upload, with_bucket};

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
