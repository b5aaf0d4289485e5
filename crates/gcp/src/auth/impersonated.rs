//! A service account's tokens, asked for with those of another source. Source: iamcredentials v1
//! `generateAccessToken` and `generateIdToken`.

use std::str::FromStr;
use std::time::Duration;

use model::{CloudError, ErrorKind, Json, last_part};
use reqwest::Url;
use serde_json::json;

use super::courier::{Courier, Reply, SCOPE};
use super::source::{IdentityToken, Source};
use super::{Fresh, Token};
use crate::target::is_google;

/// Whose tokens are wanted, and the accounts that lie between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impersonation {
    /// The account's e-mail address.
    account: String,
    /// The accounts by way of which it is reached, each of which may make tokens of the next.
    delegates: Vec<String>,
}

/// What was given is no list of service accounts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is no service account's e-mail address, such as deployer@my-project.iam.gserviceaccount.com"
)]
pub struct ImpersonationError {
    /// What was given.
    pub given: String,
}

impl FromStr for Impersonation {
    type Err = ImpersonationError;

    /// Reads one account, or a chain of them with the wanted account last, as gcloud takes it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut accounts: Vec<String> = text.split(',').map(|part| part.trim().to_owned()).collect();
        if let Some(wrong) = accounts.iter().find(|account| !is_account(account)) {
            return Err(ImpersonationError { given: wrong.clone() });
        }
        let account = accounts.pop().ok_or_else(|| ImpersonationError { given: text.to_owned() })?;
        Ok(Self { account, delegates: accounts })
    }
}

/// Whether a text can be an account's address, and can stand in a path as it is.
fn is_account(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
    };
    text.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
}

impl Impersonation {
    /// The account's e-mail address.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Reads the address that a credential file names. `None`: it is none of Google's, or of another form.
    pub(super) fn of_url(text: &str, delegates: Vec<String>) -> Option<Self> {
        let url = Url::parse(text).ok().filter(is_google)?;
        let host = url.host_str()?;
        if !host.starts_with("iamcredentials.") || url.query().is_some() {
            return None;
        }
        let account = url
            .path()
            .strip_prefix("/v1/projects/-/serviceAccounts/")?
            .strip_suffix(":generateAccessToken")?;
        let account = account.replace("%40", "@");
        let delegates: Vec<String> =
            delegates.into_iter().map(|delegate| last_part(&delegate).to_owned()).collect();
        (is_account(&account) && delegates.iter().all(|delegate| is_account(delegate)))
            .then_some(Self { account, delegates })
    }
}

/// A source whose tokens are exchanged for those of a service account.
pub(super) struct Impersonated {
    pub(super) base: Box<Source>,
    pub(super) who: Impersonation,
    pub(super) lifetime: Duration,
    pub(super) quota_project: Option<String>,
}

/// The longest that an account's token lives unless its organisation allows more.
pub(super) const LIFETIME: Duration = Duration::from_hours(1);

impl Impersonated {
    pub(super) fn new(base: Source, who: Impersonation) -> Self {
        Self { base: Box::new(base), who, lifetime: LIFETIME, quota_project: None }
    }

    pub(super) async fn fetch(&self, courier: &Courier<'_>) -> Result<Fresh, CloudError> {
        let body = json!({ "scope": [SCOPE], "lifetime": format!("{}s", self.lifetime.as_secs()) });
        let (reply, base) = self.ask(courier, "generateAccessToken", body).await?;
        let token = reply.field("accessToken").ok_or_else(|| self.refused(&reply, &base))?;
        Ok(Fresh {
            token: Token {
                secret: token.into(),
                quota_project: self.quota_project.clone(),
                member: Some(format!("serviceAccount:{}", self.who.account)),
            },
            // The API grants what was asked or refuses; its own `expireTime` would need a clock that agrees with it.
            left: self.lifetime,
        })
    }

    pub(super) async fn identity(
        &self,
        courier: &Courier<'_>,
        audience: &str,
    ) -> Result<IdentityToken, CloudError> {
        let body = json!({ "audience": audience, "includeEmail": true });
        let (reply, base) = self.ask(courier, "generateIdToken", body).await?;
        let token = reply.field("token").ok_or_else(|| self.refused(&reply, &base))?;
        Ok(IdentityToken { secret: token.into(), note: None })
    }

    async fn ask(
        &self,
        courier: &Courier<'_>,
        verb: &str,
        mut body: Json,
    ) -> Result<(Reply, Token), CloudError> {
        let base = Box::pin(self.base.fetch(courier)).await?.token;
        if let (Json::Object(body), [_, ..]) = (&mut body, self.who.delegates.as_slice()) {
            let delegates: Vec<String> = self
                .who
                .delegates
                .iter()
                .map(|delegate| format!("projects/-/serviceAccounts/{delegate}"))
                .collect();
            body.insert("delegates".to_owned(), json!(delegates));
        }
        let path = format!("v1/projects/-/serviceAccounts/{}:{verb}", self.who.account);
        let reply = courier
            .post_to_iam(&path, &base.secret, base.quota_project.as_deref(), &body)
            .await
            .map_err(|problem| self.failed(&problem))?;
        if reply.status == 200 { Ok((reply, base)) } else { Err(self.refused(&reply, &base)) }
    }

    fn failed(&self, problem: &str) -> CloudError {
        CloudError::new(
            ErrorKind::Credentials,
            format!("{} cannot be impersonated: {problem}", self.who.account),
        )
    }

    fn refused(&self, reply: &Reply, base: &Token) -> CloudError {
        let account = &self.who.account;
        let next = if reply.text.contains("SERVICE_DISABLED") {
            "enable the API: gcloud services enable iamcredentials.googleapis.com".to_owned()
        } else if reply.status == 404 {
            format!("check the address; gcloud iam service-accounts describe {account}")
        } else {
            let member = base.member.as_deref().unwrap_or("MEMBER");
            format!(
                "whoever impersonates it needs roles/iam.serviceAccountTokenCreator on it: gcloud iam \
                 service-accounts add-iam-policy-binding {account} --member={member} \
                 --role=roles/iam.serviceAccountTokenCreator; a new grant takes a few minutes"
            )
        };
        self.failed(&format!("IAM Credentials answered {}", reply.refusal())).with_help(next)
    }
}
