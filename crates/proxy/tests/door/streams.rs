//! Bodies go through as they come.

use crate::caller::{Caller, ask, status};
use crate::endpoint::proxied;

#[tokio::test]
async fn an_answer_is_passed_back_while_it_is_still_coming() {
    let proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    caller.send(format!("GET /halves HTTP/1.1\r\nHost: {}\r\n\r\n", proxied.address)).await;
    // The service sends the rest only after the first part was read here.
    caller.read_to("first \r\n").await;
    proxied.seen.second.notify_one();
    let rest = caller.read_to("0\r\n\r\n").await;
    assert!(rest.contains("second"), "{rest}");
}

#[tokio::test]
async fn a_request_is_passed_on_while_it_is_still_coming() {
    let proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    let head = "Transfer-Encoding: chunked\r\nExpect: 100-continue";
    caller.send(format!("POST /echo HTTP/1.1\r\nHost: {}\r\n{head}\r\n\r\n", proxied.address)).await;
    caller.send("3\r\none\r\n").await;
    // What comes back was sent before the request is whole.
    caller.read_to("one\r\n").await;
    caller.send("3\r\ntwo\r\n0\r\n\r\n").await;
    caller.read_to("two\r\n").await;
}

#[tokio::test]
async fn a_body_of_known_length_keeps_its_length_and_every_byte() {
    let proxied = proxied(3600).await;
    let body: Vec<u8> = (0..3_000_000_u32).map(|index| u8::try_from(index % 251).unwrap()).collect();
    let mut caller = Caller::of(&proxied).await;
    let head = format!("Host: {}\r\nContent-Length: {}\r\nConnection: close", proxied.address, body.len());
    caller.send(format!("POST /echo HTTP/1.1\r\n{head}\r\n\r\n")).await;
    let (sent, got) = caller.exchange(&body).await;
    assert_eq!(sent, body.len());
    assert!(got.ends_with(&body), "{} bytes came back", got.len());
    let seen = proxied.seen.requests.lock().unwrap()[0].clone();
    assert_eq!(seen["content-length"], body.len().to_string());
    assert!(!seen.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_passed_back_as_a_whole_one() {
    let proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    caller.send(format!("GET /cut HTTP/1.1\r\nHost: {}\r\n\r\n", proxied.address)).await;
    caller.read_to("begun\r\n").await;
    proxied.seen.second.notify_one();
    assert_eq!(caller.rest().await, "", "no last piece, and the connection ends");
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_the_service_s_work() {
    let proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    caller.send(format!("GET /endless HTTP/1.1\r\nHost: {}\r\n\r\n", proxied.address)).await;
    caller.read_to("xxxx").await;
    drop(caller);
    proxied.seen.dropped.notified().await;
}

#[tokio::test]
async fn what_is_compressed_stays_compressed() {
    let proxied = proxied(3600).await;
    let answer = ask(&proxied, "GET /gzip", "Host: HOST").await;
    assert!(answer.to_lowercase().contains("content-encoding: gzip"), "{answer}");
    assert!(answer.ends_with(" not really"), "{answer}");
    assert!(!proxied.seen.requests.lock().unwrap()[0].contains_key("accept-encoding"));
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_said_to_be_so_in_the_callers_own_form() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let proxied = crate::endpoint::before(&url, std::sync::Arc::default()).await;
    let ollama = ask(&proxied, "GET /api/tags", "Host: HOST").await;
    assert_eq!(status(&ollama), "502", "{ollama}");
    assert!(ollama.contains("{\"error\":\"gemmactl proxy: "), "{ollama}");
    let openai = ask(&proxied, "GET /v1/models", "Host: HOST").await;
    assert!(openai.contains("{\"error\":{\"message\":\"gemmactl proxy: "), "{openai}");
    assert_eq!(proxied.notices.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn two_hundred_streams_at_once_lose_no_byte_while_tokens_are_fetched_anew() {
    // Every token has ended when it comes, so each stream begins with one of its own.
    let proxied = proxied(-1).await;
    let readers = (0..200).map(async |number| {
        let answer = ask(&proxied, &format!("GET /numbered/{number}"), "Host: HOST").await;
        let body = dechunked(answer.split_once("\r\n\r\n").unwrap().1);
        let sent: Vec<String> = (0..50).map(|piece| format!("{number}:{piece};")).collect();
        assert_eq!(body, sent.concat());
    });
    futures_util::future::join_all(readers).await;
    assert_eq!(proxied.seen.tokens.lock().unwrap().len(), 200);
    let requests = proxied.seen.requests.lock().unwrap();
    let mut sent: Vec<_> = requests.iter().map(|headers| headers["authorization"].clone()).collect();
    sent.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
    sent.dedup();
    assert_eq!(sent.len(), 200);
}

/// The body of an answer in chunks, the last of which must be there.
fn dechunked(mut rest: &str) -> String {
    let mut body = String::new();
    loop {
        let (size, after) = rest.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        body.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
}
