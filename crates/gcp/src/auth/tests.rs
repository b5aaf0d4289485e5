//! The cache in front of the sources, against a token endpoint on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Json, Router};
use futures_util::future::join_all;
use serde_json::json;

use super::file::CredentialFile;
use super::user::UserCredentials;
use super::*;

/// A token endpoint that numbers its tokens, and a cache that asks it.
async fn cache(seconds: u64) -> (Tokens, Wire, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetched);
    let app = Router::new().fallback(move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move { Json(json!({"access_token": format!("token-{number}"), "expires_in": seconds})) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let token_url = format!("http://{}/token", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let tokens = Tokens::new(Auth::default(), &Endpoint::Google);
    tokens.state.lock().await.source = Some(Source::File(CredentialFile::User(UserCredentials {
        file: "adc.json".into(),
        client_id: "c".into(),
        client_secret: "s".into(),
        refresh_token: "r".into(),
        quota_project: None,
        token_url,
    })));
    // The client of an endpoint on this machine uses no proxy.
    let wire = Wire::new(&Endpoint::parse("http://127.0.0.1:1").unwrap()).unwrap();
    (tokens, wire, fetched)
}

#[tokio::test]
async fn many_waiters_share_one_fetch() {
    let (tokens, wire, fetched) = cache(3600).await;
    let all = join_all((0..20).map(|_| tokens.token(&wire))).await;
    assert!(all.into_iter().all(|token| token.unwrap().secret.expose_secret() == "token-0"));
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_however_many_calls_it_broke() {
    let (tokens, wire, fetched) = cache(3600).await;
    let first = tokens.token(&wire).await.unwrap();
    assert_eq!(tokens.forget(&first).await, Renewal::Possible);
    let second = tokens.token(&wire).await.unwrap();
    assert_eq!(tokens.forget(&first).await, Renewal::Possible);
    let third = tokens.token(&wire).await.unwrap();
    assert_eq!((second.secret.expose_secret(), third.secret.expose_secret()), ("token-1", "token-1"));
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_spent_token_is_fetched_anew() {
    let (tokens, wire, fetched) = cache(0).await;
    tokens.token(&wire).await.unwrap();
    tokens.token(&wire).await.unwrap();
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}
