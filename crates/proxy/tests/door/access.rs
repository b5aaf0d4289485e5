//! Who comes in, and what goes along.

use proxy::{ListenError, Listening, Wanted};

use crate::caller::{ask, status};
use crate::endpoint::proxied;

#[tokio::test]
async fn a_page_of_somebody_else_reaches_nothing_by_any_way() {
    let proxied = proxied(3600).await;
    let (post, socket) = ("POST /echo", "GET /socket");
    let upgrade = "Upgrade: websocket\nConnection: upgrade";
    for (line, headers, refused) in [
        // A name of its own that it has rebound to 127.0.0.1.
        ("GET /echo", "Host: evil.example".to_owned(), "421"),
        ("GET /echo", "Host: evil.example:8080\nSec-Fetch-Site: same-origin".to_owned(), "421"),
        ("GET http://evil.example/echo", "Host: HOST".to_owned(), "421"),
        // A form, a script and an image.
        (post, "Host: HOST\nOrigin: https://evil.example\nContent-Type: text/plain".to_owned(), "403"),
        (post, "Host: HOST\nOrigin: null\nContent-Type: application/x-www-form-urlencoded".to_owned(), "403"),
        ("GET /echo", "Host: HOST\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors".to_owned(), "403"),
        // A page of another program of this machine.
        ("GET /echo", "Host: HOST\nSec-Fetch-Site: same-site".to_owned(), "403"),
        // The question that goes ahead of a script's request.
        (
            "OPTIONS /echo",
            "Host: HOST\nOrigin: https://evil.example\nAccess-Control-Request-Method: POST".to_owned(),
            "403",
        ),
        // A WebSocket, which browsers open to any place.
        (socket, format!("Host: HOST\nOrigin: https://evil.example\n{upgrade}"), "403"),
        (socket, format!("Host: evil.example\n{upgrade}"), "421"),
        // A tunnel.
        ("CONNECT evil.example:443", "Host: evil.example:443".to_owned(), "405"),
    ] {
        let answer = ask(&proxied, line, &headers).await;
        assert_eq!(status(&answer), refused, "{line} {headers}\n{answer}");
        assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
    }
    assert!(proxied.seen.requests.lock().unwrap().is_empty(), "nothing reached the service");
    assert!(proxied.seen.tokens.lock().unwrap().is_empty(), "and no token was fetched for it");
}

#[tokio::test]
async fn the_service_gets_the_proxys_token_and_nothing_that_the_caller_is_known_by() {
    let proxied = proxied(3600).await;
    let headers = "Host: HOST\nAuthorization: Bearer mine\nX-Serverless-Authorization: Bearer mine\n\
                   Proxy-Authorization: Basic mine\nCookie: session=mine\nKeep-Alive: timeout=mine\n\
                   Origin: http://HOST\nX-Own: kept";
    let answer = ask(&proxied, "GET /greedy", headers).await;
    assert_eq!(status(&answer), "200", "{answer}");
    let seen = proxied.seen.requests.lock().unwrap()[0].clone();
    let token = proxied.seen.tokens.lock().unwrap()[0].clone();
    assert_eq!(seen["authorization"], format!("Bearer {token}"));
    assert_eq!(seen["x-own"], "kept");
    assert!(seen["host"].to_str().unwrap().starts_with("gemma-1.europe-west1.run.localhost:"));
    assert!(!format!("{seen:?}").contains("mine"), "{seen:?}");
    let lower = answer.to_lowercase();
    assert!(lower.contains("x-kept: 1"), "{answer}");
    for kept_back in ["set-cookie", "access-control", "alt-svc", &token.to_lowercase()] {
        assert!(!lower.contains(kept_back), "{answer}");
    }
}

#[tokio::test]
async fn only_this_machine_is_listened_to() {
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let refused = Listening::open(Wanted::At(open.parse().unwrap())).await;
        assert!(matches!(refused, Err(ListenError::Open(_))), "{open}");
    }
    let first = Listening::open(Wanted::At("127.0.0.1:0".parse().unwrap())).await.unwrap();
    let taken = first.url().trim_start_matches("http://").parse().unwrap();
    assert!(matches!(Listening::open(Wanted::At(taken)).await, Err(ListenError::Refused(..))));
}

#[tokio::test]
async fn the_usual_port_gives_way_to_a_free_one() {
    let first = Listening::open(Wanted::Usual).await.unwrap();
    let second = Listening::open(Wanted::Usual).await.unwrap();
    assert!(second.url().starts_with("http://127.0.0.1:"));
    assert_ne!(first.url(), second.url());
}
