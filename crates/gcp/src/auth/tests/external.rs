//! Workload identity federation, as google-github-actions/auth sets it up and as other machines do.

use super::*;

/// The file that google-github-actions/auth writes, with GitHub's token service answered by the fake.
fn github(fake: &Fake) -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/github",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {
            "url": format!("{}/github/idtoken?audience=x", fake.url),
            "headers": {"Authorization": "Bearer canary-request-token"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
    })
}

const IMPERSONATE: &str = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\
                           ci@demo-project.iam.gserviceaccount.com:generateAccessToken";

fn services(asked: &Asked, _: usize) -> (u16, Value) {
    match asked.line.as_str() {
        "GET /github/idtoken" => (200, json!({"value": "canary-github-jwt"})),
        "POST /v1/token" => (200, json!({"access_token": "federated", "expires_in": 3599})),
        line if line.ends_with(":generateAccessToken") => (200, json!({"accessToken": "of-the-account"})),
        line if line.ends_with(":generateIdToken") => (200, json!({"token": "h.p.s"})),
        line => panic!("{line}"),
    }
}

#[tokio::test]
async fn the_token_of_github_actions_is_exchanged() {
    let fake = Fake::new(services).await;
    let (tokens, wire) = fake.tokens_of(&github(&fake));
    assert_eq!(secret(&tokens, &wire).await, "federated");
    let asked = fake.asked();
    assert_eq!(asked[0].header("authorization"), "Bearer canary-request-token");
    assert_eq!(asked[0].query["audience"], "x");
    assert_eq!(
        json!(asked[1].form()),
        json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/github",
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "subject_token": "canary-github-jwt",
        })
    );
    assert_eq!(asked[1].header("authorization"), "");
    let error = tokens.identity(&wire, SERVICE).await.unwrap_err();
    assert!(error.message.contains("Google makes none for federated identities"), "{error}");
    tried("external account by address");
}

#[tokio::test]
async fn a_federated_identity_becomes_a_service_account_where_the_file_says_so() {
    let fake = Fake::new(services).await;
    let mut file = github(&fake);
    file["service_account_impersonation_url"] = json!(IMPERSONATE);
    file["service_account_impersonation"] = json!({"token_lifetime_seconds": 1200});
    let (tokens, wire) = fake.tokens_of(&file);
    assert_eq!(secret(&tokens, &wire).await, "of-the-account");
    assert_eq!(identity(&tokens, &wire).await, "h.p.s");
    let asked = fake.asked();
    assert_eq!(
        asked[2].line,
        "POST /v1/projects/-/serviceAccounts/ci@demo-project.iam.gserviceaccount.com:generateAccessToken"
    );
    assert_eq!(asked[2].header("authorization"), "Bearer federated");
    assert_eq!(
        asked[2].json(),
        json!({"scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "1200s"})
    );
    tried("external account with impersonation");
    tried("external account with impersonation, identity token");
}

#[tokio::test]
async fn a_token_in_a_file_is_exchanged() {
    let fake = Fake::new(services).await;
    let mut file = github(&fake);
    let token = fake.write("token.txt", "canary-plain\n");
    file["credential_source"] = json!({"file": token});
    file["workforce_pool_user_project"] = json!("team");
    let (tokens, wire) = fake.tokens_of(&file);
    assert_eq!(secret(&tokens, &wire).await, "federated");
    let form = fake.asked()[0].form();
    assert_eq!(form["subject_token"], "canary-plain");
    assert_eq!(form["options"], r#"{"userProject":"team"}"#);
    tried("external account by file");
}

#[tokio::test]
async fn a_refused_exchange_says_what_to_compare() {
    let fake = Fake::new(|asked, _| match asked.line.as_str() {
        "POST /v1/token" => (
            400,
            json!({"error": "invalid_grant", "error_description": "The given credential is rejected by the attribute condition."}),
        ),
        _ => (200, json!({"value": "canary-github-jwt"})),
    })
    .await;
    let (tokens, wire) = fake.tokens_of(&github(&fake));
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("rejected by the attribute condition"), "{error}");
    assert!(error.message.contains("compare the provider's audience"), "{error}");
}

#[tokio::test]
async fn an_identity_provider_that_refuses_or_answers_nonsense_is_named() {
    let refusing = Fake::new(|_, _| (401, json!({"message": "canary-internal"}))).await;
    let (tokens, wire) = refusing.tokens_of(&github(&refusing));
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("127.0.0.1 gave no token of its own: it answered 401"), "{error}");

    let nonsense = Fake::new(|_, _| (200, json!({"other": "canary"}))).await;
    let (tokens, wire) = nonsense.tokens_of(&github(&nonsense));
    let error = refusal(&tokens, &wire).await;
    assert!(error.message.contains("is no token of the form that the file describes"), "{error}");

    let absent = Fake::new(|_, _| (500, json!({}))).await;
    let mut file = github(&absent);
    file["credential_source"] = json!({"file": "/nonexistent/token"});
    let (tokens, wire) = absent.tokens_of(&file);
    assert!(refusal(&tokens, &wire).await.message.contains("/nonexistent/token"));
}
