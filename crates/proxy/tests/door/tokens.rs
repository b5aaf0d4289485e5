//! When tokens are fetched.

use crate::caller::{ask, status};
use crate::endpoint::proxied;

#[tokio::test]
async fn one_token_serves_many_requests_at_once() {
    let proxied = proxied(3600).await;
    let asked = (0..50).map(|_| ask(&proxied, "GET /greedy", "Host: HOST"));
    for answer in futures_util::future::join_all(asked).await {
        assert_eq!(status(&answer), "200", "{answer}");
    }
    assert_eq!(proxied.seen.tokens.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_that_has_ended_is_never_sent() {
    // Each one has ended when it comes.
    let proxied = proxied(-1).await;
    for fetched in 1..=3 {
        ask(&proxied, "GET /greedy", "Host: HOST").await;
        assert_eq!(proxied.seen.tokens.lock().unwrap().len(), fetched);
    }
    let sent = proxied.seen.requests.lock().unwrap();
    let sent: Vec<&str> = sent.iter().map(|headers| headers["authorization"].to_str().unwrap()).collect();
    assert!(sent.iter().zip(0..).all(|(sent, index)| sent.ends_with(&format!(".{index}"))), "{sent:?}");
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew_for_the_next_request() {
    let proxied = proxied(3600).await;
    assert_eq!(status(&ask(&proxied, "GET /401", "Host: HOST").await), "401");
    assert_eq!(status(&ask(&proxied, "GET /greedy", "Host: HOST").await), "200");
    assert_eq!(proxied.seen.tokens.lock().unwrap().len(), 2);
    // Who is known and not let in would not be with another token either.
    assert_eq!(status(&ask(&proxied, "GET /403", "Host: HOST").await), "403");
    assert_eq!(status(&ask(&proxied, "GET /greedy", "Host: HOST").await), "200");
    assert_eq!(proxied.seen.tokens.lock().unwrap().len(), 2);
    assert_eq!(*proxied.notices.lock().unwrap(), ["401", "403"]);
}

#[tokio::test]
async fn a_token_that_ends_soon_is_sent_while_the_next_one_is_fetched() {
    // Half of its life is over after a second and a half, and only then another one is fetched.
    let proxied = proxied(3).await;
    while proxied.seen.tokens.lock().unwrap().len() < 2 {
        assert_eq!(status(&ask(&proxied, "GET /greedy", "Host: HOST").await), "200");
    }
    // What was asked for when the first one ended soon did not wait for the second.
    assert_eq!(status(&ask(&proxied, "GET /greedy", "Host: HOST").await), "200");
    let first = format!("Bearer {}", proxied.seen.tokens.lock().unwrap()[0]);
    let requests = proxied.seen.requests.lock().unwrap();
    let with_first = requests.iter().filter(|headers| headers["authorization"] == first.as_str()).count();
    assert!(with_first > 1 && with_first < requests.len(), "{with_first} of {}", requests.len());
}
