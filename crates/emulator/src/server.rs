//! The HTTP side: the listener, what happens around each call (delay, guard, journal), and stopping.
//! Knows no service; the deployed services' own hosts are handed to the model server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::call::{Answer, Call, Payload, Query, split_path};
use crate::control::tokens;
use crate::emulator::{Emulator, EmulatorError};
use crate::error::{ApiError, Shape};
use crate::faults::{self, Sent, Struck};
use crate::journal::{Exchange, at_hand, readable};
use crate::settings::Settings;
use crate::{enums, guard, model_server, operations};

/// Bodies beyond this are refused; uploads of bigger contexts go in resumable chunks.
const BODY_LIMIT: usize = 512 * 1024 * 1024;

/// How long `:wait` holds a request at most, as AIP-151 servers bound it.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// An emulator that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    emulator: Arc<Emulator>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// The base URL of every imitated API.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every exchange so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.emulator.journal()
    }

    /// The emulator behind the listener.
    pub fn emulator(&self) -> &Arc<Emulator> {
        &self.emulator
    }

    /// Stops listening and writes the state.
    pub async fn stop(mut self) -> Result<(), EmulatorError> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // Idle keep-alive connections of a client in this process would hold a graceful end for ever.
        let _ = tokio::time::timeout(Duration::from_millis(200), &mut self.task).await;
        self.task.abort();
        self.emulator.close()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
        if let Err(error) = self.emulator.close() {
            tracing::error!(%error, "the emulator's state could not be saved");
        }
    }
}

/// Starts an emulator on its loopback address.
pub async fn start(settings: Settings) -> Result<Running, EmulatorError> {
    let wanted = settings.listen;
    if !wanted.ip().is_loopback() {
        return Err(EmulatorError::NotLoopback(wanted));
    }
    serve(Emulator::open(settings)?).await
}

/// Lets an emulator listen on the loopback address of its settings.
pub async fn serve(emulator: Arc<Emulator>) -> Result<Running, EmulatorError> {
    let wanted = emulator.settings().listen;
    if !wanted.ip().is_loopback() {
        return Err(EmulatorError::NotLoopback(wanted));
    }
    let listen = |source| EmulatorError::Listen { address: wanted, source };
    let listener = TcpListener::bind(wanted).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let (stop, stopped) = oneshot::channel();
    let service = app(Arc::clone(&emulator));
    let task = tokio::spawn(async move {
        let stopping = async {
            let _ = stopped.await;
        };
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopping).await {
            tracing::error!(%error, "the emulator stopped listening");
        }
    });
    Ok(Running { address, emulator, stop: Some(stop), task })
}

/// The emulator as a service, for a listener or for tests in the same process.
pub fn app(emulator: Arc<Emulator>) -> Router {
    Router::new().fallback(respond_to).with_state(emulator)
}

/// The first product that the caller's user agent names.
fn client_of(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    agent.split_whitespace().next().unwrap_or_default().chars().take(100).collect()
}

async fn respond_to(State(emulator): State<Arc<Emulator>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let host = guard::host_of(&head.uri, &head.headers);
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or("").to_owned();
    let latency = emulator.settings().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let mut exchange = Exchange {
        time: emulator.context().now,
        method: head.method.to_string(),
        host: host.clone(),
        path: path.clone(),
        query: query.clone(),
        client: client_of(&head.headers),
        request: Value::Null,
        status: 0,
        answer: Value::Null,
    };
    let sent = match (guard::refusal(&head.method, &host, &head.headers), to_bytes(body, BODY_LIMIT).await) {
        (Some(refused), _) => Sent::Whole(refused),
        (None, Err(_)) => Sent::Whole(too_large()),
        (None, Ok(body)) => {
            exchange.request = readable(&body);
            let (segments, verb) = split_path(&path);
            let caller = tokens::caller(&head.headers, exchange.time)
                .unwrap_or_else(|| emulator.settings().caller.clone());
            let call = Call {
                method: head.method,
                host,
                path,
                segments,
                verb,
                query: Query::parse(&query),
                headers: head.headers,
                body,
                caller,
                context: emulator.context(),
            };
            answer(&emulator, call).await
        }
    };
    let sent = match emulator.save().await {
        Ok(()) => sent,
        Err(error) => Sent::Whole(not_saved(&error)),
    };
    let response = match sent {
        Sent::Whole(answer) => {
            let (response, noted) = respond(answer, &exchange.method);
            exchange.answer = noted;
            response
        }
        Sent::Nothing(answer) => {
            let (response, noted) = respond(answer, &exchange.method);
            exchange.answer = noted;
            broken(&response, Bytes::new())
        }
        Sent::Half(answer) => {
            let whole = sent_of(&answer);
            let (response, noted) = respond(answer, &exchange.method);
            exchange.answer = noted;
            broken(&response, whole.slice(..whole.len() / 2))
        }
        Sent::Stream(response) => response,
    };
    exchange.status = response.status().as_u16();
    emulator.note(exchange);
    response
}

/// An answer that is there at once, or one that comes in pieces.
pub(crate) enum Answered {
    /// Complete.
    Whole(Answer),
    /// A stream, which only the model server sends.
    Stream(Response),
}

