//! Credential files as gcloud, the Google Cloud console and google-github-actions/auth write them. Reads a file once;
//! sends nothing. A file may name addresses of Google's token services only, and even those are not followed: tokens
//! are asked for at the known ones.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use model::{CloudError, Json};
use reqwest::Url;

use super::external::ExternalAccount;
use super::failure::unusable;
use super::impersonated::{Impersonated, Impersonation, LIFETIME};
use super::key::ServiceAccountKey;
use super::source::Source;
use super::subject::Subject;
use super::user::UserCredentials;
use crate::target::is_google;

/// Credential files are a few kilobytes.
const LARGEST: u64 = 1 << 20;

/// Reads a credential file. Errors: unreadable, not understood, of a type that is not supported, or naming an address
/// that is not Google's.
pub(super) fn read(file: &Path) -> Result<Source, CloudError> {
    let failed = |error: std::io::Error| unusable(file, &error.to_string());
    let mut text = String::new();
    // What has no length, such as a device, is not read to its end either.
    let mut start = std::fs::File::open(file).map_err(failed)?.take(LARGEST + 1);
    start.read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LARGEST {
        return Err(unusable(file, "it is too large for a credential file"));
    }
    parse(file, &text)
}

/// Understands the text of a credential file.
pub(super) fn parse(file: &Path, text: &str) -> Result<Source, CloudError> {
    // The parser's own words could repeat parts of the file.
    let json: Json = serde_json::from_str(text).map_err(|error| {
        unusable(file, &format!("it is not JSON (line {}, column {})", error.line(), error.column()))
    })?;
    understand(&Document { file, json: &json }, Depth::Outer)
}

/// Whether a document may hold another one.
#[derive(Clone, Copy)]
enum Depth {
    Outer,
    /// The credentials with which an account is impersonated.
    Inner,
}

struct Document<'a> {
    file: &'a Path,
    json: &'a Json,
}

impl Document<'_> {
    fn optional(&self, field: &str) -> Option<&str> {
        self.json.get(field).and_then(Json::as_str).filter(|value| !value.is_empty())
    }

    fn text(&self, field: &str) -> Result<&str, CloudError> {
        self.optional(field).ok_or_else(|| unusable(self.file, &format!("it has no `{field}`")))
    }

    fn owned(&self, field: &str) -> Option<String> {
        self.optional(field).map(str::to_owned)
    }

    /// Refuses a file that wants its secrets sent elsewhere.
    fn at_google(&self, field: &str, text: &str, takes: fn(&Url) -> bool) -> Result<(), CloudError> {
        match Url::parse(text) {
            Ok(url) if takes(&url) => Ok(()),
            Ok(_) | Err(_) => Err(unusable(self.file, &format!("its `{field}` is not one of Google's"))),
        }
    }
}

fn understand(document: &Document<'_>, depth: Depth) -> Result<Source, CloudError> {
    let file = document.file;
    if let Some(universe) = document.optional("universe_domain").filter(|domain| *domain != "googleapis.com")
    {
        let shown = plain(universe);
        return Err(unusable(
            file,
            &format!("it is for the cloud of `{shown}`, and gemmactl knows googleapis.com only"),
        ));
    }
    match (document.text("type")?, depth) {
        ("service_account", _) => {
            document.at_google("token_uri", document.text("token_uri")?, is_oauth)?;
            let (email, key) = (document.text("client_email")?, document.text("private_key")?);
            ServiceAccountKey::new(file, email, document.owned("private_key_id"), key).map(Source::Key)
        }
        ("authorized_user", _) => {
            if let Some(address) = document.optional("token_uri") {
                document.at_google("token_uri", address, is_oauth)?;
            }
            Ok(Source::User(UserCredentials {
                file: file.to_owned(),
                client_id: document.text("client_id")?.to_owned(),
                client_secret: document.text("client_secret")?.into(),
                refresh_token: document.text("refresh_token")?.into(),
                quota_project: document.owned("quota_project_id"),
            }))
        }
        ("external_account", _) => external(document),
        ("impersonated_service_account", Depth::Outer) => impersonated(document),
        (other, _) => Err(unusable(
            file,
            &format!(
                "credentials of type `{}` are not supported here; known are service_account, authorized_user, \
                 external_account and impersonated_service_account",
                plain(other)
            ),
        )),
    }
}

fn external(document: &Document<'_>) -> Result<Source, CloudError> {
    let file = document.file;
    document.at_google("token_url", document.text("token_url")?, |url| {
        is_google(url)
            && url.host_str().is_some_and(|host| host.starts_with("sts."))
            && url.path() == "/v1/token"
    })?;
    let source = document
        .json
        .get("credential_source")
        .ok_or_else(|| unusable(file, "it has no `credential_source`"))?;
    let external = Source::External(Box::new(ExternalAccount {
        file: file.to_owned(),
        audience: document.text("audience")?.to_owned(),
        subject_token_type: document.text("subject_token_type")?.to_owned(),
        subject: Subject::parse(source).map_err(|problem| unusable(file, &problem))?,
        quota_project: document.owned("quota_project_id"),
        workforce_project: document.owned("workforce_pool_user_project"),
    }));
    match document.optional("service_account_impersonation_url") {
        None => Ok(external),
        Some(url) => wrap(document, external, url),
    }
}

fn impersonated(document: &Document<'_>) -> Result<Source, CloudError> {
    let inner = document
        .json
        .get("source_credentials")
        .ok_or_else(|| unusable(document.file, "it has no `source_credentials`"))?;
    let base = understand(&Document { file: document.file, json: inner }, Depth::Inner)?;
    wrap(document, base, document.text("service_account_impersonation_url")?)
}

fn wrap(document: &Document<'_>, base: Source, url: &str) -> Result<Source, CloudError> {
    let delegates = document.json.get("delegates").and_then(Json::as_array).into_iter().flatten();
    let delegates = delegates.filter_map(Json::as_str).map(str::to_owned).collect();
    let who = Impersonation::of_url(url, delegates).ok_or_else(|| {
        unusable(document.file, "its `service_account_impersonation_url` is not one of Google's")
    })?;
    let lifetime = document
        .json
        .pointer("/service_account_impersonation/token_lifetime_seconds")
        .and_then(Json::as_u64)
        .map_or(LIFETIME, Duration::from_secs);
    Ok(Source::Impersonated(Impersonated {
        lifetime,
        quota_project: document.owned("quota_project_id"),
        ..Impersonated::new(base, who)
    }))
}

/// Google's token endpoint, also as old files write it.
fn is_oauth(url: &Url) -> bool {
    is_google(url) || url.as_str().starts_with("https://accounts.google.com/o/oauth2/")
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')).take(40).collect()
}
