//! Single calls: what is waited for because this run caused it, and what is read back.

use model::{Api, ApiRequest, Cloud, ErrorKind, Step, Supervisor, Unsupervised, Wait};
use serde_json::json;

use crate::server::{Answer, Told, disabled, ok, refused, serve};

fn enable() -> Step {
    Step::operation(ApiRequest::post(
        Api::ServiceUsage,
        "v1/projects/demo-project/services:batchEnable",
        json!({"serviceIds": ["artifactregistry.googleapis.com"]}),
    ))
}

fn repository() -> Step {
    let request = ApiRequest::post(
        Api::ArtifactRegistry,
        "v1/projects/demo-project/locations/l/repositories",
        json!({"labels": {"gemmactl-stack": "demo"}}),
    );
    Step::Call { request: request.with_query("repositoryId", "r"), wait: Wait::Operation }
}

#[tokio::test]
async fn a_bucket_whose_objects_cannot_be_listed_is_not_taken_for_empty() {
    let server = serve(|_, _| disabled("storage.googleapis.com")).await;
    let error =
        server.cloud().run(&Step::EmptyBucket { bucket: "b".to_owned() }, &Unsupervised).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ApiDisabled);
    let server = serve(|_, _| refused(404, "NOT_FOUND", "The specified bucket does not exist.")).await;
    server.cloud().run(&Step::EmptyBucket { bucket: "b".to_owned() }, &Unsupervised).await.unwrap();
}

#[tokio::test]
async fn an_api_whose_switching_off_was_not_answered_is_found_to_be_off() {
    let path = "v1/projects/demo-project/services/run.googleapis.com";
    let step = Step::operation(ApiRequest::post(Api::ServiceUsage, format!("{path}:disable"), json!({})));
    let script = |state: &'static str| {
        move |asked: &crate::server::Asked, before: usize| match asked.method.as_str() {
            "GET" => ok(json!({"name": "projects/1/services/run.googleapis.com", "state": state})),
            _ if before == 0 => Answer::Broken,
            _ => refused(400, "FAILED_PRECONDITION", "Service run.googleapis.com is not enabled."),
        }
    };
    let server = serve(script("DISABLED")).await;
    server.cloud().run(&step, &Unsupervised).await.unwrap();
    assert_eq!(server.asked().last().unwrap().line(), format!("GET /{path}"));

    let needed = serve(script("ENABLED")).await;
    assert!(needed.cloud().run(&step, &Unsupervised).await.is_err());
}

#[tokio::test]
async fn a_disabled_api_is_waited_for_after_this_run_enabled_it_and_only_then() {
    let script = |enabled_by_us: bool| {
        move |asked: &crate::server::Asked, before: usize| match asked.path.contains("batchEnable") {
            true => ok(json!({"name": "operations/a", "done": true, "response": {}})),
            false if before < 4 || !enabled_by_us => disabled("artifactregistry.googleapis.com"),
            false => ok(json!({"name": "projects/demo-project/locations/l/repositories/r"})),
        }
    };
    let server = serve(script(true)).await;
    let cloud = server.cloud();
    let told = Told::default();
    cloud.run(&enable(), &Unsupervised).await.unwrap();
    cloud.run(&repository(), &told.listen()).await.unwrap();
    assert_eq!(
        told.waiting()[0],
        "waiting for artifactregistry.googleapis.com to answer after it was enabled"
    );

    let server = serve(script(false)).await;
    let error = server.cloud().run(&repository(), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::ApiDisabled, 1));
    assert!(error.help.unwrap().contains("under `apis:`"));
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_before_it_was_done_is_repeated() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("POST", 0) => refused(503, "UNAVAILABLE", "try again"),
        ("GET", _) => refused(404, "NOT_FOUND", "no"),
        _ => ok(json!({"name": "projects/demo-project/locations/l/repositories/r"})),
    })
    .await;
    server.cloud().run(&repository(), &Unsupervised).await.unwrap();
    assert_eq!(
        server.asked().iter().map(|asked| asked.method.clone()).collect::<Vec<_>>(),
        ["POST", "GET", "POST"]
    );
}

#[tokio::test]
async fn a_namesake_that_someone_else_made_is_not_taken_for_ours() {
    let server = serve(|asked, _| match asked.method.as_str() {
        "POST" => Answer::Broken,
        _ => ok(json!({"name": "r", "labels": {"gemmactl-stack": "another"}})),
    })
    .await;
    assert!(server.cloud().run(&repository(), &Unsupervised).await.is_err());
    let exists = serve(|_, _| refused(409, "ALREADY_EXISTS", "Repository already exists.")).await;
    let error = exists.cloud().run(&repository(), &Unsupervised).await.unwrap_err();
    let asked: Vec<_> = exists.asked().iter().map(|asked| asked.method.clone()).collect();
    assert_eq!((error.kind, asked), (ErrorKind::Exists, vec!["POST".into(), "GET".into()]));
}

