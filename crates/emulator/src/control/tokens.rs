//! Identity tokens in the shape of Google's, sealed with a key of the emulator's own, and access tokens that say whose
//! they are: worth nothing anywhere else.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::blobs::sha256_hex;

/// Not a secret: the tokens guard nothing but an emulated service on this machine, and must outlive a restart.
const SEAL: &str = "emulated identity token";

/// What minted access tokens begin with.
const ACCESS: &str = "ya29.emulated.";

/// What a checked token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Whom it stands for.
    pub(crate) email: String,
    /// For which service.
    pub(crate) audience: String,
}

/// Makes a token.
pub(crate) fn issue(email: &str, subject: &str, audience: &str, until: Timestamp, now: Timestamp) -> String {
    let header = json!({ "alg": "HS256", "kid": "emulator", "typ": "JWT" });
    let claims = json!({
        "iss": "https://accounts.google.com",
        "aud": audience,
        "azp": subject,
        "sub": subject,
        "email": email,
        "email_verified": true,
        "iat": now.as_second(),
        "exp": until.as_second(),
    });
    let body = format!("{}.{}", encode(&header), encode(&claims));
    let seal = seal(&body);
    format!("{body}.{seal}")
}

/// The claims of a token of ours that has not expired.
pub(crate) fn check(token: &str, now: Timestamp) -> Option<Claims> {
    let (body, given) = token.rsplit_once('.')?;
    if given != seal(body) {
        return None;
    }
    let (_, claims) = body.split_once('.')?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    if claims.get("exp")?.as_i64()? <= now.as_second() {
        return None;
    }
    Some(Claims {
        email: claims.get("email")?.as_str()?.to_owned(),
        audience: claims.get("aud")?.as_str()?.to_owned(),
    })
}

/// An access token of a service account; it tells the emulator who calls.
pub(crate) fn access_token(email: &str, now: Timestamp) -> String {
    format!("{ACCESS}{}.{}", URL_SAFE_NO_PAD.encode(email), now.as_microsecond())
}

/// The member whom a request's token stands for, if it says so: a minted one of either sort, or `as:EMAIL`.
pub(crate) fn caller(headers: &HeaderMap, now: Timestamp) -> Option<String> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (_, token) = value.split_once(' ')?;
    if let Some(email) = token.strip_prefix("as:") {
        return Some(member(email));
    }
    if let Some(claims) = check(token, now) {
        return Some(member(&claims.email));
    }
    let (email, _) = token.strip_prefix(ACCESS)?.split_once('.')?;
    let email = String::from_utf8(URL_SAFE_NO_PAD.decode(email).ok()?).ok()?;
    Some(member(&email))
}

/// An e-mail as a policy member.
pub(crate) fn member(email: &str) -> String {
    let kind = if email.ends_with(".gserviceaccount.com") { "serviceAccount" } else { "user" };
    format!("{kind}:{email}")
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn seal(body: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256_hex(format!("{SEAL}.{body}").as_bytes()))
}
