//! One request ready to be sent: address, headers, body. Made from the plain data of the plan.

use std::time::Duration;

use bytes::Bytes;
use model::{Api, ApiRequest, Body, CloudError, ErrorKind, Method};
use reqwest::Url;

use crate::Endpoint;
use crate::created::created_path;

/// A request ready to be sent.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) api: Api,
    pub(crate) method: Method,
    /// Path without the leading slash, for messages and for what depends on the resource.
    pub(crate) path: String,
    /// Path of the thing that it creates, if it creates one.
    pub(crate) creates: Option<String>,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) payload: Payload,
    pub(crate) timeout: Duration,
    /// Statuses that are answers beside the 2xx: 308 of an upload session.
    pub(crate) also: &'static [u16],
}

/// What a request carries.
#[derive(Clone)]
pub(crate) enum Payload {
    /// Nothing.
    Empty,
    /// Bytes of a media type.
    Bytes(String, Bytes),
}

/// No request is under way for longer. Ordinary calls answer in a few seconds; a large policy or a batch takes longer.
pub const LONGEST_CALL: Duration = Duration::from_mins(1);

impl Outgoing {
    /// Builds the request for an endpoint. Errors: a path that a URL would not keep as it is.
    pub(crate) fn new(endpoint: &Endpoint, request: &ApiRequest) -> Result<Self, CloudError> {
        let unsendable = |problem: &str| {
            CloudError::new(ErrorKind::Invalid, format!("the request cannot be sent: {problem}")).at(request)
        };
        let mut url = endpoint.base(request.api).ok_or_else(|| unsendable("its host is no host"))?;
        url.set_path(&request.path);
        // A path with `..`, a question mark or a space would be sent as something else than the plan says.
        if url.path().strip_prefix('/') != Some(request.path.as_str()) {
            return Err(unsendable("its path holds characters that must be percent-encoded"));
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let payload = match &request.body {
            Body::Empty => Payload::Empty,
            Body::Json(json) => Payload::Bytes("application/json".to_owned(), json.to_string().into()),
            Body::Bytes { content_type, bytes } => {
                Payload::Bytes(content_type.clone(), Bytes::copy_from_slice(bytes))
            }
        };
        Ok(Self {
            api: request.api,
            method: request.method,
            path: request.path.clone(),
            creates: created_path(request),
            url,
            headers: Vec::new(),
            payload,
            timeout: LONGEST_CALL,
            also: &[],
        })
    }
}

/// Whether a name that a server gave can stand in a path as it is.
pub(crate) fn is_plain_path(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '~' | '@'))
        && name.split('/').all(|segment| !segment.is_empty() && segment.chars().any(|c| c != '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_sent_as_the_plan_says_or_not_at_all() {
        let build = |path: &str| Outgoing::new(&Endpoint::Google, &ApiRequest::get(Api::Run, path));
        for good in [
            "v2/projects/p/locations/r/services/s",
            "v1/packages/a%2Fb/tags/t",
            "v3/projects/p:getIamPolicy",
            "v1/projects/p/serviceAccounts/a@b.c",
        ] {
            assert_eq!(
                build(good).map(|sent| sent.url.to_string()).unwrap(),
                format!("https://run.googleapis.com/{good}")
            );
        }
        for bad in ["v2/../v1/x", "v2/a b", "v2/a?b", "v2/a#b", "/v2/a", "v2/\u{e9}"] {
            assert!(build(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_from_servers_cannot_leave_their_path() {
        for good in ["operations/acat.p2-1-a", "projects/p/locations/r/operations/1"] {
            assert!(is_plain_path(good), "{good}");
        }
        for bad in ["", "../x", "a/../b", "a//b", "/a", "a?b", "a:b", "https://evil", "a%2e"] {
            assert!(!is_plain_path(bad), "{bad}");
        }
    }
}
