//! A server whose answers a test scripts, and which keeps what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use futures_util::stream;
use gcp::{Auth, Endpoint, GoogleCloud, Pace, Target};
use model::{Progress, ProjectId};
use serde_json::{Value, json};

/// What the server was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
}

impl Asked {
    /// `GET /v1/x`, as scripts match it.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// What the server answers.
pub(crate) enum Answer {
    Json(u16, Value),
    Text(u16, &'static str),
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Carries the request out, then breaks the connection within the answer.
    Broken,
}

pub(crate) fn ok(body: Value) -> Answer {
    Answer::Json(200, body)
}

/// An error body as newer APIs write it.
pub(crate) fn refused(code: u16, status: &str, message: &str) -> Answer {
    Answer::Json(code, json!({"error": {"code": code, "status": status, "message": message}}))
}

/// The error body of an API that is not enabled (recorded shape).
pub(crate) fn disabled(service: &str) -> Answer {
    Answer::Json(
        403,
        json!({"error": {"code": 403, "status": "PERMISSION_DENIED",
            "message": format!("{service} has not been used in project demo-project before or it is disabled."),
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com", "metadata": {"service": service, "consumer": "projects/demo-project"}}]}}),
    )
}

pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Starts a server; the script gets each request and how many came before it.
pub(crate) async fn serve(script: impl FnMut(&Asked, usize) -> Answer + Send + 'static) -> Server {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let script = Arc::new(Mutex::new(script));
    let kept = Arc::clone(&asked);
    let app = Router::new().fallback(move |request: Request| {
        let (script, kept) = (Arc::clone(&script), Arc::clone(&kept));
        async move {
            let request = understood(request).await;
            let before = kept.lock().unwrap().len();
            kept.lock().unwrap().push(request.clone());
            let answer = (script.lock().unwrap())(&request, before);
            response(answer)
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Server { url, asked }
}

async fn understood(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let query = reqwest::Url::parse(&format!("http://x/?{raw_query}")).unwrap();
    Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        raw_query,
        query: query.query_pairs().into_owned().collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect(),
        body: to_bytes(body, usize::MAX).await.unwrap(),
    }
}

fn response(answer: Answer) -> Response {
    let build = |status: u16, headers: Vec<(&'static str, String)>, body: Body| {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        response.body(body).unwrap()
    };
    match answer {
        Answer::Json(status, json) => {
            build(status, vec![("content-type", "application/json".into())], json.to_string().into())
        }
        Answer::Text(status, text) => build(status, vec![("content-type", "text/html".into())], text.into()),
        Answer::Full { status, headers, body } => build(status, headers, body.into()),
        Answer::Broken => {
            let cut = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("cut"))]);
            build(200, Vec::new(), Body::from_stream(cut))
        }
    }
}

/// Every request of the client is held against Google's documents.
impl Drop for Server {
    fn drop(&mut self) {
        let asked = self.asked().into_iter().map(|asked| conformance::Exchange {
            method: asked.method,
            host: "127.0.0.1".to_owned(),
            path: asked.path,
            query: asked.raw_query,
            request: conformance::Content::of_bytes(&asked.body),
            answer: None,
        });
        conformance::hold(asked, conformance::Requests::All);
    }
}

impl Server {
    /// A client of this server that does not wait long for anything.
    pub(crate) fn cloud(&self) -> GoogleCloud {
        self.cloud_with(Auth::default())
    }

    pub(crate) fn cloud_with(&self, auth: Auth) -> GoogleCloud {
        GoogleCloud::new(target(&self.url), auth).unwrap().with_pace(quick())
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

pub(crate) fn target(url: &str) -> Target {
    Target {
        endpoint: Endpoint::parse(url).unwrap(),
        quota_project: None,
        project: ProjectId::parse("demo-project").unwrap(),
    }
}

pub(crate) fn quick() -> Pace {
    Pace {
        base: Duration::from_millis(1),
        cap: Duration::from_millis(4),
        deadline: Duration::from_mins(1),
        poll_floor: Duration::from_millis(1),
        poll_cap: Duration::from_millis(4),
        long_poll: Duration::from_secs(1),
        propagation: Duration::from_secs(20),
        operation: Duration::from_secs(20),
    }
}

/// Progress as it was told.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<Progress>>);

impl Told {
    pub(crate) fn listen(&self) -> impl Fn(Progress) + Send + Sync + '_ {
        |progress| self.0.lock().unwrap().push(progress)
    }

    pub(crate) fn waiting(&self) -> Vec<String> {
        let told = self.0.lock().unwrap();
        told.iter()
            .filter_map(|progress| match progress {
                Progress::Waiting(text) => Some(text.clone()),
                Progress::Sent { .. } | Progress::Link(_) => None,
            })
            .collect()
    }

    pub(crate) fn all(&self) -> Vec<Progress> {
        self.0.lock().unwrap().clone()
    }
}
