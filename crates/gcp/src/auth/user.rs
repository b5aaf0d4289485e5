//! A user's refresh token, exchanged at Google's token endpoint.
//!
//! `gcp_auth` knows this file only at its own default path, which ignores `CLOUDSDK_CONFIG` and
//! `GOOGLE_APPLICATION_CREDENTIALS`, and hides why an exchange failed; so the exchange is done here.
//! Source: OAuth 2.0 for installed applications, "Refreshing an access token".

use std::path::PathBuf;
use std::time::Duration;

use model::{CloudError, Json};
use secrecy::{ExposeSecret, SecretString};

use super::failure::{unusable, with_causes};
use super::{Fresh, Token};
use crate::http::Wire;

/// What `gcloud auth application-default login` writes.
pub(super) struct UserCredentials {
    pub(super) file: PathBuf,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) refresh_token: SecretString,
    pub(super) quota_project: Option<String>,
    /// Where it is exchanged: [`TOKEN_URL`], whatever the file says.
    pub(super) token_url: String,
}

/// Google's token endpoint.
pub(super) const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

impl UserCredentials {
    pub(super) async fn fetch(&self, wire: &Wire) -> Result<Fresh, CloudError> {
        let request =
            wire.client().post(&self.token_url).timeout(Duration::from_secs(20)).json(&serde_json::json!({
                "grant_type": "refresh_token",
                "client_id": self.client_id,
                "client_secret": self.client_secret.expose_secret(),
                "refresh_token": self.refresh_token.expose_secret(),
            }));
        let answer = request.send().await.map_err(|error| {
            unusable(
                &self.file,
                &format!("no answer from {}: {}", self.token_url, with_causes(&error.without_url())),
            )
        })?;
        let status = answer.status().as_u16();
        let body: Json = answer.json().await.unwrap_or_default();
        self.understand(status, &body)
    }

    fn understand(&self, status: u16, body: &Json) -> Result<Fresh, CloudError> {
        let field = |name: &str| body.get(name).and_then(Json::as_str);
        if let (200, Some(token)) = (status, field("access_token")) {
            let seconds = body.get("expires_in").and_then(Json::as_u64).unwrap_or(3600);
            let token =
                Token { secret: token.into(), quota_project: self.quota_project.clone(), member: None };
            Ok(Fresh { token, left: Duration::from_secs(seconds) })
        } else {
            let reason = field("error").unwrap_or("no reason given");
            let detail = field("error_description").unwrap_or_default();
            Err(unusable(&self.file, format!("Google answered {status} {reason} {detail}").trim_end()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credentials() -> UserCredentials {
        UserCredentials {
            file: "adc.json".into(),
            client_id: "c".into(),
            client_secret: "canary-secret".into(),
            refresh_token: "canary-refresh".into(),
            quota_project: Some("billing-project".into()),
            token_url: TOKEN_URL.into(),
        }
    }

    #[test]
    fn a_revoked_login_says_how_to_log_in_again() {
        let answer =
            json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."});
        let Err(error) = credentials().understand(400, &answer) else { panic!("taken") };
        assert!(error.message.contains("invalid_grant Token has been expired or revoked"), "{error}");
        assert!(error.help.unwrap().contains("gcloud auth application-default login"));
    }

    #[test]
    fn a_token_carries_the_quota_project_of_its_file() {
        let answer = json!({"access_token": "t", "expires_in": 3599});
        let Ok(fresh) = credentials().understand(200, &answer) else { panic!("refused") };
        assert_eq!(fresh.token.quota_project.as_deref(), Some("billing-project"));
    }
}
