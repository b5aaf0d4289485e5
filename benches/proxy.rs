//! What `gemmactl proxy` adds, and whether it holds: `cargo bench -p gemmactl --bench proxy`.
//!
//! The real binary runs as a process of its own. This program is both sides: the endpoint, which gives identity tokens of twenty
//! seconds and answers as a service, and the callers, of which 200 read a stream each for a minute.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a measuring program may stop at the first surprise, reads the clock and prints"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use futures_util::stream;

const STREAMS: usize = 200;
const LIFETIME: u64 = 20;
/// Between two pieces of a stream: the tokens of a small model on a GPU come as fast.
const PERIOD: Duration = Duration::from_millis(20);
const PAIRS: usize = 2000;

const SPEC: &str = "version: 1\nstack: bench\nproject: demo-project\nregion: europe-west1\nservices:\n  gemma:\n    image: \
                    us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b\n    invokers: []\n";

/// What the endpoint saw.
#[derive(Default)]
struct Seen {
    /// Tokens that were given.
    tokens: AtomicUsize,
    /// Requests that came with a token that had ended, or with none.
    refused: AtomicUsize,
    /// Streams that are open, and the most that were.
    open: AtomicUsize,
    most: AtomicUsize,
}

fn main() {
    let seconds = std::env::var("GEMMACTL_BENCH_SECONDS").map_or(60, |text| text.parse().unwrap());
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(seconds));
}

async fn measure(seconds: u64) {
    let seen = Arc::new(Seen::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
    tokio::spawn(async move {
        use axum::serve::ListenerExt as _;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("gemmactl.yaml"), SPEC).unwrap();
    let proxy = Proxy::before(&endpoint, folder.path());

    first_token(&endpoint, &proxy.url, &seen).await;
    hold(&proxy.url, &seen, seconds).await;
}

/// The time to the first piece, by turns with the proxy and without it.
async fn first_token(endpoint: &str, proxied: &str, seen: &Seen) {
    let client = client();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        without.push(first_piece(&client, &format!("{endpoint}/first")).await);
        with.push(first_piece(&client, &format!("{proxied}/first")).await);
    }
    let (with, without) = (median(with), median(without));
    println!("first token, median of {PAIRS}, without the proxy       {without:>8.3} ms");
    println!("first token, median of {PAIRS}, with the proxy          {with:>8.3} ms");
    println!("what the proxy adds (goal: under 1 ms)                {:>8.3} ms", with - without);
    println!(
        "tokens fetched meanwhile                              {:>8}",
        seen.tokens.load(Ordering::Relaxed)
    );
}

/// Holds the streams, and asks for a first token every quarter of a second meanwhile.
async fn hold(proxied: &str, seen: &Seen, seconds: u64) {
    let client = client();
    let before = seen.tokens.load(Ordering::Relaxed);
    let began = Instant::now();
    let streams = join_all((0..STREAMS).map(|number| read(&client, proxied, number, seconds)));
    let probes = async {
        let mut times = Vec::new();
        while began.elapsed() < Duration::from_secs(seconds) {
            times.push(first_piece(&client, &format!("{proxied}/first")).await);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        times
    };
    let (read, probes) = tokio::join!(streams, probes);
    let bytes: usize = read.iter().sum();
    println!(
        "streams held at once for {seconds} s                         {:>8}",
        seen.most.load(Ordering::Relaxed)
    );
    println!("bytes read, each compared with what was sent          {bytes:>8}");
    println!(
        "first token beside them, median of {:<4}               {:>8.3} ms",
        probes.len(),
        median(probes)
    );
    let tokens = seen.tokens.load(Ordering::Relaxed) - before;
    println!("tokens fetched meanwhile, each of {LIFETIME} s                 {tokens:>8}");
    let refused = seen.refused.load(Ordering::Relaxed);
    println!("requests with a token that had ended, or with none    {refused:>8}");
    assert_eq!((seen.most.load(Ordering::Relaxed), refused), (STREAMS, 0));
}

/// Reads a stream to its end and compares every byte. Gives how many there were.
async fn read(client: &reqwest::Client, proxied: &str, number: usize, seconds: u64) -> usize {
    let url = format!("{proxied}/stream/{number}/{seconds}");
    let mut answer = client.get(url).send().await.unwrap().error_for_status().unwrap();
    let mut read = Vec::new();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        read.extend_from_slice(&chunk);
    }
    let sent: Vec<u8> = (0..pieces(seconds)).flat_map(|index| piece(number, index)).collect();
    assert!(read == sent, "stream {number}: {} of {} bytes are as they were sent", read.len(), sent.len());
    read.len()
}

async fn first_piece(client: &reqwest::Client, url: &str) -> f64 {
    let began = Instant::now();
    let mut answer = client.get(url).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "first");
    let time = began.elapsed().as_secs_f64() * 1000.0;
    while answer.chunk().await.unwrap().is_some() {}
    time
}

