//! A user's application default credentials.

use super::*;

#[tokio::test]
async fn a_user_login_is_exchanged_and_carries_its_quota_project() {
    let fake = Fake::new(|_, _| access()).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let token = tokens.token(&wire).await.unwrap();
    assert_eq!(token.secret.expose_secret(), "access-1");
    assert_eq!(token.quota_project.as_deref(), Some("billing-project"));
    let asked = &fake.asked()[0];
    assert_eq!(asked.line, "POST /token");
    assert_eq!(
        json!(asked.form()),
        json!({"grant_type": "refresh_token", "client_id": "client", "client_secret": "canary-secret",
            "refresh_token": "canary-refresh"})
    );
    tried("user");
}

#[tokio::test]
async fn a_user_login_gives_an_identity_token_with_a_word_of_warning() {
    let fake =
        Fake::new(|_, _| (200, json!({"access_token": "a", "id_token": "h.p.s", "expires_in": 1}))).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let token = tokens.identity(&wire, SERVICE).await.unwrap();
    assert_eq!(token.secret.expose_secret(), "h.p.s");
    assert!(token.note.unwrap().contains("gcloud auth print-identity-token"));

    let narrow = Fake::new(|_, _| access()).await;
    let (tokens, wire) = narrow.tokens_of(&user_file());
    let error = tokens.identity(&wire, SERVICE).await.unwrap_err();
    assert!(error.message.contains("without the right `openid`"), "{error}");
    tried("user, identity token");
}

#[tokio::test]
async fn a_revoked_login_says_how_to_log_in_again() {
    let fake = Fake::new(|_, _| {
        (400, json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}))
    })
    .await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("400 invalid_grant Token has been expired or revoked"), "{error}");
    assert!(error.help.unwrap().contains("gcloud auth application-default login"));
    assert_eq!(fake.asked().len(), 1, "a refusal is final");
}

#[tokio::test]
async fn a_refusal_that_repeats_what_it_was_sent_has_no_secret_of_it_shown() {
    let fake = Fake::new(|asked, _| {
        let all = format!("{} {:?} {:?}", asked.body, asked.form(), asked.headers);
        (400, json!({"error": all, "error_description": all}))
    })
    .await;
    let (tokens, wire) = fake.tokens_of(&json!({
        "type": "authorized_user", "client_id": "client", "client_secret": "canary/secret+1", "refresh_token": "1//canary-refresh",
    }));
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("(hidden)") && error.message.contains("client_id"), "{error}");
    assert!(!error.message.contains("secret%2B1") && !error.message.contains("1%2F%2F"), "{error}");

    // The next service gets the token that the first one gave.
    let fake = Fake::new(|asked, _| match asked.line.as_str() {
        "POST /token" => (200, json!({"access_token": "canary-access", "expires_in": 3599})),
        _ => (
            403,
            json!({"error": {"status": "PERMISSION_DENIED", "message": format!("{:?}", asked.headers)}}),
        ),
    })
    .await;
    let path = fake.write("adc.json", &user_file().to_string());
    let impersonate = Some("deployer@demo-project.iam.gserviceaccount.com".parse().unwrap());
    let (tokens, wire) = fake.tokens(Auth { well_known_file: Some(path), impersonate, ..Auth::default() });
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("Bearer (hidden)"), "{error}");
}

#[tokio::test]
async fn a_busy_token_endpoint_is_asked_again() {
    let fake = Fake::new(|_, before| if before == 0 { (503, json!({})) } else { access() }).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    assert_eq!(secret(&tokens, &wire).await, "access-1");
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn a_redirect_of_a_token_endpoint_is_an_error_and_not_followed() {
    let fake = Fake::new(|_, _| (307, json!({}))).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("redirect (HTTP status 307), which is never followed"), "{error}");
}

#[tokio::test]
async fn whose_login_it_is_can_be_asked() {
    let fake = Fake::new(|asked, _| match asked.line.as_str() {
        "GET /v1/userinfo" => (200, json!({"email": "ann@example.com"})),
        _ => access(),
    })
    .await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let caller = tokens.caller(&wire).await.unwrap();
    assert_eq!(caller.member.as_deref(), Some("user:ann@example.com"));
    assert!(caller.source.starts_with("the user login in "), "{caller:?}");
    assert_eq!(fake.asked()[1].header("authorization"), "Bearer access-1");
}
