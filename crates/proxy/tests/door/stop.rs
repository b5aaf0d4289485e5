//! The end.

use crate::caller::Caller;
use crate::endpoint::proxied;

#[tokio::test]
async fn an_answer_that_has_begun_is_finished_before_the_proxy_ends() {
    let mut proxied = proxied(3600).await;
    let mut caller = Caller::of(&proxied).await;
    caller.send(format!("GET /halves HTTP/1.1\r\nHost: {}\r\n\r\n", proxied.address)).await;
    caller.read_to("first \r\n").await;
    proxied.stop.take().unwrap().send(()).unwrap();
    // No new caller comes in once the wish is heard; the one that is there gets the rest.
    while tokio::net::TcpStream::connect(&proxied.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    proxied.seen.second.notify_one();
    assert!(caller.rest().await.contains("second"));
    proxied.ended.await.unwrap().unwrap();
}
