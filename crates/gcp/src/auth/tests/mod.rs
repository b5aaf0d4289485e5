//! Every kind of credential against a server on this machine that answers for Google's token services.

mod cache;
mod external;
mod files;
mod found;
mod impersonated;
mod key;
mod machine;
mod user;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

/// An RSA key that was made for these tests and opens nothing.
const KEY: &str = include_str!("throwaway-key.pem");

/// What the server was asked.
#[derive(Debug, Clone)]
struct Asked {
    line: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Asked {
    fn form(&self) -> BTreeMap<String, String> {
        let url = reqwest::Url::parse(&format!("http://x/?{}", self.body)).unwrap();
        url.query_pairs().into_owned().collect()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A token service on this machine.
struct Fake {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    folder: tempfile::TempDir,
}

type Script = fn(&Asked, usize) -> (u16, Value);

impl Fake {
    /// Starts it; the script gets each request and how many came before it. A text is answered as it is.
    async fn new(script: Script) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let kept = Arc::clone(&asked);
        let app = Router::new().fallback(move |request: Request| {
            let kept = Arc::clone(&kept);
            async move {
                let (parts, body) = request.into_parts();
                let query = parts.uri.query().unwrap_or_default();
                let url = reqwest::Url::parse(&format!("http://x/?{query}")).unwrap();
                let body = to_bytes(body, usize::MAX).await.unwrap();
                let asked = Asked {
                    line: format!("{} {}", parts.method, parts.uri.path()),
                    query: url.query_pairs().into_owned().collect(),
                    headers: parts
                        .headers
                        .iter()
                        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                        .collect(),
                    body: String::from_utf8(body.to_vec()).unwrap(),
                };
                let before = kept.lock().unwrap().len();
                kept.lock().unwrap().push(asked.clone());
                let (status, answer) = script(&asked, before);
                let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
                let answer = Response::builder()
                    .status(status)
                    .header("metadata-flavor", "Google")
                    .header("location", "https://evil.example/token");
                answer.body(Body::from(text)).unwrap()
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, asked, folder: tempfile::tempdir().unwrap() }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// `127.0.0.1:PORT`.
    fn host(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Tokens for Google, as credentials on this machine give them, with Google's token services answered here.
    fn tokens(&self, auth: Auth) -> (Tokens, Wire) {
        let here = Endpoint::parse(&self.url).unwrap();
        let tokens = Tokens { hosts: Hosts::of(&here), ..Tokens::new(auth, &Endpoint::Google) };
        // The client of an endpoint on this machine uses no proxy.
        (tokens, Wire::new(&here).unwrap())
    }

    /// The same with a credential file.
    fn tokens_of(&self, file: &Value) -> (Tokens, Wire) {
        let path = self.write("credentials.json", &file.to_string());
        self.tokens(Auth { credential_file: Some(path), ..Auth::default() })
    }
}

/// What `gcloud auth application-default login` writes.
fn user_file() -> Value {
    json!({"type": "authorized_user", "client_id": "client", "client_secret": "canary-secret",
        "refresh_token": "canary-refresh", "quota_project_id": "billing-project", "universe_domain": "googleapis.com"})
}

/// What the console writes.
fn key_file() -> Value {
    json!({"type": "service_account", "client_email": "deployer@demo-project.iam.gserviceaccount.com",
        "private_key_id": "key-1", "private_key": KEY, "project_id": "demo-project",
        "token_uri": "https://oauth2.googleapis.com/token"})
}

/// An access token, as the token endpoint answers.
fn access() -> (u16, Value) {
    (200, json!({"access_token": "access-1", "expires_in": 3599, "token_type": "Bearer"}))
}

/// Counts a kind of credential for the summary of `.ci/run`.
fn tried(kind: &str) {
    assert!(!kind.is_empty());
    conformance::evidence::add("credential kinds tried against fakes", 1);
}

async fn secret(tokens: &Tokens, wire: &Wire) -> String {
    tokens.token(wire).await.unwrap().secret.expose_secret().to_owned()
}

async fn identity(tokens: &Tokens, wire: &Wire) -> String {
    tokens.identity(wire, SERVICE).await.unwrap().secret.expose_secret().to_owned()
}

/// The error of a token that cannot be had, which shows no secret.
async fn refusal(tokens: &Tokens, wire: &Wire) -> CloudError {
    let Err(error) = tokens.token(wire).await else { panic!("a token was given") };
    assert_eq!(error.kind, model::ErrorKind::Credentials);
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    error
}

const SERVICE: &str = "https://ollama-gemma-123456789012.europe-west1.run.app";

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
