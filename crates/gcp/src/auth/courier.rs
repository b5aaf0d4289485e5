//! Carries requests for tokens: the addresses they may go to, no redirects, small answers, a second try when the
//! other side is busy. Knows no kind of credential.

use std::time::Duration;

use bytes::BytesMut;
use model::Json;
use reqwest::header::AUTHORIZATION;
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

use super::failure::with_causes;
use crate::Endpoint;
use crate::http::HIDDEN;

/// Where the services are that hand out tokens: Google's, or the endpoint on this machine that stands for them all.
/// A credential file cannot name others.
pub(super) struct Hosts {
    /// OAuth 2.0: refresh tokens and signed assertions.
    pub(super) oauth: String,
    /// Security Token Service: tokens of other identity providers.
    pub(super) exchange: String,
    /// IAM Credentials, without a trailing slash.
    pub(super) iam_credentials: String,
    /// Whose token it is, by OAuth's identity layer.
    pub(super) userinfo: String,
}

impl Hosts {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Override(url) if endpoint.is_loopback() => Self {
                oauth: format!("{url}/token"),
                exchange: format!("{url}/v1/token"),
                iam_credentials: url.to_string(),
                userinfo: format!("{url}/v1/userinfo"),
            },
            Endpoint::Override(_) | Endpoint::Google => Self {
                oauth: OAUTH.to_owned(),
                exchange: "https://sts.googleapis.com/v1/token".to_owned(),
                iam_credentials: "https://iamcredentials.googleapis.com".to_owned(),
                userinfo: "https://openidconnect.googleapis.com/v1/userinfo".to_owned(),
            },
        }
    }
}

/// Google's token endpoint, which is also whom a signed assertion is for.
pub(super) const OAUTH: &str = "https://oauth2.googleapis.com/token";

/// The right that is asked for; what it allows is decided by IAM.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Sends requests for tokens.
pub(super) struct Courier<'a> {
    client: &'a Client,
    pub(super) hosts: &'a Hosts,
}

/// An answer, whatever its status.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) text: String,
    /// Whether it carries the header by which a metadata server is known.
    pub(super) from_metadata: bool,
}

impl Reply {
    /// A text field of a JSON answer.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.json().get(name).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The answer as JSON; null where it is none.
    pub(super) fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// How long a token of this answer can be used; an hour where it does not say.
    pub(super) fn lifetime(&self) -> Duration {
        Duration::from_secs(self.json().get("expires_in").and_then(Json::as_u64).unwrap_or(3600))
    }

    /// What a refusal says, in OAuth's form or in that of Google's APIs; never the whole answer.
    pub(super) fn refusal(&self) -> String {
        let json = self.json();
        let text = |pointer: &str| json.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        let words: Vec<&str> =
            [text("/error"), text("/error_description"), text("/error/status"), text("/error/message")]
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect();
        match words.as_slice() {
            [] => format!("{} and no reason", self.status),
            words => format!("{} {}", self.status, words.join(" ")),
        }
    }
}

/// Token endpoints answer in well under a second.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer that is read; tokens are a few kilobytes.
const LARGEST: usize = 1 << 20;
/// Waiting times before the second and the third try.
const AGAIN: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(500)];

impl<'a> Courier<'a> {
    pub(super) fn new(client: &'a Client, hosts: &'a Hosts) -> Self {
        Self { client, hosts }
    }

    /// The client that goes by the proxies of the environment.
    pub(super) fn client(&self) -> &'a Client {
        self.client
    }

    /// Posts a form, as token endpoints take it.
    pub(super) async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Reply, String> {
        let mut encoder = Url::parse(url).map_err(|error| error.to_string())?;
        encoder.query_pairs_mut().clear().extend_pairs(form);
        let body = encoder.query().unwrap_or_default().to_owned();
        let request =
            self.client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        deliver(request).await
    }

    /// Posts JSON with a token to IAM Credentials.
    pub(super) async fn post_to_iam(
        &self,
        path: &str,
        bearer: &SecretString,
        quota_project: Option<&str>,
        body: &Json,
    ) -> Result<Reply, String> {
        let url = format!("{}/{path}", self.hosts.iam_credentials);
        let mut request = self.client.post(url).bearer_auth(bearer.expose_secret()).json(body);
        if let Some(project) = quota_project {
            request = request.header("X-Goog-User-Project", project);
        }
        deliver(request).await
    }

    /// Reads with a token.
    pub(super) async fn get_with(&self, url: &str, bearer: &SecretString) -> Result<Reply, String> {
        deliver(self.client.get(url).bearer_auth(bearer.expose_secret())).await
    }
}

/// Sends a request, again when the other side is busy. All of these requests may be repeated: a token too many harms
/// nobody. The error says whose answer is missing, and holds nothing of the request.
pub(super) async fn deliver(request: RequestBuilder) -> Result<Reply, String> {
    let mut waits = AGAIN.iter();
    loop {
        let attempt = request.try_clone().ok_or_else(|| "the request cannot be sent again".to_owned())?;
        let result = deliver_once(attempt).await;
        let busy = match &result {
            Ok(reply) => reply.status == 429 || reply.status >= 500,
            Err(_) => true,
        };
        match waits.next() {
            Some(wait) if busy => tokio::time::sleep(*wait).await,
            Some(_) | None => return result,
        }
    }
}

/// Sends a request once.
pub(super) async fn deliver_once(request: RequestBuilder) -> Result<Reply, String> {
    let (client, request) = request.timeout(TIMEOUT).build_split();
    let request = request.map_err(|error| with_causes(&error.without_url()))?;
    let host = request.url().host_str().unwrap_or("the address").to_owned();
    let secrets = secrets_of(&request);
    let broken =
        |error: reqwest::Error| format!("no answer from {host}: {}", with_causes(&error.without_url()));
    let mut answer = client.execute(request).await.map_err(broken)?;
    let status = answer.status().as_u16();
    if (300..400).contains(&status) {
        return Err(format!(
            "{host} answers with a redirect (HTTP status {status}), which is never followed"
        ));
    }
    let from_metadata = answer.headers().get("metadata-flavor").is_some_and(|flavor| flavor == "Google");
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(format!("the answer of {host} is larger than any token"));
        }
        body.extend_from_slice(&chunk);
    }
    let mut text = String::from_utf8_lossy(&body).into_owned();
    // What a refusal says is shown, and whoever refuses may repeat what it was sent.
    for secret in secrets.iter().filter(|_| !(200..300).contains(&status)) {
        text = text.replace(secret.expose_secret(), HIDDEN);
    }
    Ok(Reply { status, text, from_metadata })
}

/// Fields of a form that are secrets. Source: RFC 6749, RFC 7523, RFC 8693.
const SECRET_FIELDS: [&str; 4] = ["client_secret", "refresh_token", "assertion", "subject_token"];

/// The secrets that a request bears, as they are sent: the token of its header, and those of a form, plain and encoded.
fn secrets_of(request: &reqwest::Request) -> Vec<SecretString> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let form =
        request.body().and_then(reqwest::Body::as_bytes).map(String::from_utf8_lossy).unwrap_or_default();
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let encoded = pairs.filter(|(name, _)| SECRET_FIELDS.contains(name)).map(|(_, value)| value.to_owned());
    let mut secrets: Vec<String> = bearer.into_iter().collect();
    for value in encoded {
        let url = Url::parse(&format!("http://form/?secret={value}"));
        secrets.extend(url.iter().flat_map(Url::query_pairs).map(|(_, plain)| plain.into_owned()));
        secrets.push(value);
    }
    secrets.into_iter().filter(|secret| !secret.is_empty()).map(SecretString::from).collect()
}
