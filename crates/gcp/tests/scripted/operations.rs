//! Long-running operations: followed to their end, judged, given up.

use model::{Api, ApiRequest, Cloud, ErrorKind, Extent, Step, Unsupervised, Wait};
use serde_json::{Value, json};

use crate::server::{Answer, Told, ok, refused, serve};

const SERVICES: &str = "v2/projects/demo-project/locations/europe-west1/services";
const OPERATION: &str = "projects/demo-project/locations/europe-west1/operations/1";

fn create() -> ApiRequest {
    ApiRequest::post(Api::Run, SERVICES, json!({"labels": {"gemmactl-stack": "demo"}}))
        .with_query("serviceId", "gemma")
}

fn step(request: ApiRequest, wait: Wait) -> Step {
    Step::Call { request, wait }
}

fn service(state: &str, reconciling: bool) -> Value {
    json!({"name": format!("projects/demo-project/locations/europe-west1/services/gemma"), "uid": "u-1",
        "uri": "https://gemma-x.a.run.app", "generation": "1", "observedGeneration": "1", "reconciling": reconciling,
        "labels": {"gemmactl-stack": "demo"}, "latestReadyRevision": "r1", "latestCreatedRevision": "r1",
        "terminalCondition": {"type": "Ready", "state": state, "message": "said so", "reason": "CONTAINER_MISSING"}})
}

#[tokio::test]
async fn an_operation_of_cloud_run_is_waited_for_by_its_own_method() {
    let server = serve(|asked, before| match (asked.line().as_str(), before) {
        (line, 0) if line == format!("POST /{SERVICES}") => ok(json!({"name": OPERATION})),
        (line, _) if line == format!("POST /v2/{OPERATION}:wait") => {
            assert_eq!(asked.json(), json!({"timeout": "1s"}));
            if before < 3 {
                ok(json!({"name": OPERATION, "metadata": {"conditions": [
                    {"type": "RoutesReady", "state": "CONDITION_PENDING", "message": "waiting for traffic"}]}}))
            } else {
                ok(json!({"name": OPERATION, "done": true, "response": service("CONDITION_SUCCEEDED", false)}))
            }
        }
        (line, _) => panic!("{line}"),
    })
    .await;
    let told = Told::default();
    let done = server.cloud().run(&step(create(), Wait::Ready), &told.listen()).await.unwrap();
    assert_eq!(done.outputs["uri"], "https://gemma-x.a.run.app");
    assert_eq!(done.outputs["uid"], "u-1");
    assert_eq!(server.lines().len(), 4);
    assert!(told.waiting().contains(&"RoutesReady: waiting for traffic".to_owned()), "{:?}", told.waiting());
}

#[tokio::test]
async fn other_operations_are_polled_at_their_path_of_their_version() {
    for (api, path, body, name, poll) in [
        (
            Api::ServiceUsage,
            "v1/projects/p/services:batchEnable",
            json!({"serviceIds": ["run.googleapis.com"]}),
            "operations/acat.p2-1-a",
            "/v1/operations/acat.p2-1-a",
        ),
        (
            Api::ArtifactRegistry,
            "v1/projects/p/locations/l/repositories",
            json!({"format": "DOCKER"}),
            OPERATION,
            &format!("/v1/{OPERATION}"),
        ),
    ] {
        let server = serve(move |asked, before| match before {
            0 => ok(json!({"name": name})),
            1 => ok(json!({"name": name, "metadata": {}})),
            _ => {
                assert_eq!(asked.method, "GET");
                ok(json!({"name": name, "done": true, "response": {"name": "made"}}))
            }
        })
        .await;
        let request = ApiRequest::post(api, path, body);
        let done = server.cloud().run(&step(request, Wait::Operation), &Unsupervised).await.unwrap();
        assert_eq!(done.body, json!({"name": "made"}));
        assert_eq!(
            server.asked().iter().skip(1).map(|asked| asked.path.as_str()).collect::<Vec<_>>(),
            [poll, poll]
        );
    }
}

