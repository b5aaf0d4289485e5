//! Finds the methods that an exchange may be a call of. Several APIs share some paths, such as those of operations, and a
//! client of an emulator calls all of them on one host: then there are several, and the one that fits best counts.

use crate::exchange::Exchange;
use crate::table::{Api, Downloads, Method, Template, apis};

/// A method that a path belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) api: &'static Api,
    pub(crate) method: &'static Method,
    pub(crate) route: Route,
}

/// By which of a method's doors the call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// JSON in, JSON out.
    Plain,
    /// Content is sent, in one request or in a session of several.
    Upload,
    /// Content is answered.
    Download,
}

/// Every method that the exchange may be a call of.
pub(crate) fn targets(exchange: &Exchange) -> Vec<Target> {
    let path = exchange.path.trim_start_matches('/');
    let whole: Vec<&str> = path.split('/').collect();
    let mut cut = whole.clone();
    let verb = split_verb(&mut cut);
    let mut found = Vec::new();
    for api in apis().iter().filter(|api| serves(api, &exchange.host)) {
        for method in &api.methods {
            // Names in Cloud Storage may hold colons; everywhere else, what follows one is a verb.
            let fits = |template: &Template, path: &[&str]| {
                if template.verb.is_some() { template.fits(&cut, verb) } else { template.fits(path, None) }
            };
            let takes_colons = verb.is_none() || api.name.starts_with("storage.");
            if method.verb == exchange.method
                && (takes_colons || method.path.verb.is_some())
                && fits(&method.path, &whole)
            {
                found.push(Target { api, method, route: route_of(method, exchange) });
            }
            // A session's later requests are of another HTTP method than the one that opened it.
            let of_session = matches!(exchange.method.as_str(), "PUT" | "DELETE")
                && exchange.parameter("upload_id").is_some();
            if (method.verb == exchange.method || of_session)
                && method.uploads.iter().any(|upload| fits(upload, &whole))
            {
                found.push(Target { api, method, route: Route::Upload });
            }
            if method.downloads == Downloads::Content
                && method.verb == exchange.method
                && whole
                    .split_first()
                    .is_some_and(|(first, rest)| *first == "download" && fits(&method.path, rest))
            {
                found.push(Target { api, method, route: Route::Download });
            }
        }
    }
    found
}

fn route_of(method: &Method, exchange: &Exchange) -> Route {
    let media = exchange.parameter("alt").as_deref() == Some("media");
    if media && method.downloads == Downloads::Content { Route::Download } else { Route::Plain }
}

/// Cuts the verb off the last segment. Verbs are letters only, which keeps digests such as `sha256:0a` whole.
fn split_verb<'a>(segments: &mut Vec<&'a str>) -> Option<&'a str> {
    let (name, verb) = segments.last()?.rsplit_once(':')?;
    if verb.is_empty() || !verb.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    segments.pop();
    segments.push(name);
    Some(verb)
}

/// Whether an API may answer on a host: its own, a region's, or one that is not Google's.
fn serves(api: &Api, host: &str) -> bool {
    !host.ends_with(".googleapis.com")
        || host == "www.googleapis.com"
        || host.strip_suffix(&api.host).is_some_and(|region| region.is_empty() || region.ends_with('-'))
}
