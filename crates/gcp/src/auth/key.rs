//! A service account's key: a signed assertion, exchanged at Google's token endpoint, whatever address the file names.
//! Source: OAuth 2.0 for server to server applications; RFC 7523.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{CloudError, Json};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::SigningKey;
use serde_json::json;

use super::courier::{Courier, OAUTH, Reply, SCOPE};
use super::failure::unusable;
use super::source::IdentityToken;
use super::{Fresh, Token};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How long an assertion is good for, in seconds; the most that is allowed.
const LIFETIME: u64 = 3600;

/// A key that can sign.
pub(super) struct ServiceAccountKey {
    pub(super) file: PathBuf,
    pub(super) email: String,
    key_id: Option<String>,
    key: Arc<dyn SigningKey>,
}

impl fmt::Debug for ServiceAccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccountKey").field("email", &self.email).finish_non_exhaustive()
    }
}

impl ServiceAccountKey {
    /// Reads the private key. Errors: it is no RSA key in PEM; the text never repeats it.
    pub(super) fn new(
        file: &Path,
        email: &str,
        key_id: Option<String>,
        private_key: &str,
    ) -> Result<Self, CloudError> {
        let key = PrivateKeyDer::from_pem_slice(private_key.as_bytes())
            .ok()
            .and_then(|key| any_supported_type(&key).ok())
            .filter(|key| key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).is_some())
            .ok_or_else(|| unusable(file, "its `private_key` is not understood"))?;
        Ok(Self { file: file.to_owned(), email: email.to_owned(), key_id, key })
    }

    pub(super) async fn fetch(&self, courier: &Courier<'_>) -> Result<Fresh, CloudError> {
        let reply = self.exchange(courier, ("scope", SCOPE)).await?;
        let token = reply.field("access_token").ok_or_else(|| self.refused(&reply))?;
        let member = Some(format!("serviceAccount:{}", self.email));
        Ok(Fresh {
            token: Token { secret: token.into(), quota_project: None, member },
            left: reply.lifetime(),
        })
    }

    pub(super) async fn identity(
        &self,
        courier: &Courier<'_>,
        audience: &str,
    ) -> Result<IdentityToken, CloudError> {
        let reply = self.exchange(courier, ("target_audience", audience)).await?;
        let token = reply.field("id_token").ok_or_else(|| self.refused(&reply))?;
        Ok(IdentityToken { secret: token.into(), note: None })
    }

    async fn exchange(&self, courier: &Courier<'_>, wanted: (&str, &str)) -> Result<Reply, CloudError> {
        let assertion = self.assertion(wanted, seconds_now())?;
        let reply = courier
            .post_form(&courier.hosts.oauth, &[("grant_type", GRANT), ("assertion", &assertion)])
            .await
            .map_err(|problem| unusable(&self.file, &problem))?;
        if reply.status == 200 { Ok(reply) } else { Err(self.refused(&reply)) }
    }

    fn refused(&self, reply: &Reply) -> CloudError {
        unusable(&self.file, &format!("Google gave no token for it: {}", reply.refusal()))
    }

    fn assertion(&self, (claim, value): (&str, &str), now: u64) -> Result<String, CloudError> {
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let (Some(id), Json::Object(header)) = (&self.key_id, &mut header) {
            header.insert("kid".to_owned(), id.as_str().into());
        }
        let mut claims =
            json!({ "iss": self.email, "sub": self.email, "aud": OAUTH, "iat": now, "exp": now + LIFETIME });
        if let Json::Object(claims) = &mut claims {
            claims.insert(claim.to_owned(), value.into());
        }
        let text = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", text(&header), text(&claims));
        let signature = self
            .key
            .choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])
            .and_then(|signer| signer.sign(signed.as_bytes()).ok())
            .ok_or_else(|| unusable(&self.file, "its `private_key` cannot sign"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[expect(clippy::disallowed_methods, reason = "an assertion says when it was made")]
fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
