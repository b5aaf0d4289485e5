//! The token endpoint of `oauth2.googleapis.com`: access and identity tokens for a user's refresh token or a service
//! account's signed assertion. Sources: "Using OAuth 2.0 for Web Server Applications" and "... for Server to Server
//! Applications". Signatures and refresh tokens are not checked: the emulator knows no keys and no passwords.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::call::{Answer, Call, Query};
use crate::clock::later;
use crate::control::tokens;
use crate::hosts;
use crate::iam::unique_id_of;
use crate::world::World;

/// How long a token is good for.
const LIFETIME: std::time::Duration = std::time::Duration::from_hours(1);

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Answers `POST /token`; `None` for every other path.
pub(crate) fn handle(call: &Call, world: &World) -> Option<Answer> {
    let here = matches!(hosts::api_name(&call.host), None | Some("oauth2"));
    if call.path != "/token" || call.method != "POST" || !here {
        return None;
    }
    let form = Query::parse(&String::from_utf8_lossy(&call.body));
    Some(match form.get("grant_type") {
        Some("refresh_token") => of_user(call, &form),
        Some(JWT_BEARER) => of_account(call, world, &form),
        Some(_) | None => {
            refused("unsupported_grant_type", "The grant must be a refresh token or a signed assertion.")
        }
    })
}

fn of_user(call: &Call, form: &Query) -> Answer {
    if form.get("refresh_token").is_none_or(str::is_empty) {
        return refused("invalid_grant", "Missing required parameter: refresh_token");
    }
    let email = call.context.settings.caller.split_once(':').map_or("", |(_, email)| email);
    let audience = form.get("client_id").unwrap_or("");
    Answer::json(json!({
        "access_token": tokens::access_token(email, call.now()),
        "expires_in": LIFETIME.as_secs(),
        "scope": "https://www.googleapis.com/auth/cloud-platform openid",
        "token_type": "Bearer",
        "id_token": identity(call, email, &unique_id_of(email), audience),
    }))
}

fn of_account(call: &Call, world: &World, form: &Query) -> Answer {
    let claims = form.get("assertion").and_then(claims);
    let text = |field: &str| claims.as_ref().and_then(|claims| claims.get(field)?.as_str());
    let email = text("iss").unwrap_or("");
    let account =
        world.project(&call.context.settings.project).and_then(|project| project.iam.accounts.get(email));
    let Some(account) = account.filter(|account| !account.disabled) else {
        return refused("invalid_grant", "Invalid grant: account not found");
    };
    match text("target_audience") {
        Some(audience) => {
            Answer::json(json!({ "id_token": identity(call, email, &account.unique_id, audience) }))
        }
        None => Answer::json(json!({
            "access_token": tokens::access_token(email, call.now()),
            "expires_in": LIFETIME.as_secs(),
            "token_type": "Bearer",
        })),
    }
}

fn identity(call: &Call, email: &str, subject: &str, audience: &str) -> String {
    tokens::issue(email, subject, audience, later(call.now(), LIFETIME), call.now())
}

/// The claims of a signed assertion.
fn claims(assertion: &str) -> Option<Value> {
    let claims = assertion.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?).ok()
}

/// A refusal as RFC 6749 spells it.
fn refused(error: &str, description: &str) -> Answer {
    Answer::json(json!({ "error": error, "error_description": description })).with_status(400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;

    async fn token(lab: &Lab, form: &str) -> crate::testing::Reply {
        let headers =
            [("host", ""), ("authorization", ""), ("content-type", "application/x-www-form-urlencoded")];
        lab.send("POST", "http://oauth2.gcp.test/token", &headers, form.into()).await
    }

    #[tokio::test]
    async fn a_refresh_token_is_exchanged_for_tokens_of_the_caller() {
        let lab = Lab::new();
        let tokens =
            token(&lab, "grant_type=refresh_token&client_id=c&refresh_token=r").await.expect(200).json();
        let access = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        lab.send("GET", "/v1/projects/demo-project", &[("authorization", &access)], Vec::new())
            .await
            .expect(200);
        let identity = claims(tokens["id_token"].as_str().unwrap()).unwrap();
        assert_eq!(
            (identity["email"].as_str(), identity["aud"].as_str()),
            (Some("me@example.com"), Some("c"))
        );
        for form in ["grant_type=refresh_token", "grant_type=password", ""] {
            token(&lab, form).await.expect(400);
        }
    }

    #[tokio::test]
    async fn an_assertion_is_exchanged_for_tokens_of_its_account_if_there_is_one() {
        let lab = Lab::enabled(&["run.googleapis.com"]).await;
        let assert_for = |email: &str, audience: Option<&str>| {
            let mut claims = json!({ "iss": email });
            if let Some(audience) = audience {
                claims["target_audience"] = json!(audience);
            }
            let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
            format!("grant_type={}&assertion=e30.{claims}.x", JWT_BEARER.replace(':', "%3A"))
        };
        let account = "123456789012-compute@developer.gserviceaccount.com";
        let access = token(&lab, &assert_for(account, None)).await.expect(200).json();
        assert!(access["access_token"].is_string());
        let identity = token(&lab, &assert_for(account, Some("https://x.run.app"))).await.expect(200).json();
        let identity = claims(identity["id_token"].as_str().unwrap()).unwrap();
        assert_eq!(
            (identity["email"].as_str(), identity["aud"].as_str()),
            (Some(account), Some("https://x.run.app"))
        );
        token(&lab, &assert_for("nobody@demo-project.iam.gserviceaccount.com", None)).await.expect(400);
    }
}
