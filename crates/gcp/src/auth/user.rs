//! A user's refresh token, exchanged at Google's token endpoint, whatever address the file names.
//! Source: OAuth 2.0 for installed applications, "Refreshing an access token".

use std::path::PathBuf;

use model::CloudError;
use secrecy::{ExposeSecret, SecretString};

use super::courier::{Courier, Reply};
use super::failure::{no_identity, unusable};
use super::source::IdentityToken;
use super::{Fresh, Token};

/// What `gcloud auth application-default login` writes.
pub(super) struct UserCredentials {
    pub(super) file: PathBuf,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) refresh_token: SecretString,
    pub(super) quota_project: Option<String>,
}

impl UserCredentials {
    pub(super) async fn fetch(&self, courier: &Courier<'_>) -> Result<Fresh, CloudError> {
        let reply = self.refresh(courier).await?;
        let Some(token) = reply.field("access_token") else { return Err(self.refused(&reply)) };
        let token = Token { secret: token.into(), quota_project: self.quota_project.clone(), member: None };
        Ok(Fresh { token, left: reply.lifetime() })
    }

    /// The token endpoint adds an identity token where the login asked for `openid`, as gcloud's does. Its audience is
    /// the client of that login, whatever audience is wanted: Cloud Run may refuse it.
    pub(super) async fn identity(&self, courier: &Courier<'_>) -> Result<IdentityToken, CloudError> {
        let reply = self.refresh(courier).await?;
        let shown = format!("the user login in {}", self.file.display());
        let token = reply.field("id_token").ok_or_else(|| {
            no_identity(
                &shown,
                "it was made without the right `openid`",
                "use `gcloud auth print-identity-token`, or --impersonate-service-account with an account that may \
                 call the service",
            )
        })?;
        Ok(IdentityToken {
            secret: token.into(),
            note: Some(
                "a user's token is made for gcloud's client, not for this service; if the service answers 401 or \
                 403, use `gcloud auth print-identity-token`, or --impersonate-service-account with an account that \
                 may call it"
                    .to_owned(),
            ),
        })
    }

    async fn refresh(&self, courier: &Courier<'_>) -> Result<Reply, CloudError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose_secret()),
            ("refresh_token", self.refresh_token.expose_secret()),
        ];
        let reply = courier
            .post_form(&courier.hosts.oauth, &form)
            .await
            .map_err(|problem| unusable(&self.file, &problem))?;
        if reply.status == 200 { Ok(reply) } else { Err(self.refused(&reply)) }
    }

    fn refused(&self, reply: &Reply) -> CloudError {
        unusable(&self.file, &format!("Google answered {}", reply.refusal()))
    }
}
