//! Which headers go through: those that speak of the message, not those of one connection, and none by which somebody is
//! known. Source: RFC 9110, section 7.6.1.

use axum::http::header::{
    ALT_SVC, AUTHORIZATION, CONNECTION, COOKIE, EXPECT, HOST, ORIGIN, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Headers of one connection.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// What a request says of its sender, and what the proxy says anew.
const NOT_ASKED: [HeaderName; 6] = [
    HOST,
    // It has been looked at, and names this machine, which the service does not know itself by.
    ORIGIN,
    AUTHORIZATION,
    // Cloud Run looks at it before `Authorization`.
    HeaderName::from_static("x-serverless-authorization"),
    COOKIE,
    // The proxy has said to go on already.
    EXPECT,
];

/// What an answer wants the browser to keep: cookies would go to every port of this machine, and other ways to the service
/// would lead past the proxy.
const NOT_ANSWERED: [HeaderName; 2] = [SET_COOKIE, ALT_SVC];

/// The headers of a request that are passed on.
pub(crate) fn asked(given: &HeaderMap) -> HeaderMap {
    let mut headers = given.clone();
    take_out(&mut headers, given);
    for name in &NOT_ASKED {
        headers.remove(name);
    }
    headers
}

/// The headers of an answer that are passed on: none that lets a page of another origin read it.
pub(crate) fn answered(given: &HeaderMap) -> HeaderMap {
    let mut headers = given.clone();
    take_out(&mut headers, given);
    for name in &NOT_ANSWERED {
        headers.remove(name);
    }
    let opening: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in opening {
        headers.remove(name);
    }
    headers
}

/// The protocol to which a request or an answer changes the connection.
pub(crate) fn protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let upgrades = named_by_connection(headers).any(|name| name == UPGRADE);
    headers.get(UPGRADE).filter(|_| upgrades).cloned()
}

/// Says that the connection changes to a protocol.
pub(crate) fn change_to(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

fn take_out(headers: &mut HeaderMap, given: &HeaderMap) {
    for name in named_by_connection(given) {
        headers.remove(name);
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// The headers that a message says are of this connection only.
fn named_by_connection(headers: &HeaderMap) -> impl Iterator<Item = HeaderName> + '_ {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_a_sender_is_known_by_and_what_is_of_one_connection_stays_behind() {
        let given = of(&[
            ("host", "localhost:8080"),
            ("origin", "http://localhost:8080"),
            ("authorization", "Bearer mine"),
            ("x-serverless-authorization", "Bearer mine"),
            ("proxy-authorization", "Basic mine"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("connection", "keep-alive, X-Mine"),
            ("connection", "x-also"),
            ("x-mine", "1"),
            ("x-also", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("trailer", "x"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("expect", "100-continue"),
            ("content-type", "application/json"),
            ("content-length", "2"),
            ("accept", "*/*"),
            ("user-agent", "ollama-python/0.6"),
        ]);
        assert_eq!(names(&asked(&given)), ["accept", "content-length", "content-type", "user-agent"]);
    }

    #[test]
    fn no_answer_lets_other_pages_read_it_or_leaves_something_in_the_browser() {
        let given = of(&[
            ("access-control-allow-origin", "*"),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "x"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("alt-svc", "h3=\":443\""),
            ("connection", "close"),
            ("transfer-encoding", "chunked"),
            ("content-type", "application/x-ndjson"),
            ("x-request-id", "1"),
        ]);
        assert_eq!(names(&answered(&given)), ["content-type", "x-request-id"]);
    }

    #[test]
    fn a_change_of_protocol_takes_both_headers() {
        let both = of(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]);
        assert_eq!(protocol(&both), Some(HeaderValue::from_static("websocket")));
        assert_eq!(protocol(&of(&[("upgrade", "websocket")])), None);
        assert_eq!(protocol(&of(&[("connection", "upgrade")])), None);
    }
}
