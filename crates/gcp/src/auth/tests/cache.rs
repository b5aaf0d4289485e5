//! The cache in front of the sources.

use futures_util::future::join_all;

use super::*;

fn numbered(_: &Asked, before: usize) -> (u16, Value) {
    (200, json!({"access_token": format!("token-{before}"), "expires_in": 3600}))
}

#[tokio::test]
async fn many_waiters_share_one_fetch() {
    let fake = Fake::new(numbered).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let all = join_all((0..20).map(|_| tokens.token(&wire))).await;
    assert!(all.into_iter().all(|token| token.unwrap().secret.expose_secret() == "token-0"));
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_however_many_calls_it_broke() {
    let fake = Fake::new(numbered).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    let first = tokens.token(&wire).await.unwrap();
    assert_eq!(tokens.forget(&first).await, Renewal::Possible);
    let second = tokens.token(&wire).await.unwrap();
    assert_eq!(tokens.forget(&first).await, Renewal::Possible);
    let third = tokens.token(&wire).await.unwrap();
    assert_eq!((second.secret.expose_secret(), third.secret.expose_secret()), ("token-1", "token-1"));
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn a_spent_token_is_fetched_anew() {
    let fake = Fake::new(|_, _| (200, json!({"access_token": "t", "expires_in": 0}))).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    tokens.token(&wire).await.unwrap();
    tokens.token(&wire).await.unwrap();
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_said_to_live_longer_than_time_is_used() {
    let fake = Fake::new(|_, _| (200, json!({"access_token": "t", "expires_in": u64::MAX}))).await;
    let (tokens, wire) = fake.tokens_of(&user_file());
    assert_eq!(secret(&tokens, &wire).await, "t");
    assert_eq!(secret(&tokens, &wire).await, "t");
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_given_token_is_used_as_it_is_and_cannot_be_renewed() {
    let fake = Fake::new(|_, _| (500, json!({}))).await;
    let (tokens, wire) = fake.tokens(Auth { access_token: Some("given".into()), ..Auth::default() });
    let token = tokens.token(&wire).await.unwrap();
    assert_eq!(token.secret.expose_secret(), "given");
    assert_eq!(tokens.forget(&token).await, Renewal::Impossible);
    let error = tokens.identity(&wire, SERVICE).await.unwrap_err();
    assert!(error.message.contains("the given access token gives no identity token"), "{error}");
    assert!(error.help.unwrap().contains("--impersonate-service-account"));
    assert_eq!(fake.lines(), [""; 0]);
    tried("given access token");
}
