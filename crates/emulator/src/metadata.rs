//! The metadata server, as a Google Cloud machine has it: tokens for the caller of the settings. A client that takes this
//! endpoint for all of Google's services finds it here, too. Source: "View and query VM metadata".

use serde_json::json;

use crate::call::{Answer, Call};
use crate::control::{identity_for, tokens};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::world::World;

/// How long an access token is good for, in seconds.
const LIFETIME: u32 = 3600;

/// Answers `/computeMetadata/v1/...`; `None` for every other path.
pub(crate) fn handle(call: &Call, world: &World) -> Option<Result<Answer, ApiError>> {
    let parts = call.parts();
    let ["computeMetadata", "v1", rest @ ..] = parts.as_slice() else {
        return None;
    };
    // Without the header a web page could ask; with `X-Forwarded-For` somebody asks through a proxy.
    let direct = call.header("metadata-flavor") == Some("Google") && call.header("x-forwarded-for").is_none();
    let answer = if direct {
        answer(call, world, rest)
    } else {
        Err(ApiError::denied("Missing Metadata-Flavor:Google header."))
    };
    Some(answer.map(|answer| answer.with_header("metadata-flavor", "Google")))
}

fn answer(call: &Call, world: &World, rest: &[&str]) -> Result<Answer, ApiError> {
    let project = world.project(&call.context.settings.project).ok_or_else(no_such_project)?;
    let email = call.caller_email();
    let text = match (call.method.as_str(), rest) {
        ("GET", ["project", "project-id"]) => project.id.clone(),
        ("GET", ["project", "numeric-project-id"]) => project.number.clone(),
        ("GET", ["instance", "service-accounts", "default", "email"]) => email.to_owned(),
        ("GET", ["instance", "service-accounts", "default", "token"]) => {
            return Ok(Answer::json(json!({
                "access_token": tokens::access_token(email, call.now()),
                "expires_in": LIFETIME,
                "token_type": "Bearer",
            })));
        }
        ("GET", ["instance", "service-accounts", "default", "identity"]) => {
            let Some(audience) = call.query.get("audience").filter(|audience| !audience.is_empty()) else {
                return Err(ApiError::invalid("non-empty audience parameter required"));
            };
            identity_for(call, project, email, audience)?
        }
        _ => return Err(ApiError::not_found(format!("The metadata server has no {}.", call.path))),
    };
    Ok(Answer::bytes("application/text", text.into_bytes().into()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{Lab, NUMBER, PROJECT, Reply};

    const FLAVOR: (&str, &str) = ("metadata-flavor", "Google");

    async fn ask(lab: &Lab, what: &str, headers: &[(&str, &str)]) -> Reply {
        lab.send("GET", &format!("/computeMetadata/v1/{what}"), headers, Vec::new()).await
    }

    #[tokio::test]
    async fn it_tells_the_project_and_gives_tokens_of_the_caller() {
        let lab = Lab::new();
        let account = "instance/service-accounts/default";
        for (what, expected) in [
            ("project/project-id".to_owned(), PROJECT),
            ("project/numeric-project-id".to_owned(), NUMBER),
            (format!("{account}/email"), "me@example.com"),
        ] {
            let reply = ask(&lab, &what, &[FLAVOR]).await.expect(200);
            assert_eq!(
                (reply.bytes.as_ref(), &reply.headers["metadata-flavor"]),
                (expected.as_bytes(), &"Google".parse().unwrap())
            );
        }
        let token = ask(&lab, &format!("{account}/token"), &[FLAVOR]).await.expect(200).json();
        assert_eq!(
            (&token["expires_in"], &token["token_type"]),
            (&Value::from(3600), &Value::from("Bearer"))
        );
        let identity =
            ask(&lab, &format!("{account}/identity?audience=https://x.run.app&format=full"), &[FLAVOR]).await;
        let text = String::from_utf8(identity.expect(200).bytes.to_vec()).unwrap();
        assert_eq!(
            crate::control::tokens::check(&text, lab.clock.now()).unwrap().audience,
            "https://x.run.app"
        );
        ask(&lab, &format!("{account}/identity"), &[FLAVOR]).await.expect(400);
        ask(&lab, "instance/disks", &[FLAVOR]).await.expect(404);
    }

    #[tokio::test]
    async fn who_does_not_ask_as_a_program_of_this_machine_would_is_refused() {
        let lab = Lab::new();
        for headers in [&[][..], &[FLAVOR, ("x-forwarded-for", "10.0.0.1")]] {
            ask(&lab, "project/project-id", headers).await.expect(403);
        }
    }
}
