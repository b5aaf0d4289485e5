//! Model servers of several kinds, scripted, and what is made of what they answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use futures_util::stream;
use gcp::service::{ServiceAddress, ServiceClient};
use gcp::{Auth, Endpoint, GoogleCloud, Target};
use inference::{AskFailure, Dialect, Ending, ModelServer, Question};

/// A client of a service that answers as the routes say.
async fn client(routes: Router) -> ServiceClient {
    let identity = get(|| async { ([("metadata-flavor", "Google")], "e30.e30.x") });
    let routes = routes.route("/computeMetadata/v1/instance/service-accounts/default/identity", identity);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let address = ServiceAddress::parse("https://gemma-1.europe-west1.run.app", &endpoint).unwrap();
    let project = model::ProjectId::parse("demo-project").unwrap();
    let target = Target { endpoint, quota_project: None, project };
    GoogleCloud::new(target, Auth::default()).unwrap().service(address).unwrap()
}

/// An answer that comes in these pieces, which need not be lines.
fn pieces(pieces: &[&'static str]) -> Response {
    let pieces: Vec<_> = pieces.iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from(*piece))).collect();
    Response::new(Body::from_stream(stream::iter(pieces)))
}

async fn asked(client: &ServiceClient) -> (Result<inference::Answer, AskFailure>, String) {
    let server = ModelServer::discover(client).await.unwrap().unwrap();
    let mut heard = String::new();
    let answer = server.ask(&Question::new("m", "Why?"), &mut |piece| heard.push_str(piece)).await;
    (answer, heard)
}

fn ollama(answer: &'static [&'static str]) -> Router {
    Router::new()
        .route("/api/tags", get(|| async { r#"{"models":[{"name":"gemma3:4b"}]}"# }))
        .route("/api/generate", post(move || async move { pieces(answer) }))
}

#[tokio::test]
async fn ollama_is_found_out_and_heard_to_the_end() {
    let client = client(ollama(&[
        "{\"response\":\"The \",\"done\":false}\n{\"resp",
        "onse\":\"sky\",\"done\":false}\n",
        "{\"response\":\"\",\"done\":true,\"done_reason\":\"stop\",\"eval_count\":2,\"eval_duration\":100000000}",
    ]))
    .await;
    let server = ModelServer::discover(&client).await.unwrap().unwrap();
    assert_eq!((server.dialect(), server.models()), (Dialect::Ollama, &["gemma3:4b".to_owned()][..]));
    let (answer, heard) = asked(&client).await;
    let answer = answer.unwrap();
    assert_eq!((heard.as_str(), answer.tokens, answer.ending), ("The sky", 2, Ending::Complete));
    assert!(answer.first_token.is_some_and(|first| first <= answer.total));
    assert!((answer.rate.unwrap().per_second() - 20.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_server_without_ollamas_routes_is_asked_as_openai() {
    let routes = Router::new()
        .route("/v1/models", get(|| async { r#"{"object":"list","data":[{"id":"google/gemma-3-4b"}]}"# }))
        .route(
            "/v1/chat/completions",
            post(|| async {
                pieces(&[
                    "data: {\"choices\":[{\"delta\":{\"content\":\"The \"}}]}\n\n",
                    "data: {\"choices\":[{\"delta\":{\"content\":\"sky\"},\"finish_reason\":\"stop\"}]}\r\n\r\n",
                    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
                    "data: [DONE]\n\n",
                ])
            }),
        );
    let client = client(routes).await;
    let server = ModelServer::discover(&client).await.unwrap().unwrap();
    assert_eq!((server.dialect(), server.models()[0].as_str()), (Dialect::OpenAi, "google/gemma-3-4b"));
    let (answer, heard) = asked(&client).await;
    let answer = answer.unwrap();
    assert_eq!((heard.as_str(), answer.tokens, answer.prompt_tokens), ("The sky", 2, Some(3)));
}

#[tokio::test]
async fn a_service_that_is_no_model_server_is_none() {
    for routes in [
        Router::new(),
        // A page for every path, as a web application has it.
        Router::new().fallback(|| async { "<html>Hello</html>" }),
    ] {
        assert!(ModelServer::discover(&client(routes).await).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn refusals_say_their_status_and_reason() {
    for (status, body, text) in [
        (
            403,
            "<html><h2>Your client may not.</h2></html>",
            "/api/tags was answered with 403: Your client may not.",
        ),
        (503, "{\"error\":\"server busy\"}", "/api/tags was answered with 503: server busy"),
        (500, "", "/api/tags was answered with 500"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let routes = Router::new().fallback(move || async move { (status, body).into_response() });
        let refused = ModelServer::discover(&client(routes).await).await.map(|_| ()).unwrap_err();
        assert_eq!((refused.status(), refused.to_string().as_str()), (Some(status.as_u16()), text));
    }
}

#[tokio::test]
async fn an_answer_without_its_end_is_a_failure_and_what_came_was_heard() {
    for (sent, failure) in [
        (
            &["{\"response\":\"The\",\"done\":false}\n"][..],
            "the answer broke off: it ended without saying so",
        ),
        (
            &["{\"response\":\"The\",\"done\":false}\n", "{\"error\":\"out of memory\"}\n"],
            "the server stopped answering: out of memory",
        ),
        (
            &["{\"response\":\"The\",\"done\":false}\n", "<html>\n"],
            "the answer of /api/generate is not of the form that such servers give: a line is no JSON",
        ),
    ] {
        let (answer, heard) = asked(&client(ollama(sent)).await).await;
        assert_eq!((answer.unwrap_err().to_string().as_str(), heard.as_str()), (failure, "The"));
    }
}
