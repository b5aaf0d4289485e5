//! The other side: gives identity tokens, and answers as a service would, by path.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{StreamExt as _, stream};
use gcp::service::{ServiceAddress, ServiceClient};
use gcp::{Auth, Endpoint, GoogleCloud, Target};
use hyper_util::rt::TokioIo;
use proxy::{Listening, Notice, Wanted};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};

pub(crate) const AUDIENCE: &str = "https://gemma-1.europe-west1.run.app";

/// What the endpoint saw, and what it waits for.
pub(crate) struct Seen {
    /// Headers of the requests that reached the service.
    pub(crate) requests: Mutex<Vec<HeaderMap>>,
    /// How many tokens were asked for.
    pub(crate) tokens: Mutex<Vec<String>>,
    /// Lets the second half of `/halves` go.
    pub(crate) second: Notify,
    /// That the service's side of a stream was dropped.
    pub(crate) dropped: Notify,
    /// Where two hundred streams wait for each other.
    begun: tokio::sync::Barrier,
    /// Seconds that tokens live.
    lifetime: i64,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            requests: Mutex::default(),
            tokens: Mutex::default(),
            second: Notify::default(),
            dropped: Notify::default(),
            begun: tokio::sync::Barrier::new(200),
            lifetime: 3600,
        }
    }
}

/// A proxy before the endpoint.
pub(crate) struct Proxied {
    pub(crate) seen: Arc<Seen>,
    pub(crate) notices: Arc<Mutex<Vec<String>>>,
    pub(crate) address: String,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) ended: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Starts both, with tokens that live for so many seconds.
pub(crate) async fn proxied(lifetime: i64) -> Proxied {
    let seen = Arc::new(Seen { lifetime, ..Seen::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
    tokio::spawn(async move { axum::serve(listener, router).await });
    before(&url, seen).await
}

/// A proxy whose endpoint is at a URL.
pub(crate) async fn before(url: &str, seen: Arc<Seen>) -> Proxied {
    let listening = Listening::open(Wanted::At("127.0.0.1:0".parse().unwrap())).await.unwrap();
    let address = listening.url().trim_start_matches("http://").to_owned();
    let notices: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&notices);
    let (stop, stopped) = oneshot::channel::<()>();
    let said = move |notice: Notice| {
        kept.lock().unwrap().push(match notice {
            Notice::Failed(failure) => failure.to_string(),
            Notice::NotAllowed(status) => status.to_string(),
        });
    };
    let ended = tokio::spawn(listening.serve(client(url), said, async move { drop(stopped.await) }));
    Proxied { seen, notices, address, stop: Some(stop), ended }
}

fn client(url: &str) -> ServiceClient {
    let endpoint = Endpoint::parse(url).unwrap();
    let address = ServiceAddress::parse(AUDIENCE, &endpoint).unwrap();
    let project = model::ProjectId::parse("demo-project").unwrap();
    let cloud = GoogleCloud::new(Target { endpoint, quota_project: None, project }, Auth::default()).unwrap();
    cloud.service(address).unwrap()
}

async fn answer(State(seen): State<Arc<Seen>>, mut request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path.ends_with("/identity") {
        let query = request.uri().query().unwrap().to_owned();
        assert!(query.contains("audience=https%3A%2F%2Fgemma-1.europe-west1.run.app"), "{query}");
        return ([("metadata-flavor", "Google")], token(&seen)).into_response();
    }
    seen.requests.lock().unwrap().push(request.headers().clone());
    match path.as_str() {
        "/echo" => Response::new(request.into_body()),
        "/halves" => {
            let later = async move {
                seen.second.notified().await;
                Ok::<_, std::io::Error>(Bytes::from("second"))
            };
            let first = stream::once(async { Ok(Bytes::from("first ")) });
            Response::new(Body::from_stream(first.chain(stream::once(later))))
        }
        "/endless" => {
            let guard = Dropped(seen);
            let pieces = stream::unfold(guard, |guard| async move {
                tokio::task::yield_now().await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1024])), guard))
            });
            Response::new(Body::from_stream(pieces))
        }
        "/cut" => {
            let later = async move {
                seen.second.notified().await;
                Err(std::io::Error::other("the instance was taken away"))
            };
            let first = stream::once(async { Ok(Bytes::from("begun")) });
            Response::new(Body::from_stream(first.chain(stream::once(later))))
        }
        "/greedy" => {
            let headers = [
                ("set-cookie", "a=1"),
                ("access-control-allow-origin", "*"),
                ("alt-svc", "h3=\":443\""),
                ("x-kept", "1"),
            ];
            (headers, "greedy").into_response()
        }
        "/gzip" => ([("content-encoding", "gzip")], &b"\x1f\x8b not really"[..]).into_response(),
        numbered if numbered.starts_with("/numbered/") => {
            let number = numbered.rsplit('/').next().unwrap().to_owned();
            let waiting = Arc::clone(&seen);
            let pieces = stream::iter(0..50).then(move |piece| {
                let (number, waiting) = (number.clone(), Arc::clone(&waiting));
                async move {
                    // Nobody's answer goes on before all have begun.
                    if piece == 1 {
                        waiting.begun.wait().await;
                    }
                    Ok::<_, std::io::Error>(Bytes::from(format!("{number}:{piece};")))
                }
            });
            Response::new(Body::from_stream(pieces))
        }
        "/401" => StatusCode::UNAUTHORIZED.into_response(),
        "/403" => StatusCode::FORBIDDEN.into_response(),
        "/socket" => {
            let side = hyper::upgrade::on(&mut request);
            tokio::spawn(shout(side));
            let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
            let headers = response.headers_mut();
            headers.insert("connection", HeaderValue::from_static("Upgrade"));
            headers.insert("upgrade", HeaderValue::from_static("websocket"));
            headers.insert("sec-websocket-accept", HeaderValue::from_static("accepted"));
            response
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

struct Dropped(Arc<Seen>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.dropped.notify_one();
    }
}

/// Sends back in capitals what it reads.
async fn shout(side: hyper::upgrade::OnUpgrade) {
    let mut side = TokioIo::new(side.await.unwrap());
    let mut bytes = [0; 64];
    while let Ok(count @ 1..) = side.read(&mut bytes).await {
        side.write_all(&bytes[..count].to_ascii_uppercase()).await.unwrap();
    }
}

fn token(seen: &Seen) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let end = i64::try_from(now).unwrap() + seen.lifetime;
    let mut tokens = seen.tokens.lock().unwrap();
    let token = format!("e30.{}.{}", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{end}}}")), tokens.len());
    tokens.push(token.clone());
    token
}