#[tokio::test]
async fn a_finished_or_synchronous_answer_is_not_polled() {
    for (answer, expected) in [
        (
            json!({"name": "operations/noop.DONE_OPERATION", "done": true, "response": {"a": 1}}),
            json!({"a": 1}),
        ),
        (
            json!({"name": "projects/p/locations/l/repositories/r"}),
            json!({"name": "projects/p/locations/l/repositories/r"}),
        ),
    ] {
        let server = serve(move |_, _| ok(answer.clone())).await;
        let request = ApiRequest::post(Api::ServiceUsage, "v1/projects/p/services/s:enable", json!({}));
        let done = server.cloud().run(&step(request, Wait::Operation), &Unsupervised).await.unwrap();
        assert_eq!((done.body, server.asked().len()), (expected, 1));
    }
}

#[tokio::test]
async fn where_the_wait_method_does_not_work_the_operation_is_polled() {
    let server = serve(|asked, before| match before {
        0 => ok(json!({"name": OPERATION})),
        1 => refused(501, "UNIMPLEMENTED", "no"),
        _ => {
            assert_eq!(asked.line(), format!("GET /v2/{OPERATION}"));
            ok(json!({"name": OPERATION, "done": true, "response": service("CONDITION_SUCCEEDED", false)}))
        }
    })
    .await;
    server.cloud().run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap();
}

#[tokio::test]
async fn a_change_that_was_accepted_has_begun_even_if_nobody_may_look_how_it_ends() {
    for (code, status, accepted, extent) in [
        (401, "UNAUTHENTICATED", true, Extent::Begun),
        (403, "PERMISSION_DENIED", true, Extent::Begun),
        (401, "UNAUTHENTICATED", false, Extent::Nothing),
        (403, "PERMISSION_DENIED", false, Extent::Nothing),
    ] {
        let server = serve(move |asked, _| {
            if accepted && asked.line() == format!("POST /{SERVICES}") {
                ok(json!({"name": OPERATION}))
            } else {
                refused(code, status, "no")
            }
        })
        .await;
        let error = server.cloud().run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap_err();
        assert_eq!(error.extent, extent, "{error:?}");
    }
}

#[tokio::test]
async fn a_change_whose_answer_was_malformed_is_found_done_when_it_is_refused_the_second_time() {
    let path = format!("{SERVICES}/gemma");
    let line = format!("PATCH /{path}");
    let server = serve(move |asked, before| {
        if asked.line() != line {
            return ok(service("CONDITION_SUCCEEDED", false));
        }
        match before {
            0 => Answer::Text(200, "<html>"),
            _ => refused(409, "ABORTED", "Conflict for resource 'gemma'"),
        }
    })
    .await;
    let labels = json!({"labels": {"gemmactl-stack": "demo"}, "etag": "\"old\""});
    let request = ApiRequest::patch(Api::Run, path, labels);
    server.cloud().run(&step(request, Wait::Operation), &Unsupervised).await.unwrap();
    assert_eq!(server.lines().len(), 3, "{:?}", server.lines());
}

#[tokio::test]
async fn an_error_inside_a_finished_operation_is_a_failure() {
    for (code, message, kind) in [
        (9, "The container failed to start and listen on the port defined by PORT", ErrorKind::Failed),
        (8, "Quota exceeded for total allowable count of GPUs per project per region.", ErrorKind::Quota),
        (7, "Permission 'iam.serviceaccounts.actAs' denied on service account a@b", ErrorKind::Denied),
    ] {
        let server = serve(move |_, before| match before {
            0 => ok(json!({"name": OPERATION})),
            _ => ok(json!({"name": OPERATION, "done": true, "error": {"code": code, "message": message}})),
        })
        .await;
        let error = server.cloud().run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error:?}");
        assert!(error.help.is_some(), "{error:?}");
        assert!(message.starts_with(&error.message), "{error}");
    }
}

#[tokio::test]
async fn a_finished_operation_of_a_service_that_is_not_ready_is_a_failure() {
    let server = serve(|_, _| {
        ok(json!({"name": OPERATION, "done": true, "response": service("CONDITION_FAILED", false)}))
    })
    .await;
    let error = server.cloud().run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
    assert_eq!(error.message, "the service is not ready: said so (CONTAINER_MISSING)");
    assert!(error.help.unwrap().contains("image"));
}

