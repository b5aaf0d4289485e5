//! One source of tokens: what each kind can give, and for whom it stands.

use model::CloudError;
use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;

use super::courier::Courier;
use super::external::ExternalAccount;
use super::failure::no_identity;
use super::gcloud::Gcloud;
use super::impersonated::Impersonated;
use super::key::ServiceAccountKey;
use super::metadata::MetadataServer;
use super::user::UserCredentials;
use super::{Fresh, Token};

/// A source that was found.
pub(super) enum Source {
    /// A token that was given as it is.
    Given(SecretString),
    /// An endpoint on this machine, which takes a token that is worth nothing elsewhere.
    Loopback(MetadataServer),
    /// A user's refresh token.
    User(UserCredentials),
    /// A service account's key.
    Key(ServiceAccountKey),
    /// The token of another identity provider.
    External(Box<ExternalAccount>),
    /// The metadata server of this machine.
    Metadata(MetadataServer),
    /// gcloud's own login.
    Gcloud(Gcloud),
    /// A service account, by way of another source.
    Impersonated(Impersonated),
}

/// A token that tells a service who calls it.
#[derive(Debug)]
pub struct IdentityToken {
    /// The token.
    pub secret: SecretString,
    /// What its user should know.
    pub note: Option<String>,
}

/// Which source gives the tokens, and for whom they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The source, for people.
    pub source: String,
    /// The policy member, where it can be told.
    pub member: Option<String>,
    /// The project that the source wants calls to count against.
    pub quota_project: Option<String>,
    /// How long the token that is at hand can still be used, where its source tells.
    pub left: Option<Duration>,
}

/// What an endpoint on this machine is sent instead of a credential.
const LOOPBACK_TOKEN: &str = "gemmactl-loopback-token";

/// As long as a run may last: the token is not fetched from anywhere.
const FOREVER: Duration = Duration::from_hours(24 * 365);

impl Source {
    /// Whether there is only the one token that was given.
    pub(super) fn is_fixed(&self) -> bool {
        match self {
            Self::Given(_) | Self::Loopback(_) => true,
            Self::User(_)
            | Self::Key(_)
            | Self::External(_)
            | Self::Metadata(_)
            | Self::Gcloud(_)
            | Self::Impersonated(_) => false,
        }
    }

    /// Fetches a new token.
    pub(super) async fn fetch(&self, courier: &Courier<'_>) -> Result<Fresh, CloudError> {
        let fixed = |secret: SecretString| Fresh {
            token: Token { secret, quota_project: None, member: None },
            left: FOREVER,
        };
        match self {
            Self::Given(secret) => Ok(fixed(secret.clone())),
            Self::Loopback(_) => Ok(fixed(LOOPBACK_TOKEN.into())),
            Self::User(user) => user.fetch(courier).await,
            Self::Key(key) => key.fetch(courier).await,
            Self::External(external) => external.fetch(courier).await,
            Self::Metadata(server) => server.fetch().await,
            Self::Gcloud(gcloud) => gcloud.fetch().await,
            Self::Impersonated(impersonated) => impersonated.fetch(courier).await,
        }
    }

    /// Fetches an identity token for an audience.
    pub(super) async fn identity(
        &self,
        courier: &Courier<'_>,
        audience: &str,
    ) -> Result<IdentityToken, CloudError> {
        match self {
            Self::Given(_) => Err(no_identity(
                &self.shown(),
                "no other token can be made of it",
                "use other credentials, or add --impersonate-service-account with an account that may call the service",
            )),
            Self::User(user) => user.identity(courier).await,
            Self::Key(key) => key.identity(courier, audience).await,
            Self::External(external) => external.identity(),
            Self::Loopback(server) | Self::Metadata(server) => server.identity(audience).await,
            Self::Gcloud(gcloud) => gcloud.identity(audience).await,
            Self::Impersonated(impersonated) => impersonated.identity(courier, audience).await,
        }
    }

    /// For whom a token of this source stands.
    pub(super) async fn caller(&self, courier: &Courier<'_>, token: &Token) -> Caller {
        let member = match (&token.member, self) {
            (Some(member), _) => Some(member.clone()),
            (None, Self::Loopback(server) | Self::Metadata(server)) => {
                server.email().await.map(|email| member_of(&email))
            }
            (
                None,
                Self::Given(_)
                | Self::User(_)
                | Self::Key(_)
                | Self::External(_)
                | Self::Gcloud(_)
                | Self::Impersonated(_),
            ) => match courier.get_with(&courier.hosts.userinfo, &token.secret).await {
                Ok(reply) if reply.status == 200 => reply.field("email").map(|email| member_of(&email)),
                Ok(_) | Err(_) => None,
            },
        };
        Caller { source: self.shown(), member, quota_project: token.quota_project.clone(), left: None }
    }

    /// The source, for people.
    pub(super) fn shown(&self) -> String {
        let file = |kind: &str, file: &PathBuf| format!("{kind} in {}", file.display());
        match self {
            Self::Given(_) => "the given access token".to_owned(),
            Self::Loopback(_) => "a token for the endpoint on this machine".to_owned(),
            Self::User(user) => file("the user login", &user.file),
            Self::Key(key) => file("the service account key", &key.file),
            Self::External(external) => file("workload identity federation as", &external.file),
            Self::Metadata(_) => "the metadata server".to_owned(),
            Self::Gcloud(_) => "gcloud's own login".to_owned(),
            Self::Impersonated(impersonated) => {
                format!("{}, impersonated by {}", impersonated.who.account(), impersonated.base.shown())
            }
        }
    }
}

/// An account's address as a policy member.
pub(super) fn member_of(email: &str) -> String {
    let kind = if email.ends_with(".gserviceaccount.com") { "serviceAccount" } else { "user" };
    format!("{kind}:{email}")
}