impl Answered {
    /// All of it, once the last piece has come.
    pub(crate) async fn gathered(self) -> Answer {
        match self {
            Self::Whole(answer) => answer,
            Self::Stream(response) => {
                let (head, body) = response.into_parts();
                let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|text| text.to_str().ok());
                // The pieces of a stream are our own, and none of them fails.
                let content = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
                Answer::bytes(content_type.unwrap_or_default(), content).with_status(head.status.as_u16())
            }
        }
    }
}

async fn answer(emulator: &Arc<Emulator>, call: Call) -> Sent {
    let is_of_a_service = model_server::is_service_host(&call.host);
    let call = if is_of_a_service {
        call
    } else {
        if let Some(answer) = faults::handle(emulator.faults(), &call).await {
            return Sent::Whole(answer);
        }
        let call = enums::named(call);
        let call = if call.verb.as_deref() == Some("wait") { wait(emulator, call).await } else { call };
        if call.path.starts_with("/emulator/") {
            return Sent::Whole(emulator.answer(&call));
        }
        call
    };
    let strikes = match faults::before(emulator, &call).await {
        Struck::GoesOn(strikes) => strikes,
        Struck::Refused(answer) => return Sent::Whole(answer),
        Struck::Broken => return Sent::Nothing(Answer::bare(503)),
    };
    if is_of_a_service {
        return faults::after(strikes, model_server::answer(emulator, &call).await).await;
    }
    let answer = emulator.answer(&call);
    let is_lost = emulator.loses(&call, &answer);
    let answer = if enums::are_wanted(&call.query) { enums::numbered(answer) } else { answer };
    match faults::after(strikes, Answered::Whole(answer)).await {
        Sent::Whole(answer) if is_lost => Sent::Nothing(answer),
        sent @ (Sent::Whole(_) | Sent::Nothing(_) | Sent::Half(_) | Sent::Stream(_)) => sent,
    }
}

/// A response whose body breaks off after some bytes, and the connection with it. The journal keeps what was lost.
fn broken(lost: &Response, kept: Bytes) -> Response {
    let is_begun = !kept.is_empty();
    let cut = futures_util::stream::once(async move {
        // What is kept must be on its way: the server sends what it has once the body keeps it waiting.
        if is_begun {
            tokio::task::yield_now().await;
        }
        Err(std::io::Error::other("the emulator was asked to lose this answer"))
    });
    let kept = is_begun.then_some(Ok(kept));
    let mut response = Response::new(Body::from_stream(futures_util::stream::iter(kept).chain(cut)));
    *response.status_mut() = lost.status();
    response
}

/// Holds a `:wait` call until its operation is due or its timeout is over, and gives the call with the time of then.
async fn wait(emulator: &Arc<Emulator>, call: Call) -> Call {
    let asked = call
        .json()
        .ok()
        .and_then(|body| body.get("timeout").and_then(Value::as_str).and_then(seconds))
        .unwrap_or(LONGEST_WAIT)
        .min(LONGEST_WAIT);
    let due = emulator.look(|world, _| {
        operations::asked_name(&call, world)
            .and_then(|name| world.operations.get(&name))
            .filter(|operation| !operation.is_done())
            .map(|operation| operation.finishes_at)
    });
    if let Some(due) = due {
        let left = Duration::try_from(due.duration_since(call.now())).unwrap_or(Duration::ZERO);
        tokio::time::sleep(left.min(asked)).await;
    }
    Call { context: emulator.context(), ..call }
}

fn seconds(text: &str) -> Option<Duration> {
    let value: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(value).ok()
}

fn not_saved(error: &EmulatorError) -> Answer {
    tracing::error!(%error, "the emulator's state could not be saved");
    ApiError::internal(error.to_string()).to_answer(Shape::Standard)
}

fn too_large() -> Answer {
    let mut error =
        ApiError::invalid("The request body is larger than the emulator takes; send it in chunks.");
    error.code = 413;
    error.to_answer(Shape::Standard)
}

/// The bytes of an answer's body.
fn sent_of(answer: &Answer) -> Bytes {
    match &answer.payload {
        Payload::Json(value) => Bytes::from(value.to_string()),
        Payload::Bytes(_, content) => content.clone(),
        Payload::Empty => Bytes::new(),
    }
}

/// The answer as it is sent, and its body as the journal keeps it.
fn respond(answer: Answer, method: &str) -> (Response, Value) {
    let is_head = method == "HEAD";
    let (content_type, content, noted) = match answer.payload {
        Payload::Json(value) => {
            let content = Bytes::from(value.to_string());
            let noted = at_hand(value, &content);
            (Some("application/json; charset=UTF-8".to_owned()), content, noted)
        }
        Payload::Bytes(content_type, content) => {
            let noted = readable(&content);
            (Some(content_type), content, noted)
        }
        Payload::Empty => (None, Bytes::new(), Value::Null),
    };
    let length = content.len();
    let body = if is_head { Body::empty() } else { Body::from(content) };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = content_type.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if is_head {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    (response, noted)
}