#[tokio::test]
async fn a_change_that_was_done_although_its_answer_was_lost_is_not_a_conflict() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("PATCH", 0) => Answer::Broken,
        ("PATCH", _) => refused(409, "ABORTED", "Conflict for resource"),
        _ => ok(json!({"name": "s", "etag": "new", "template": {"timeout": "300s", "more": 1}})),
    })
    .await;
    let patch = ApiRequest::patch(
        Api::Run,
        "v2/projects/p/locations/l/services/s",
        json!({"etag": "old", "template": {"timeout": "300s"}}),
    );
    server.cloud().run(&Step::operation(patch.clone()), &Unsupervised).await.unwrap();

    let conflict = serve(|_, _| refused(409, "ABORTED", "Conflict for resource")).await;
    let error = conflict.cloud().run(&Step::operation(patch), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, conflict.asked().len()), (ErrorKind::Conflict, 1));
}

#[tokio::test]
async fn a_name_that_this_run_freed_is_waited_for_and_another_one_is_not() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("DELETE", _) => ok(json!({})),
        _ if before < 4 || asked.query("repositoryId") != "r" => {
            refused(409, "ALREADY_EXISTS", "It already exists.")
        }
        _ => ok(json!({"name": "projects/demo-project/locations/l/repositories/r"})),
    })
    .await;
    let cloud = server.cloud();
    let delete =
        ApiRequest::delete(Api::ArtifactRegistry, "v1/projects/demo-project/locations/l/repositories/r");
    cloud.run(&Step::call(delete), &Unsupervised).await.unwrap();
    cloud.run(&repository(), &Unsupervised).await.unwrap();
    let other = ApiRequest::post(
        Api::ArtifactRegistry,
        "v1/projects/demo-project/locations/l/repositories",
        json!({}),
    );
    let error =
        cloud.run(&Step::call(other.with_query("repositoryId", "other")), &Unsupervised).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Exists);
}

#[tokio::test]
async fn a_bucket_is_emptied_by_generation_and_then_looked_at_again() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("GET", 0) => {
            assert_eq!(asked.query("versions"), "true");
            ok(json!({"items": [{"name": "a/b c", "generation": "1"}], "nextPageToken": "n"}))
        }
        ("GET", 1) => ok(json!({"items": [{"name": "a/b c", "generation": "2"}]})),
        ("DELETE", _) => {
            assert!(["1", "2"].contains(&asked.query("generation")));
            assert_eq!(asked.path, "/storage/v1/b/sources/o/a%2Fb%20c");
            Answer::Full { status: 204, headers: Vec::new(), body: Vec::new() }
        }
        _ => ok(json!({"kind": "storage#objects"})),
    })
    .await;
    server.cloud().run(&Step::EmptyBucket { bucket: "sources".into() }, &Unsupervised).await.unwrap();
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "DELETE").count(), 2);

    let gone = serve(|_, _| {
        Answer::Json(404, json!({"error": {"code": 404, "message": "The specified bucket does not exist."}}))
    })
    .await;
    gone.cloud().run(&Step::EmptyBucket { bucket: "sources".into() }, &Unsupervised).await.unwrap();
}

/// A run that permits so many writes.
struct Permits(std::sync::Mutex<usize>);

impl Supervisor for Permits {
    fn tell(&self, _: model::Progress) {}

    fn permit(&self) -> model::Permission<'_> {
        let mut left = self.0.lock().unwrap();
        let permitted = left.checked_sub(1);
        *left = permitted.unwrap_or_default();
        let answer = permitted.map(|_| ());
        Box::pin(async move {
            answer.ok_or_else(|| model::CloudError::new(ErrorKind::Stopped, "the stack is not held any more"))
        })
    }
}

#[tokio::test]
async fn no_write_goes_out_without_a_permit_of_its_run_and_reads_need_none() {
    type Script = fn(&crate::server::Asked, usize) -> Answer;
    let bucket = |asked: &crate::server::Asked, _: usize| match asked.method.as_str() {
        "GET" => ok(json!({"items": [{"name": "o", "generation": "1"}]})),
        _ => Answer::Broken,
    };
    let empty = Step::EmptyBucket { bucket: "sources".into() };
    let policy = crate::policies::project();
    let steps: [(&Step, Script); 3] = [
        (&empty, bucket),
        (&repository(), |asked, _| match asked.method.as_str() {
            "GET" => refused(404, "NOT_FOUND", "not found"),
            _ => Answer::Broken,
        }),
        (&policy, |asked, _| {
            if asked.path.contains("getIamPolicy") {
                ok(json!({"etag": "BwY=", "bindings": []}))
            } else {
                refused(409, "ABORTED", "There were concurrent policy changes.")
            }
        }),
    ];
    for (step, script) in steps {
        let mut sent = 0;
        for permitted in 0..3 {
            let server = serve(script).await;
            let permits = Permits(std::sync::Mutex::new(permitted));
            let error = server.cloud().run(step, &permits).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Stopped, "{step:?} {error}");
            let writes = server
                .asked()
                .iter()
                .filter(|asked| asked.method != "GET" && !asked.path.contains("getIamPolicy"))
                .count();
            assert!(writes <= permitted, "{step:?}: {writes} writes with {permitted} permits");
            sent += writes;
        }
        assert!(sent > 0, "{step:?}: the permits are for something");
    }
}
