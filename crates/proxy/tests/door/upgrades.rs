//! Connections that change their protocol.

use crate::caller::{Caller, ask, status};
use crate::endpoint::proxied;

#[tokio::test]
async fn a_websocket_goes_through_in_both_directions() {
    let proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    let head = format!(
        "Host: {0}\r\nOrigin: http://{0}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: key\r\nSec-WebSocket-Version: 13",
        proxied.address
    );
    caller.send(format!("GET /socket HTTP/1.1\r\n{head}\r\n\r\n")).await;
    let answer = caller.read_to("\r\n\r\n").await.to_lowercase();
    assert!(answer.starts_with("http/1.1 101"), "{answer}");
    for header in ["upgrade: websocket", "connection: upgrade", "sec-websocket-accept: accepted"] {
        assert!(answer.contains(header), "{answer}");
    }
    caller.send("hello").await;
    caller.read_to("HELLO").await;
    caller.send("and again").await;
    caller.read_to("AND AGAIN").await;
    let seen = proxied.seen.requests.lock().unwrap()[0].clone();
    assert_eq!(seen["sec-websocket-key"], "key");
    assert!(seen["authorization"].to_str().unwrap().starts_with("Bearer e30."));
}

#[tokio::test]
async fn a_service_that_keeps_to_its_protocol_answers_as_usual() {
    let proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    let head = format!("Host: {}\r\nConnection: Upgrade\r\nUpgrade: websocket", proxied.address);
    caller.send(format!("GET /greedy HTTP/1.1\r\n{head}\r\n\r\n")).await;
    let answer = caller.read_to("greedy").await;
    assert_eq!(status(&answer), "200", "{answer}");
    assert_eq!(status(&ask(&proxied, "GET /nowhere", "Host: HOST").await), "404");
}
