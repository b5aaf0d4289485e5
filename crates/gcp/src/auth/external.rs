//! Workload identity federation: the token of another identity provider, exchanged at the Security Token Service.
//! Source: sts.googleapis.com v1 `token`; RFC 8693; AIP-4117.

use std::path::PathBuf;

use model::CloudError;
use secrecy::ExposeSecret;
use serde_json::json;

use super::courier::{Courier, SCOPE};
use super::failure::{no_identity, unusable};
use super::source::IdentityToken;
use super::subject::Subject;
use super::{Fresh, Token};

/// A file of type `external_account`.
pub(super) struct ExternalAccount {
    pub(super) file: PathBuf,
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    pub(super) subject: Subject,
    pub(super) quota_project: Option<String>,
    /// The project that a workforce user's calls count against.
    pub(super) workforce_project: Option<String>,
}

impl ExternalAccount {
    pub(super) async fn fetch(&self, courier: &Courier<'_>) -> Result<Fresh, CloudError> {
        let broken = |problem: String| unusable(&self.file, &problem);
        let subject = self.subject.token(courier).await.map_err(broken)?;
        let options =
            self.workforce_project.as_ref().map(|project| json!({ "userProject": project }).to_string());
        let mut form = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token_type", &self.subject_token_type),
            ("subject_token", subject.expose_secret()),
        ];
        if let Some(options) = &options {
            form.push(("options", options));
        }
        let reply = courier.post_form(&courier.hosts.exchange, &form).await.map_err(broken)?;
        match (reply.status, reply.field("access_token")) {
            (200, Some(token)) => {
                let token =
                    Token { secret: token.into(), quota_project: self.quota_project.clone(), member: None };
                Ok(Fresh { token, left: reply.lifetime() })
            }
            _ => Err(broken(format!(
                "the Security Token Service answered {}; compare the provider's audience and attribute condition with \
                 the token's claims",
                reply.refusal()
            ))),
        }
    }

    /// Federated identities have no identity tokens of Google's; a service account has.
    pub(super) fn identity(&self) -> Result<IdentityToken, CloudError> {
        Err(no_identity(
            &format!("workload identity federation by {}", self.file.display()),
            "Google makes none for federated identities",
            "add --impersonate-service-account with an account that may call the service and on which this identity \
             has roles/iam.serviceAccountTokenCreator",
        ))
    }
}
