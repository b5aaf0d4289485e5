//! The identity token for one service: kept, and fetched anew before it ends, with a single fetch in flight.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use model::{CloudError, Json};
use secrecy::{ExposeSecret, SecretString};

use crate::auth::Tokens;
use crate::http::Wire;

/// The identity tokens for one audience.
pub(super) struct IdentityTokens {
    tokens: Arc<Tokens>,
    wire: Arc<Wire>,
    audience: String,
    kept: Mutex<Option<Kept>>,
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone)]
struct Kept {
    secret: SecretString,
    note: Option<String>,
    /// From then on it is fetched anew, while it still serves.
    renew: Timestamp,
    /// From then on it is not sent.
    end: Timestamp,
}

/// What is at hand.
enum AtHand {
    /// A token that serves for long.
    Fresh(SecretString),
    /// One that ends soon.
    Ending(SecretString),
    /// None that serves.
    Nothing,
}

/// How long before its end a token is fetched anew, unless it lives for less than twice that.
const EARLY: SignedDuration = SignedDuration::from_mins(5);
/// How long a token is kept that does not tell its end.
const UNSAID: SignedDuration = SignedDuration::from_mins(5);

impl IdentityTokens {
    pub(super) fn new(tokens: &Arc<Tokens>, wire: &Arc<Wire>, audience: &str) -> Arc<Self> {
        Arc::new(Self {
            tokens: Arc::clone(tokens),
            wire: Arc::clone(wire),
            audience: audience.to_owned(),
            kept: Mutex::default(),
            fetching: Arc::default(),
        })
    }

    /// The token to send. Waits only where none is at hand that serves; one that ends soon is sent while the next one is
    /// fetched.
    pub(super) async fn token(self: &Arc<Self>) -> Result<SecretString, CloudError> {
        match self.at_hand() {
            AtHand::Fresh(secret) => return Ok(secret),
            AtHand::Ending(secret) => {
                if let Ok(alone) = Arc::clone(&self.fetching).try_lock_owned() {
                    let this = Arc::clone(self);
                    tokio::spawn(async move {
                        // A failure shows when the old token has ended and the next request fetches again.
                        drop(this.fetch().await);
                        drop(alone);
                    });
                }
                return Ok(secret);
            }
            AtHand::Nothing => {}
        }
        let _alone = self.fetching.lock().await;
        match self.at_hand() {
            AtHand::Fresh(secret) | AtHand::Ending(secret) => Ok(secret),
            AtHand::Nothing => self.fetch().await,
        }
    }

    /// What the user of the token at hand should know.
    pub(super) fn note(&self) -> Option<String> {
        self.kept().as_ref().and_then(|kept| kept.note.clone())
    }

    /// Forgets a token that the service refused, unless another one is at hand already.
    pub(super) fn forget(&self, refused: &SecretString) {
        let mut kept = self.kept();
        if kept.as_ref().is_some_and(|kept| kept.secret.expose_secret() == refused.expose_secret()) {
            *kept = None;
        }
    }

    async fn fetch(&self) -> Result<SecretString, CloudError> {
        let token = self.tokens.identity(&self.wire, &self.audience).await?;
        let (renew, end) = times(token.secret.expose_secret(), now());
        let secret = token.secret.clone();
        *self.kept() = Some(Kept { secret: token.secret, note: token.note, renew, end });
        Ok(secret)
    }

    fn at_hand(&self) -> AtHand {
        let now = now();
        match &*self.kept() {
            Some(kept) if now < kept.renew => AtHand::Fresh(kept.secret.clone()),
            Some(kept) if now < kept.end => AtHand::Ending(kept.secret.clone()),
            Some(_) | None => AtHand::Nothing,
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When a token is fetched anew, and when it ends. It is read by the wall clock, which goes on while a machine sleeps.
fn times(token: &str, now: Timestamp) -> (Timestamp, Timestamp) {
    let end = end_of(token).unwrap_or_else(|| now.checked_add(UNSAID).unwrap_or(now));
    let left = end.duration_since(now);
    let early = if left > EARLY * 2 { EARLY } else { left / 2 };
    (end.checked_sub(early).unwrap_or(now), end)
}

/// The time at which a token says that it ends (RFC 7519, `exp`). It is the service's to check; this is only read to be
/// on time.
fn end_of(token: &str) -> Option<Timestamp> {
    let claims = token.split('.').nth(1)?;
    let claims: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()
}

#[expect(clippy::disallowed_methods, reason = "a token's end is told by the wall clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(exp: &str) -> String {
        format!("e30.{}.x", URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{exp}}}")))
    }

    #[test]
    fn a_token_is_renewed_five_minutes_before_its_end_or_half_way() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (token, renew, end) in [
            (ends("1003600"), 1_003_300, 1_003_600),
            (ends("1000601"), 1_000_301, 1_000_601),
            (ends("1000600"), 1_000_300, 1_000_600),
            (ends("1000020"), 1_000_010, 1_000_020),
            // One that has ended already, as where the clocks disagree, is never at hand.
            (ends("999000"), 999_500, 999_000),
            // What does not tell its end is kept for a while.
            (ends("\"soon\""), 1_000_150, 1_000_300),
            ("no.token".to_owned(), 1_000_150, 1_000_300),
            (ends("9999999999999999"), 1_000_150, 1_000_300),
        ] {
            let (renewed, ended) = times(&token, now);
            assert_eq!((renewed.as_second(), ended.as_second()), (renew, end), "{token}");
        }
    }
}
