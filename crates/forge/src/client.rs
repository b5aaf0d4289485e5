//! One call to the API. The only place where the token meets a request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::{ApiHost, ForgeError};

/// So long a call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A page of a hundred comments of the largest size.
const LARGEST: usize = 16 << 20;

/// Calls the API with a token.
pub(crate) struct Caller {
    client: Client,
    pub(crate) host: ApiHost,
    token: SecretString,
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Caller").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Caller {
    pub(crate) fn new(host: ApiHost, token: SecretString) -> Result<Self, ForgeError> {
        let broken = |error: &dyn fmt::Display| ForgeError::Client(error.to_string());
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| broken(&error))?
                .with_root_certificates(roots)
                .with_no_client_auth();
        // A redirect would take the token along, and the API sends none for these calls.
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("gemmactl/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE);
        let builder = if host.is_loopback() { builder.no_proxy() } else { builder };
        Ok(Self { client: builder.build().map_err(|error| broken(&error))?, host, token })
    }

    /// A call of the REST API.
    pub(crate) async fn rest(
        &self,
        method: Method,
        path: &[&str],
        body: &Value,
    ) -> Result<Value, ForgeError> {
        self.send(method, self.host.rest(path), body).await
    }

    /// A query or a mutation. What GraphQL calls an error is one.
    pub(crate) async fn graphql(&self, query: &str, variables: &Value) -> Result<Value, ForgeError> {
        let url = self.host.graphql();
        let call = format!("POST {url}");
        let body = serde_json::json!({"query": query, "variables": variables});
        let mut answer = self.send(Method::POST, url, &body).await?;
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
            Some(_) | None => Err(ForgeError::Malformed { call, problem: "it has no `data`".to_owned() }),
        }
    }

    async fn send(&self, method: Method, url: Url, body: &Value) -> Result<Value, ForgeError> {
        let call = format!("{method} {url}");
        let lost = |error: reqwest::Error| ForgeError::Unreachable {
            call: call.clone(),
            problem: error.without_url().to_string(),
        };
        let request = self
            .client
            .request(method, url)
            .bearer_auth(self.token.expose_secret())
            .header("Accept", "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .header("Content-Type", "application/json")
            .body(body.to_string());
        let mut answer = request.send().await.map_err(lost)?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(lost)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                return Err(ForgeError::Malformed { call, problem: "it is too large".to_owned() });
            }
        }
        let read = serde_json::from_slice::<Value>(&bytes);
        if (200..300).contains(&status) {
            return read.map_err(|error| ForgeError::Malformed { call, problem: error.to_string() });
        }
        let message = match &read {
            Ok(value) => value.get("message").and_then(Value::as_str).unwrap_or("no reason given").to_owned(),
            Err(_) => "the answer is no JSON".to_owned(),
        };
        Err(ForgeError::Refused { call, status, message })
    }
}
