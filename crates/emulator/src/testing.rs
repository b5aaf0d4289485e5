//! What this crate's tests share: an emulator in the same process, and one line per call.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{Clock, Emulator, Settings, app};

/// The project of the tests.
pub(crate) const PROJECT: &str = "demo-project";
/// Its number.
pub(crate) const NUMBER: &str = "123456789012";

/// An emulated cloud for one test.
pub(crate) struct Lab {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) clock: Clock,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Reply {
    /// The body as JSON; null when there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The error's message.
    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The error's status.
    pub(crate) fn rpc(&self) -> String {
        self.json()["error"]["status"].as_str().unwrap_or_default().to_owned()
    }

    /// Stops the test unless the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

/// Every exchange of every test is held against Google's documents. Tests send wrong requests on purpose, so those that
/// were refused are left alone.
impl Drop for Lab {
    fn drop(&mut self) {
        conformance::hold(
            self.emulator.journal().into_iter().map(checkable),
            conformance::Requests::Accepted,
        );
    }
}

fn checkable(exchange: crate::Exchange) -> conformance::Exchange {
    conformance::Exchange {
        method: exchange.method,
        host: exchange.host,
        path: exchange.path,
        query: exchange.query,
        request: conformance::Content::of_journal(exchange.request),
        answer: Some(conformance::Answer {
            status: exchange.status,
            content: conformance::Content::of_journal(exchange.answer),
        }),
    }
}

impl Lab {
    /// A fresh project whose operations finish at once.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A fresh project with other settings.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Clock::manual("2026-11-23T12:00:00Z".parse().unwrap());
        let mut settings = Settings::new(PROJECT);
        settings.clock = clock.clone();
        change(&mut settings);
        Self { emulator: Emulator::open(settings).unwrap(), clock }
    }

    /// A project with these APIs on.
    pub(crate) async fn enabled(services: &[&str]) -> Self {
        let lab = Self::new();
        lab.seed(&serde_json::json!({ "enable": services })).await;
        lab
    }

    /// Seeds the project by the control route.
    pub(crate) async fn seed(&self, body: &Value) {
        self.call("POST", "/emulator/project", body).await.expect(200);
    }

    /// Sends a request with the token and the body given; JSON null is no body.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(method, path, &[("content-type", "application/json")], body).await
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &Value::Null).await
    }

    /// Sends a request whose answer must not come: whether its body broke off.
    pub(crate) async fn is_broken(&self, method: &str, path: &str, body: Vec<u8>) -> bool {
        self.came_of(method, path, "127.0.0.1:8080", body).await.1
    }

    /// Asks a service something whose answer must break off; what of it came.
    pub(crate) async fn broken_off(&self, method: &str, path: &str, host: &str) -> Vec<u8> {
        let body = serde_json::json!({ "model": "gemma3:4b", "prompt": "Why?" }).to_string().into_bytes();
        let (came, is_broken) = self.came_of(method, path, host, body).await;
        assert!(is_broken, "{method} {path} was answered whole");
        came
    }

    /// What comes of an answer, and whether it broke off.
    async fn came_of(&self, method: &str, path: &str, host: &str, body: Vec<u8>) -> (Vec<u8>, bool) {
        let request = Request::builder().method(method).uri(path).header("host", host);
        let request = request.header("authorization", "Bearer emulated").body(Body::from(body)).unwrap();
        let response = app(Arc::clone(&self.emulator)).oneshot(request).await.unwrap();
        let mut pieces = response.into_body().into_data_stream();
        let mut came = Vec::new();
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => came.extend_from_slice(&piece),
                Err(_) => return (came, true),
            }
        }
        (came, false)
    }

    /// Sends any request, with the usual token and host unless the headers say otherwise.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !has("authorization") {
            request = request.header("authorization", "Bearer emulated");
        }
        if !has("host") {
            request = request.header("host", "127.0.0.1:8080");
        }
        // Every call is a little later than the one before, as in life.
        self.clock.advance(std::time::Duration::from_millis(1));
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let response =
            app(Arc::clone(&self.emulator)).oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    /// Polls an operation (the first answer of a call) to its end and gives the last answer.
    pub(crate) async fn finish(&self, first: &Value, prefix: &str) -> Value {
        let name = first["name"].as_str().unwrap();
        assert!(first.get("done").is_none(), "the first answer is never done: {first}");
        let last = self.get(&format!("{prefix}{name}")).await.expect(200).json();
        assert_eq!(last["done"], true, "{last}");
        last
    }
}
