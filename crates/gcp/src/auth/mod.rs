//! Tokens: where they come from, and one cache in front with a single fetch in flight.
//!
//! Nothing is opened or asked before the first request. This module reads no environment: the caller hands in what
//! its arguments and environment say. It must never print, log or format a token. Why no library does this:
//! `docs/decisions/0007-own-credentials.md`.

mod courier;
mod external;
mod failure;
mod file;
mod find;
mod gcloud;
mod impersonated;
mod key;
mod metadata;
mod source;
mod subject;
mod user;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::CloudError;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Endpoint;
use crate::http::Wire;
use courier::{Courier, Hosts};
pub(crate) use failure::{unsendable, with_causes};
pub use find::{Sight, Sighting};
pub use impersonated::{Impersonation, ImpersonationError};
use source::Source;
pub use source::{Caller, IdentityToken};

/// What the caller knows about credentials.
#[derive(Debug, Default)]
pub struct Auth {
    /// A ready access token (`--access-token-file`, `GEMMACTL_ACCESS_TOKEN`).
    pub access_token: Option<SecretString>,
    /// The file that `GOOGLE_APPLICATION_CREDENTIALS` names.
    pub credential_file: Option<PathBuf>,
    /// Where `gcloud auth application-default login` keeps its file.
    pub well_known_file: Option<PathBuf>,
    /// Where the metadata server is (`GCE_METADATA_HOST`), if not at its usual address.
    pub metadata_host: Option<String>,
    /// The folders in which the `gcloud` command is looked for (`PATH`).
    pub search_path: Option<OsString>,
    /// The service account whose tokens are asked for with those of the source.
    pub impersonate: Option<Impersonation>,
}

/// A token ready to be sent.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: SecretString,
    /// The project that the credential file wants the calls to count against.
    pub(crate) quota_project: Option<String>,
    /// The member that the token speaks for, where the source tells.
    pub(crate) member: Option<String>,
}

/// A token fresh from its source.
pub(crate) struct Fresh {
    token: Token,
    /// How long it can be used.
    left: Duration,
}

struct Kept {
    token: Token,
    refresh: Instant,
    /// When it ends, where its source tells.
    end: Option<Instant>,
}

/// The tokens of one target.
pub(crate) struct Tokens {
    auth: Auth,
    endpoint: Endpoint,
    hosts: Hosts,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    source: Option<Source>,
    kept: Option<Kept>,
}

/// How long before its end a token is fetched anew.
const EARLY: Duration = Duration::from_mins(5);

/// No token is kept longer than any run lasts: what a source says of its life may be more than a clock can hold.
const LONGEST: Duration = Duration::from_hours(24 * 365);

impl Tokens {
    pub(crate) fn new(auth: Auth, endpoint: &Endpoint) -> Self {
        let hosts = Hosts::of(endpoint);
        Self { auth, endpoint: endpoint.clone(), hosts, state: Mutex::new(State::default()) }
    }

    /// The token to send. Waiters share one fetch.
    pub(crate) async fn token(&self, wire: &Wire) -> Result<Token, CloudError> {
        let mut state = self.state.lock().await;
        if let Some(kept) = &state.kept
            && Instant::now() < kept.refresh
        {
            return Ok(kept.token.clone());
        }
        let source = self.source(&mut state).await?;
        let fixed = source.is_fixed();
        let Fresh { token, left } = source.fetch(&self.courier(wire)).await?;
        if !token.secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unsendable());
        }
        // A metadata server hands out tokens that are nearly spent; they are used, but not asked for at each call.
        let usable = if left > EARLY * 2 { left.saturating_sub(EARLY) } else { left / 2 };
        let now = Instant::now();
        let end = if fixed { None } else { now.checked_add(left) };
        state.kept = Some(Kept { token: token.clone(), refresh: now + usable.min(LONGEST), end });
        Ok(token)
    }

    /// A token that tells a service who calls it.
    pub(crate) async fn identity(&self, wire: &Wire, audience: &str) -> Result<IdentityToken, CloudError> {
        let mut state = self.state.lock().await;
        self.source(&mut state).await?.identity(&self.courier(wire), audience).await
    }

    /// Which source gives the tokens, and for whom they stand.
    pub(crate) async fn caller(&self, wire: &Wire) -> Result<Caller, CloudError> {
        let token = self.token(wire).await?;
        let mut state = self.state.lock().await;
        let end = state.kept.as_ref().and_then(|kept| kept.end);
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        Ok(Caller { left, ..self.source(&mut state).await?.caller(&self.courier(wire), &token).await })
    }

    /// Forgets a token that the API refused. Says whether another one can be had.
    pub(crate) async fn forget(&self, refused: &Token) -> Renewal {
        let mut state = self.state.lock().await;
        if state.source.as_ref().is_some_and(Source::is_fixed) {
            return Renewal::Impossible;
        }
        let same = state
            .kept
            .as_ref()
            .is_some_and(|kept| kept.token.secret.expose_secret() == refused.secret.expose_secret());
        if same {
            state.kept = None;
        }
        Renewal::Possible
    }

    async fn source<'state>(&self, state: &'state mut State) -> Result<&'state Source, CloudError> {
        let source = match state.source.take() {
            Some(source) => source,
            None => find::find(&self.auth, &self.endpoint).await?,
        };
        Ok(state.source.insert(source))
    }

    fn courier<'a>(&'a self, wire: &'a Wire) -> Courier<'a> {
        Courier::new(wire.client(), &self.hosts)
    }
}

/// What a credential file of this text is, for people.
pub(crate) fn credentials(file: &Path, text: &str) -> Result<String, CloudError> {
    Ok(file::parse(file, text)?.shown())
}

/// Whether a refused token can be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// A new one can be fetched.
    Possible,
    /// It was given as it is.
    Impossible,
}

#[cfg(test)]
mod tests;
