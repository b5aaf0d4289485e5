//! An emulator that listens, with a clock that this test moves, and the calls to it. Knows no recording.

use std::sync::LazyLock;
use std::time::Duration;

use ::emulator::{Clock, Running, Settings};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A request as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) host: String,
    /// Parts of the path, decoded.
    pub(crate) path: Vec<String>,
    pub(crate) verb: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
}

/// What came back; no body is null.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// An emulated cloud.
pub(crate) struct Cloud {
    running: Running,
    clock: Clock,
}

/// One for all emulators. No connection stays open, since none outlives its emulator.
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    // Whoever was first has set it up.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
});

impl Cloud {
    /// Starts one whose operations take as long as real ones, by a clock that stands still.
    pub(crate) async fn start(project: &str) -> Self {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH + Duration::from_secs(1_780_000_000));
        let settings = Settings {
            clock: clock.clone(),
            time_scale: 1.0,
            // People's addresses became this one in the recordings.
            caller: "user:user@example.com".to_owned(),
            ..Settings::new(project)
        };
        let running = ::emulator::start(settings).await.unwrap();
        Self { running, clock }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Sends a request to the host that it names, which is this emulator.
    pub(crate) async fn send(&self, request: &Request) -> Answer {
        let parts: Vec<String> = request.path.iter().map(|part| encoded(part)).collect();
        let verb = request.verb.as_ref().map_or_else(String::new, |verb| format!(":{verb}"));
        let query: Vec<String> = request
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let address =
            format!("http://{}/{}{verb}?{}", self.running.address, parts.join("/"), query.join("&"));
        let method: reqwest::Method = request.method.parse().unwrap();
        let mut sent = CLIENT
            .request(method, address)
            .header("host", &request.host)
            .header("authorization", "Bearer any");
        if !request.body.is_null() {
            sent = sent.json(&request.body);
        }
        let answer = sent.send().await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::from("no JSON"))
        };
        Answer { status, body }
    }

    /// Prepares a project by the emulator's own route.
    pub(crate) async fn prepare(&self, project: &str, body: Value) {
        let request = Request {
            method: "POST".to_owned(),
            host: "127.0.0.1".to_owned(),
            path: vec!["emulator".to_owned(), "project".to_owned()],
            verb: None,
            query: vec![("project".to_owned(), project.to_owned())],
            body,
        };
        let answer = self.send(&request).await;
        assert_eq!(answer.status, 200, "preparing {project}: {}", answer.body);
    }

    /// The number of a project.
    pub(crate) async fn number(&self, project: &str) -> String {
        let answer = self.send(&get("cloudresourcemanager", &format!("v1/projects/{project}"))).await;
        answer.body["projectNumber"].as_str().unwrap().to_owned()
    }

    /// Every exchange so far, as the emulator noted it.
    pub(crate) fn journal(&self) -> Vec<::emulator::Exchange> {
        self.running.journal()
    }
}

/// A plain read of an API.
pub(crate) fn get(api: &str, path: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        host: format!("{api}.googleapis.com"),
        path: path.split('/').map(ToOwned::to_owned).collect(),
        verb: None,
        query: Vec::new(),
        body: Value::Null,
    }
}

/// A call that sends something.
pub(crate) fn post(
    api: &str,
    path: &str,
    verb: Option<&str>,
    query: &[(&str, &str)],
    body: Value,
) -> Request {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = if body.is_null() { json!({}) } else { body };
    Request { method: "POST".to_owned(), verb: verb.map(ToOwned::to_owned), query, body, ..get(api, path) }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@:".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
