//! The token of another identity provider, as an `external_account` file says where to get it: from a file, or from
//! an address, as GitHub Actions has it. Runs no program.

use std::path::PathBuf;

use model::Json;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

use super::courier::{Courier, deliver};
use crate::http::{Proxies, client};

/// Where the token is.
pub(super) struct Subject {
    place: Place,
    /// The field of a JSON document that holds it; without it the whole text is the token.
    field: Option<String>,
}

enum Place {
    File(PathBuf),
    Address { url: Url, headers: HeaderMap, proxies: Proxies },
}

/// The largest file that is read.
const LARGEST: u64 = 1 << 20;

impl Subject {
    /// Understands `credential_source`. Errors: a source that is not supported, with the reason.
    pub(super) fn parse(source: &Json) -> Result<Self, String> {
        let text = |pointer: &str| source.pointer(pointer).and_then(Json::as_str);
        let field = match text("/format/type") {
            None | Some("text") => None,
            Some("json") => Some(
                text("/format/subject_token_field_name")
                    .ok_or("its `credential_source.format` has no `subject_token_field_name`")?
                    .to_owned(),
            ),
            Some(_) => return Err("its `credential_source.format.type` is neither text nor json".to_owned()),
        };
        let place = if source.get("executable").is_some() {
            return Err(
                "its `credential_source` runs a program, which gemmactl never does for a credential file; \
                        let that program write the token to a file, and name the file instead"
                    .to_owned(),
            );
        } else if source.get("environment_id").is_some() {
            return Err(
                "its `credential_source` is for Amazon's machines, which is not supported; impersonate a \
                        service account from another source instead"
                    .to_owned(),
            );
        } else if source.get("certificate").is_some() {
            return Err("its `credential_source` is a client certificate, which is not supported".to_owned());
        } else if let Some(url) = text("/url") {
            address(url, source.get("headers"))?
        } else if let Some(file) = text("/file") {
            Place::File(file.into())
        } else {
            return Err("its `credential_source` has neither `file` nor `url`".to_owned());
        };
        Ok(Self { place, field })
    }

    /// Gets the token. Errors never repeat what was read.
    pub(super) async fn token(&self, courier: &Courier<'_>) -> Result<SecretString, String> {
        let (text, from) = match &self.place {
            Place::File(path) => (read(path).await?, path.display().to_string()),
            Place::Address { url, headers, proxies } => {
                let own;
                let client = match proxies {
                    Proxies::Used => courier.client(),
                    Proxies::Ignored => {
                        own = client(Proxies::Ignored).map_err(|error| error.message)?;
                        &own
                    }
                };
                let reply = deliver(client.get(url.clone()).headers(headers.clone())).await?;
                let host = url.host_str().unwrap_or("the identity provider").to_owned();
                if reply.status != 200 {
                    return Err(format!("{host} gave no token of its own: it answered {}", reply.refusal()));
                }
                (reply.text, host)
            }
        };
        let token = match &self.field {
            None => Some(text.trim().to_owned()),
            Some(field) => serde_json::from_str::<Json>(&text)
                .ok()
                .and_then(|json| json.get(field).and_then(Json::as_str).map(str::to_owned)),
        };
        token
            .filter(|token| !token.is_empty())
            .map(SecretString::from)
            .ok_or_else(|| format!("what {from} holds is no token of the form that the file describes"))
    }
}

async fn read(path: &PathBuf) -> Result<String, String> {
    let broken = |error: std::io::Error| format!("its token file {}: {error}", path.display());
    if tokio::fs::metadata(path).await.map_err(broken)?.len() > LARGEST {
        return Err(format!("its token file {} is too large for a token", path.display()));
    }
    tokio::fs::read_to_string(path).await.map_err(broken)
}

/// Checks the address: `https`, or plain `http` to a metadata address or this machine. Nothing of Google's is sent
/// there, only the headers that stand beside it in the same file.
fn address(text: &str, headers: Option<&Json>) -> Result<Place, String> {
    let url = Url::parse(text).map_err(|_| "its `credential_source.url` is no URL")?;
    let host = url.host_str().unwrap_or_default();
    let near = host == "169.254.169.254" || crate::target::is_loopback(&url);
    let proxies = match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            return Err("its `credential_source.url` carries a user name or password".to_owned());
        }
        "http" if near => Proxies::Ignored,
        "https" => Proxies::Used,
        _ => return Err("its `credential_source.url` is neither https nor a metadata address".to_owned()),
    };
    let mut known = HeaderMap::new();
    for (name, value) in headers.and_then(Json::as_object).into_iter().flatten() {
        let pair = HeaderName::try_from(name.as_str())
            .ok()
            .zip(value.as_str().and_then(|value| HeaderValue::try_from(value).ok()));
        let Some((name, mut value)) = pair else {
            return Err("its `credential_source.headers` are no headers".to_owned());
        };
        value.set_sensitive(true);
        known.insert(name, value);
    }
    Ok(Place::Address { url, headers: known, proxies })
}
