//! Keeps web pages and other machines away from the emulator: loopback only, no `Origin`, known host names.
//! A page that rebinds its own name to 127.0.0.1 would otherwise drive it. A client may take the emulator for its proxy
//! (absolute-form requests); it answers for the imitated hosts itself and never forwards anything.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri};

use crate::call::Answer;
use crate::error::{ApiError, Shape};
use crate::hosts;

/// The host that a request asks for, without its port and in lower case; absolute-form requests carry it in the URI.
pub(crate) fn host_of(uri: &Uri, headers: &HeaderMap) -> String {
    let authority = uri
        .authority()
        .map(Authority::as_str)
        .or_else(|| headers.get("host").and_then(|host| host.to_str().ok()))
        .unwrap_or("");
    let host = match authority.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or(literal),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host.to_ascii_lowercase()
}

/// The refusal for a request that must not be served, if it is one.
pub(crate) fn refusal(method: &Method, host: &str, headers: &HeaderMap) -> Option<Answer> {
    if method == Method::CONNECT {
        let mut error = ApiError::denied(format!(
            "The emulator is a proxy for plain http requests only and opens no tunnel to {host}. Point the client at \
             http addresses of the imitated APIs, such as http://run.gcp.test/."
        ));
        error.code = 405;
        return Some(error.to_answer(Shape::Standard));
    }
    if headers.contains_key("origin") {
        return Some(
            ApiError::denied("Requests from web pages (with an Origin header) are refused by the emulator.")
                .to_answer(Shape::Standard),
        );
    }
    if allowed(host) {
        return None;
    }
    Some(
        ApiError::denied(format!(
            "The emulator does not answer for the host {host}; ask for 127.0.0.1, localhost, an imitated API \
             under googleapis.com or gcp.test, *.pkg.dev, *.run.localhost or *.run.app."
        ))
        .to_answer(Shape::Standard),
    )
}

fn allowed(host: &str) -> bool {
    let literals = ["127.0.0.1", "localhost", "::1"];
    let domains = [".run.localhost", ".run.app", ".pkg.dev"];
    literals.contains(&host)
        || hosts::api_name(host).is_some()
        || domains.iter().any(|domain| host.ends_with(domain))
}
