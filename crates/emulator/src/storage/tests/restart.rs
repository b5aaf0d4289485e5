//! What is kept in files across restarts.

use serde_json::json;

use super::upload;
use crate::StateStore;
use crate::testing::{Lab, PROJECT};

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