async fn answer(State(seen): State<Arc<Seen>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        [.., "services", "gemma"] => {
            axum::Json(serde_json::json!({ "uri": "https://gemma-1.europe-west1.run.app" })).into_response()
        }
        [.., "identity"] => {
            seen.tokens.fetch_add(1, Ordering::Relaxed);
            let claims = URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{}}}", now() + LIFETIME));
            ([("metadata-flavor", "Google")], format!("e30.{claims}.x")).into_response()
        }
        ["first"] => {
            pieces_of(seen, 2, |index| Bytes::from(if index == 0 { "first" } else { "last" }), Duration::ZERO)
        }
        ["stream", number, seconds] if serves(&request) => {
            let (number, seconds) = (number.parse().unwrap(), seconds.parse().unwrap());
            let open = seen.open.fetch_add(1, Ordering::Relaxed) + 1;
            seen.most.fetch_max(open, Ordering::Relaxed);
            pieces_of(seen, pieces(seconds), move |index| Bytes::from(piece(number, index)), PERIOD)
        }
        _ => {
            seen.refused.fetch_add(1, Ordering::Relaxed);
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}

/// An answer in pieces, each some time after the one before.
fn pieces_of(
    seen: Arc<Seen>,
    count: usize,
    piece: impl Fn(usize) -> Bytes + Send + 'static,
    period: Duration,
) -> Response {
    let interval = (!period.is_zero()).then(|| tokio::time::interval(period));
    let state = (0, interval, piece, seen);
    Response::new(Body::from_stream(stream::unfold(
        state,
        move |(index, mut interval, piece, seen)| async move {
            if index == count {
                if interval.is_some() {
                    seen.open.fetch_sub(1, Ordering::Relaxed);
                }
                return None;
            }
            match &mut interval {
                Some(interval) => drop(interval.tick().await),
                // What comes first is sent before what comes next is there.
                None => tokio::task::yield_now().await,
            }
            Some((Ok::<_, std::io::Error>(piece(index)), (index + 1, interval, piece, seen)))
        },
    )))
}

/// Whether a request carries a token that has not ended.
fn serves(request: &Request) -> bool {
    let ends = || {
        let token = request.headers().get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice::<serde_json::Value>(&claims).ok()?.get("exp")?.as_u64()
    };
    ends().is_some_and(|end| end > now())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn pieces(seconds: u64) -> usize {
    usize::try_from(u128::from(seconds) * 1000 / PERIOD.as_millis()).unwrap()
}

/// A piece of a stream: a line of some hundred bytes that no other has.
fn piece(stream: usize, index: usize) -> Vec<u8> {
    let text = format!("{{\"stream\":{stream},\"piece\":{index},\"response\":\"");
    let rest = (0..80).map(|column| b'a' + u8::try_from((stream + index * 7 + column) % 26).unwrap());
    text.bytes().chain(rest).chain(*b"\"}\n").collect()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A proxy process; killed when dropped.
struct Proxy {
    child: Child,
    url: String,
}

impl Proxy {
    fn before(endpoint: &str, folder: &std::path::Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemmactl"));
        command.args(["proxy", "--listen", "127.0.0.1:0", "--endpoint", endpoint]);
        command
            .current_dir(folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: line.trim().to_owned() }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
