//! Reads: pages, typed absence, retries, and answers that are none.

use model::{Api, ApiRequest, Cloud, CloudError, ErrorKind, Found};
use serde_json::json;

use crate::server::{Answer, disabled, ok, refused, serve};

fn service() -> ApiRequest {
    ApiRequest::get(Api::Run, "v2/projects/demo-project/locations/europe-west1/services/gemma")
}

async fn read_of(answer: fn(usize) -> Answer) -> (Result<Found, CloudError>, usize) {
    let server = serve(move |_, before| answer(before)).await;
    let found = server.cloud().read(&service()).await;
    (found, server.asked().len())
}

#[tokio::test]
async fn pages_are_joined_in_order_and_empty_lists_are_lists() {
    let server = serve(|asked, _| match asked.query("pageToken") {
        "" => ok(json!({"items": [1, 2], "kind": "list", "nextPageToken": "a b/+"})),
        "a b/+" => ok(json!({"nextPageToken": "c"})),
        "c" => ok(json!({"items": [3]})),
        other => panic!("unexpected page {other}"),
    })
    .await;
    let list = ApiRequest::get(Api::Storage, "storage/v1/b")
        .with_query("project", "demo-project")
        .with_pages("items");
    let found = server.cloud().read(&list).await.unwrap();
    assert_eq!(found, Found::Body(json!({"items": [1, 2, 3], "kind": "list"})));
    assert!(server.asked().iter().all(|asked| asked.query("project") == "demo-project"));

    let empty = serve(|_, _| ok(json!({"kind": "list"}))).await;
    assert_eq!(empty.cloud().read(&list).await.unwrap(), Found::Body(json!({"kind": "list", "items": []})));
}

#[tokio::test]
async fn lists_that_go_in_circles_or_leave_places_out_are_errors() {
    let list = ApiRequest::get(Api::Run, "v2/projects/p/locations/-/services").with_pages("services");
    let circle = serve(|_, _| ok(json!({"services": [], "nextPageToken": "same"}))).await;
    assert_eq!(circle.cloud().read(&list).await.unwrap_err().kind, ErrorKind::Malformed);
    let partial = serve(|_, _| ok(json!({"services": [], "unreachable": ["europe-west1"]}))).await;
    assert_eq!(partial.cloud().read(&list).await.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn absent_disabled_and_forbidden_are_different_answers() {
    let (absent, _) =
        read_of(|_| refused(404, "NOT_FOUND", "Resource 'gemma' of kind 'SERVICE' does not exist.")).await;
    assert_eq!(absent.unwrap(), Found::Absent);
    let (off, _) = read_of(|_| disabled("run.googleapis.com")).await;
    assert_eq!(off.unwrap(), Found::ApiDisabled("run.googleapis.com".into()));
    let (denied, calls) =
        read_of(|_| refused(403, "PERMISSION_DENIED", "The caller does not have permission")).await;
    let denied = denied.unwrap_err();
    assert_eq!((denied.kind, calls), (ErrorKind::Denied, 1));
    assert!(denied.help.unwrap().contains("roles/run.viewer"));
}

#[tokio::test]
async fn a_web_page_is_never_taken_for_an_answer_or_for_absence() {
    let (page, calls) = read_of(|_| Answer::Text(200, "<html>Please log in</html>")).await;
    assert_eq!((page.unwrap_err().kind, calls), (ErrorKind::Malformed, 2));
    let (missing, _) = read_of(|_| Answer::Text(404, "<html>Not here</html>")).await;
    assert_eq!(missing.unwrap_err().kind, ErrorKind::Malformed);
}

#[tokio::test]
async fn redirects_are_refused_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server = serve(move |asked, _| {
            assert_ne!(asked.path, "/elsewhere");
            Answer::Full { status, headers: vec![("location", "/elsewhere".into())], body: Vec::new() }
        })
        .await;
        let error = server.cloud().read(&service()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed, "{status}");
        assert!(error.message.contains("redirect"), "{error}");
    }
}

#[tokio::test]
async fn a_failing_service_is_asked_again_and_given_up_in_the_end() {
    let recovered = |before| match before {
        0 => refused(503, "UNAVAILABLE", "try again"),
        1 => Answer::Broken,
        2 => refused(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded for quota metric 'Reads' and limit 'Reads per minute'",
        ),
        3 => Answer::Text(502, "<html>Bad gateway</html>"),
        _ => ok(json!({"name": "x"})),
    };
    let (found, calls) = read_of(recovered).await;
    assert_eq!((found.unwrap(), calls), (Found::Body(json!({"name": "x"})), 5));
    let (never, calls) = read_of(|_| refused(503, "UNAVAILABLE", "down")).await;
    let never = never.unwrap_err();
    assert_eq!((never.kind, calls), (ErrorKind::Unavailable, 6));
    assert_eq!(never.call.unwrap(), format!("GET run.googleapis.com/{}", service().path));
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_an_error_at_once() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let cloud = gcp::GoogleCloud::new(crate::server::target(&format!("http://{free}")), gcp::Auth::default())
        .unwrap();
    let error = cloud.read(&service()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains(&free.to_string()), "{error}");
    assert!(error.help.unwrap().contains("--endpoint"));
}

#[tokio::test]
async fn a_page_token_is_only_ever_a_value_of_the_query() {
    for token in [
        "https://evil.example/steal",
        "//evil.example",
        "../../../v1/other",
        "a&project=other#x",
        "a\r\nHost: evil.example",
        "\u{202e}%2e%2e/",
    ] {
        let server = serve(move |asked, before| {
            if before == 0 {
                return ok(json!({"items": [], "nextPageToken": token}));
            }
            assert_eq!(asked.query("pageToken"), token);
            ok(json!({"items": []}))
        })
        .await;
        let list = ApiRequest::get(Api::Storage, "storage/v1/b")
            .with_query("project", "demo-project")
            .with_pages("items");
        server.cloud().read(&list).await.unwrap();
        let asked = server.asked();
        assert_eq!(asked.len(), 2, "{token}");
        assert!(asked.iter().all(|asked| asked.path == "/storage/v1/b"), "{token}");
        assert!(asked.iter().all(|asked| asked.query("project") == "demo-project"), "{token}");
    }
}

#[tokio::test]
async fn answers_without_end_in_size_depth_or_pages_are_errors() {
    let deep = serve(|_, _| Answer::Full {
        status: 200,
        headers: vec![("content-type", "application/json".into())],
        body: format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)).into_bytes(),
    })
    .await;
    assert_eq!(deep.cloud().read(&service()).await.unwrap_err().kind, ErrorKind::Malformed);
    let large = serve(|_, _| Answer::Full {
        status: 200,
        headers: vec![("content-type", "application/json".into())],
        body: vec![b' '; (64 << 20) + 1],
    })
    .await;
    let error = large.cloud().read(&service()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
    let pages = serve(|_, before| ok(json!({"services": [], "nextPageToken": before.to_string()}))).await;
    let list = ApiRequest::get(Api::Run, "v2/projects/p/locations/-/services").with_pages("services");
    let error = pages.cloud().read(&list).await.unwrap_err();
    assert!(error.message.contains("1000 pages"), "{error}");
    assert_eq!(pages.asked().len(), 1000);
}
