//! Sends one request once and reads the answer up to a limit. The only place where a token meets a request.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use model::{CloudError, Method};
use reqwest::header::HeaderMap;
use secrecy::ExposeSecret;

use super::client::{Proxies, client};
use super::outgoing::{Outgoing, Payload};
use crate::Endpoint;
use crate::auth::{Token, with_causes};

/// The HTTP client of one target.
pub(crate) struct Wire {
    client: reqwest::Client,
    endpoint: Endpoint,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The request did not leave: no connection, or the address may not get a token.
    NotSent(String),
    /// It may have been carried out: the connection broke, or no answer came in time.
    Lost(String),
    /// The answer is larger than anything these APIs send.
    TooLarge,
}

/// The largest answer that is read. A policy or a page of a list is a few megabytes at most.
const LARGEST: usize = 64 << 20;

impl Wire {
    pub(crate) fn new(endpoint: &Endpoint) -> Result<Self, CloudError> {
        let proxies = if endpoint.is_loopback() { Proxies::Ignored } else { Proxies::Used };
        Ok(Self { client: client(proxies)?, endpoint: endpoint.clone() })
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Sends a request once; an answer that is not whole after `timeout` is lost.
    pub(crate) async fn send(
        &self,
        outgoing: &Outgoing,
        token: &Token,
        quota_project: Option<&str>,
        timeout: Duration,
    ) -> Result<Answer, Broken> {
        if !self.endpoint.trusts(&outgoing.url) {
            return Err(Broken::NotSent(format!(
                "{} is no host that an access token may be sent to",
                outgoing.url.host_str().unwrap_or("the address")
            )));
        }
        let mut request = self
            .client
            .request(method(outgoing.method), outgoing.url.clone())
            .timeout(timeout)
            .bearer_auth(token.secret.expose_secret());
        if let Some(project) = quota_project {
            request = request.header("X-Goog-User-Project", project);
        }
        for (name, value) in &outgoing.headers {
            request = request.header(*name, value);
        }
        request = match &outgoing.payload {
            // A write without a body still says its length, or front ends answer 411.
            Payload::Empty => match outgoing.method {
                Method::Get | Method::Delete => request,
                Method::Post | Method::Put | Method::Patch => request.header("Content-Length", "0"),
            },
            Payload::Bytes(content_type, bytes) => {
                request.header("Content-Type", content_type).body(bytes.clone())
            }
        };
        let answer = request.send().await.map_err(broken)?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let is_shown = !answer.status().is_success() || !is_json(&headers);
        let body = read_up_to(answer, LARGEST).await?;
        let body = if is_shown { without(body, token.secret.expose_secret()) } else { body };
        Ok(Answer { status, headers, body })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

/// What stands for a secret that somebody repeated.
pub(crate) const HIDDEN: &str = "(hidden)";

/// A body without the token: what refuses a request, a proxy between above all, may repeat all of it, and refusals are shown.
fn without(body: Bytes, token: &str) -> Bytes {
    let text = String::from_utf8_lossy(&body);
    if token.is_empty() || !text.contains(token) {
        return body;
    }
    text.replace(token, HIDDEN).into()
}

async fn read_up_to(mut answer: reqwest::Response, limit: usize) -> Result<Bytes, Broken> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > limit {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn broken(error: reqwest::Error) -> Broken {
    let not_sent = error.is_connect() || error.is_builder();
    let text = with_causes(&error.without_url());
    if not_sent { Broken::NotSent(text) } else { Broken::Lost(text) }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `Retry-After` in its form of seconds, the one that Google sends.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }
}
