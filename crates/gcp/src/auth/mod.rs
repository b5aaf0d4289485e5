//! Access tokens: where they come from, and one cache in front with a single fetch in flight.
//!
//! Nothing is opened or asked before the first request. This module reads no environment: the caller hands in what
//! its arguments and environment say. It must never print, log or format a token.

mod failure;
mod fetch;
mod file;
mod user;

use std::path::PathBuf;
use std::time::Duration;

use model::CloudError;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Endpoint;
use crate::http::Wire;
pub(crate) use failure::with_causes;
use fetch::Source;

/// What the caller knows about credentials.
#[derive(Debug, Default)]
pub struct Auth {
    /// A ready access token (`--access-token-file`, `GEMMACTL_ACCESS_TOKEN`).
    pub access_token: Option<SecretString>,
    /// The file that `GOOGLE_APPLICATION_CREDENTIALS` names.
    pub credential_file: Option<PathBuf>,
    /// Where `gcloud auth application-default login` keeps its file.
    pub well_known_file: Option<PathBuf>,
    /// Whether this machine may be asked.
    pub ambient: Ambient,
}

/// Whether the metadata server and `gcloud` are asked when nothing else gives a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ambient {
    /// They are.
    #[default]
    Ask,
    /// They are not.
    Ignore,
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
}

/// The tokens of one target.
pub(crate) struct Tokens {
    auth: Auth,
    place: Place,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    source: Option<Source>,
    kept: Option<Kept>,
}

#[derive(Clone, Copy)]
enum Place {
    ThisMachine,
    Google,
}

/// What an endpoint on this machine is sent instead of a credential.
const LOOPBACK_TOKEN: &str = "gemmactl-loopback-token";

/// How long before its end a token is fetched anew.
const EARLY: Duration = Duration::from_mins(5);

impl Tokens {
    pub(crate) fn new(auth: Auth, endpoint: &Endpoint) -> Self {
        let place = if endpoint.is_loopback() { Place::ThisMachine } else { Place::Google };
        Self { auth, place, state: Mutex::new(State::default()) }
    }

    /// The token to send. Waiters share one fetch.
    pub(crate) async fn token(&self, wire: &Wire) -> Result<Token, CloudError> {
        let fixed = match (self.place, &self.auth.access_token) {
            (Place::ThisMachine, _) => Some(SecretString::from(LOOPBACK_TOKEN)),
            (Place::Google, given) => given.clone(),
        };
        if let Some(secret) = fixed {
            if !secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(failure::no_token("the given token", "it holds characters that no token has"));
            }
            return Ok(Token { secret, quota_project: None, member: None });
        }
        let mut state = self.state.lock().await;
        if let Some(kept) = &state.kept
            && Instant::now() < kept.refresh
        {
            return Ok(kept.token.clone());
        }
        let source = match state.source.take() {
            Some(source) => source,
            None => fetch::find(&self.auth).await?,
        };
        let fetched = source.fetch(wire).await;
        state.source = Some(source);
        let Fresh { token, left } = fetched?;
        // A metadata server hands out tokens that are nearly spent; they are used, but not asked for at each call.
        let usable = if left > EARLY * 2 { left.saturating_sub(EARLY) } else { left / 2 };
        state.kept = Some(Kept { token: token.clone(), refresh: Instant::now() + usable });
        Ok(token)
    }

    /// Forgets a token that the API refused. Says whether another one can be had.
    pub(crate) async fn forget(&self, refused: &Token) -> Renewal {
        match (self.place, &self.auth.access_token) {
            (Place::ThisMachine, _) | (Place::Google, Some(_)) => return Renewal::Impossible,
            (Place::Google, None) => {}
        }
        let mut state = self.state.lock().await;
        let same = state
            .kept
            .as_ref()
            .is_some_and(|kept| kept.token.secret.expose_secret() == refused.secret.expose_secret());
        if same {
            state.kept = None;
        }
        Renewal::Possible
    }
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