#[tokio::test]
async fn a_service_whose_newest_revision_never_becomes_ready_is_a_failure() {
    let server = serve(|_, _| {
        let mut lagging = service("CONDITION_SUCCEEDED", false);
        lagging["latestCreatedRevision"] = "r2".into();
        ok(json!({"name": OPERATION, "done": true, "response": lagging.clone(), "terminalCondition": lagging["terminalCondition"],
            "latestReadyRevision": "r1", "latestCreatedRevision": "r2"}))
    })
    .await;
    let pace = gcp::Pace { propagation: std::time::Duration::from_millis(20), ..crate::server::quick() };
    let error =
        server.cloud().with_pace(pace).run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Failed, "revision r2 is not ready"));
}

#[tokio::test]
async fn a_service_that_still_changes_is_read_until_it_is_ready() {
    let server = serve(|asked, before| match before {
        0 => ok(json!({"name": OPERATION, "done": true, "response": service("CONDITION_PENDING", true)})),
        1 => ok(service("CONDITION_PENDING", true)),
        _ => {
            assert_eq!(asked.line(), format!("GET /{SERVICES}/gemma"));
            ok(service("CONDITION_SUCCEEDED", false))
        }
    })
    .await;
    server.cloud().run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap();
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn an_internal_error_of_an_operation_is_tried_once_more() {
    let server = serve(|_, before| match before {
        0 => ok(json!({"name": "operations/a", "done": true, "error": {"code": 13, "message": "encountered internal error"}})),
        _ => ok(json!({"name": "operations/b", "done": true, "response": {}})),
    })
    .await;
    let request =
        ApiRequest::post(Api::ServiceUsage, "v1/projects/p/services:batchEnable", json!({"serviceIds": []}));
    server.cloud().run(&step(request, Wait::Operation), &Unsupervised).await.unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn an_operation_name_that_leads_elsewhere_is_refused() {
    let server = serve(|_, _| ok(json!({"name": "../../evil/operations/1"}))).await;
    let error = server.cloud().run(&step(create(), Wait::Operation), &Unsupervised).await.unwrap_err();
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Malformed, 1));
}

#[tokio::test]
async fn a_deletion_ends_when_nothing_is_found_any_more() {
    let server = serve(|asked, before| match (asked.method.as_str(), before) {
        ("DELETE", _) => ok(json!({})),
        ("GET", 1) => ok(json!({"name": "still there"})),
        _ => refused(404, "NOT_FOUND", "gone"),
    })
    .await;
    let delete = || step(ApiRequest::delete(Api::Run, format!("{SERVICES}/gemma")), Wait::Gone);
    server.cloud().run(&delete(), &Unsupervised).await.unwrap();
    assert_eq!(server.asked().len(), 3);

    let absent = serve(|_, _| refused(404, "NOT_FOUND", "gone")).await;
    absent.cloud().run(&delete(), &Unsupervised).await.unwrap();
    assert_eq!(absent.asked().len(), 1);
}

#[tokio::test]
async fn an_operation_that_never_ends_is_given_up() {
    let server = serve(|_, _| ok(json!({"name": "operations/slow"}))).await;
    let pace = gcp::Pace { operation: std::time::Duration::from_millis(20), ..crate::server::quick() };
    let request = ApiRequest::post(Api::ServiceUsage, "v1/projects/p/services/s:enable", json!({}));
    let error =
        server.cloud().with_pace(pace).run(&step(request, Wait::Operation), &Unsupervised).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn a_lost_answer_to_a_create_is_settled_by_reading_back() {
    let server = serve(|asked, before| match before {
        0 => Answer::Broken,
        1 => {
            assert_eq!(asked.line(), format!("GET /{SERVICES}/gemma"));
            ok(service("CONDITION_PENDING", true))
        }
        _ => ok(service("CONDITION_SUCCEEDED", false)),
    })
    .await;
    server.cloud().run(&step(create(), Wait::Ready), &Unsupervised).await.unwrap();
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "POST").count(), 1);
}
