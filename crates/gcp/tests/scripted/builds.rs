//! Builds: followed by their own status.

use model::{Api, ApiRequest, Cloud, ErrorKind, Extent, Progress, Step, Unsupervised};
use serde_json::{Value, json};

use crate::server::{Answer, Told, ok, refused, serve};

const BUILDS: &str = "v1/projects/demo-project/locations/europe-west1/builds";

fn step() -> Step {
    Step::Build {
        create: ApiRequest::post(
            Api::CloudBuild,
            BUILDS,
            json!({"images": ["i"], "timeout": "60s", "source": {"storageSource": {"bucket": "b", "object": "o", "generation": "1"}}}),
        ),
        builds: BUILDS.into(),
    }
}

fn created(id: &str) -> Answer {
    ok(
        json!({"name": "operations/build/x", "metadata": {"build": {"id": id, "status": "QUEUED", "logUrl": "https://logs.example/1"}}}),
    )
}

fn build(id: &str, status: &str) -> Value {
    json!({"id": id, "status": status, "logUrl": "https://logs.example/1", "images": ["i"],
        "source": {"storageSource": {"bucket": "b", "object": "o", "generation": "1"}},
        "results": {"images": [{"name": "i", "digest": "sha256:1a"}]},
        "failureInfo": {"type": "USER_BUILD_STEP", "detail": "step 0 exited with 1"}})
}

#[tokio::test]
async fn a_build_is_followed_to_its_digest() {
    let server = serve(|asked, before| match before {
        0 => created("b-1"),
        1 => ok(build("b-1", "QUEUED")),
        2 => ok(build("b-1", "WORKING")),
        _ => {
            assert_eq!(asked.line(), format!("GET /{BUILDS}/b-1"));
            ok(build("b-1", "SUCCESS"))
        }
    })
    .await;
    let told = Told::default();
    let done = server.cloud().run(&step(), &told.listen()).await.unwrap();
    assert_eq!((done.outputs["digest"].as_str(), done.outputs["build"].as_str()), ("sha256:1a", "b-1"));
    assert!(told.all().contains(&Progress::Link("https://logs.example/1".into())));
    assert_eq!(told.waiting(), ["build QUEUED", "build WORKING", "build SUCCESS"]);
}

#[tokio::test]
async fn a_failed_build_says_why_and_where_its_log_is_and_is_not_repeated() {
    for status in ["FAILURE", "TIMEOUT", "CANCELLED", "EXPIRED"] {
        let server = serve(
            move |asked, _| if asked.method == "POST" { created("b-1") } else { ok(build("b-1", status)) },
        )
        .await;
        let error = server.cloud().run(&step(), &Unsupervised).await.unwrap_err();
        assert_eq!((error.kind, error.extent), (ErrorKind::Failed, Extent::Begun));
        assert_eq!(error.message, format!("build b-1 ended with {status}: step 0 exited with 1"));
        assert!(error.help.unwrap().contains("https://logs.example/1"));
        assert_eq!(server.asked().iter().filter(|asked| asked.method == "POST").count(), 1);
    }
}

#[tokio::test]
async fn a_build_that_nobody_may_look_at_has_begun_and_one_that_was_refused_has_not() {
    for (created_first, extent) in [(true, Extent::Begun), (false, Extent::Nothing)] {
        let server = serve(move |asked, _| {
            if created_first && asked.method == "POST" {
                created("b-1")
            } else {
                refused(403, "PERMISSION_DENIED", "no")
            }
        })
        .await;
        let error = server.cloud().run(&step(), &Unsupervised).await.unwrap_err();
        assert_eq!((error.kind, error.extent), (ErrorKind::Denied, extent), "{error:?}");
    }
}

#[tokio::test]
async fn an_internal_error_is_built_once_more() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("POST", 0) => created("b-1"),
        ("POST", _) => created("b-2"),
        _ if asked.path.ends_with("b-1") => ok(build("b-1", "INTERNAL_ERROR")),
        _ => ok(build("b-2", "SUCCESS")),
    })
    .await;
    let done = server.cloud().run(&step(), &Unsupervised).await.unwrap();
    assert_eq!(done.outputs["build"], "b-2");
}

#[tokio::test]
async fn a_build_whose_creation_was_not_answered_is_found_again() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("POST", 0) => Answer::Broken,
        ("POST", _) => panic!("built twice"),
        _ if asked.path == format!("/{BUILDS}") => {
            ok(json!({"builds": [build("other", "SUCCESS"), build("ours", "WORKING")]}))
        }
        _ => ok(build("ours", "SUCCESS")),
    })
    .await;
    let done = server.cloud().run(&step(), &Unsupervised).await.unwrap();
    assert_eq!(done.outputs["build"], "ours");
}

#[tokio::test]
async fn a_build_that_is_done_before_it_is_looked_for_is_told_from_older_ones() {
    let made = |id: &str, when: &str| {
        let mut build = build(id, "SUCCESS");
        build["createTime"] = when.into();
        build
    };
    let server = serve(move |asked, before| match (asked.method.as_str(), before) {
        ("POST", 0) => Answer::Broken,
        ("POST", _) => panic!("built twice"),
        _ if asked.path == format!("/{BUILDS}") => ok(json!({"builds": [
            made("older", "2001-01-01T00:00:00Z"),
            made("ours", "2999-01-01T00:00:00Z"),
        ]})),
        _ => ok(build("ours", "SUCCESS")),
    })
    .await;
    let done = server.cloud().run(&step(), &Unsupervised).await.unwrap();
    assert_eq!(done.outputs["build"], "ours");
}
