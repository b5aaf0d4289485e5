//! One call to the API. The only place where the token meets a request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tracing::{debug, trace};

use crate::{ApiHost, ForgeError};

/// So long a call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A page of a hundred comments of the largest size.
const LARGEST: usize = 16 << 20;

/// Calls the API with a token.
pub(crate) struct Caller {
    client: Client,
    pub(crate) host: ApiHost,
    credential: Credential,
}

/// A token, and how it is shown.
pub(crate) enum Credential {
    /// As GitHub takes it.
    Bearer(SecretString),
    /// As GitLab takes tokens of people and projects.
    Private(SecretString),
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Caller").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Caller {
    pub(crate) fn new(host: ApiHost, credential: Credential) -> Result<Self, ForgeError> {
        let (Credential::Bearer(token) | Credential::Private(token)) = &credential;
        if HeaderValue::from_str(token.expose_secret()).is_err() {
            return Err(ForgeError::Token);
        }
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| ForgeError::Client(Box::new(error)))?
                .with_root_certificates(roots)
                .with_no_client_auth();
        // A redirect would take the token along, and the API sends none for these calls.
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("gemmactl/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE);
        let builder = if host.is_loopback() { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| ForgeError::Client(Box::new(error)))?;
        Ok(Self { client, host, credential })
    }

    /// A call of the REST API.
    pub(crate) async fn rest(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, ForgeError> {
        let mut url = self.host.rest(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(method, url, body).await
    }

    /// A query or a mutation. What GraphQL calls an error is one.
    pub(crate) async fn graphql(&self, query: &str, variables: &Value) -> Result<Value, ForgeError> {
        let url = self.host.graphql();
        let call = format!("POST {url}");
        let body = serde_json::json!({"query": query, "variables": variables});
        let mut answer = self.send(Method::POST, url, Some(&body)).await?;
        let errors = answer.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
        if let Some(first) = errors.and_then(|errors| errors.first()) {
            let text = |key: &str| first.get(key).and_then(Value::as_str).unwrap_or_default();
            let status = match text("type") {
                "NOT_FOUND" => 404,
                "FORBIDDEN" | "INSUFFICIENT_SCOPES" | "RATE_LIMITED" => 403,
                "UNPROCESSABLE" => 422,
                _ => 200,
            };
            return Err(ForgeError::Refused { call, status, message: text("message").to_owned() });
        }
        match answer.get_mut("data").map(Value::take) {
            Some(data @ Value::Object(_)) => Ok(data),
            Some(_) | None => Err(ForgeError::lacking(call, ": it has no `data`")),
        }
    }

    async fn send(&self, method: Method, url: Url, body: Option<&Value>) -> Result<Value, ForgeError> {
        let call = format!("{method} {url}");
        debug!(call, "sending");
        let lost = |error: reqwest::Error| ForgeError::Unreachable {
            call: call.clone(),
            source: Box::new(error.without_url()),
        };
        let request = self.client.request(method, url);
        let request = match &self.credential {
            Credential::Bearer(token) => request
                .bearer_auth(token.expose_secret())
                .header("Accept", "application/vnd.github+json")
                .header("X-GitHub-Api-Version", "2022-11-28"),
            Credential::Private(token) => request.header("PRIVATE-TOKEN", token.expose_secret()),
        };
        let request = match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        };
        let mut answer = request.send().await.map_err(lost)?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(lost)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                return Err(ForgeError::lacking(call, ": it is too large"));
            }
        }
        trace!(call, status, bytes = bytes.len(), "answered");
        let read = serde_json::from_slice::<Value>(&bytes);
        if (200..300).contains(&status) {
            return read.map_err(|error| ForgeError::unread(call, error));
        }
        let message = match &read {
            Ok(value) => reason(value),
            Err(_) => "the answer is no JSON".to_owned(),
        };
        Err(ForgeError::Refused { call, status, message })
    }
}

/// Why the API refused, in its words: GitHub says a text, GitLab a text, or lists by field, or an `error`.
fn reason(answer: &Value) -> String {
    let said = answer.get("message").or_else(|| answer.get("error"));
    match said {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "no reason given".to_owned(),
        Some(other) => other.to_string(),
    }
}
