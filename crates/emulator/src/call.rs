//! One request as the imitated services see it, and one answer as they give it. Knows no service.

use std::sync::Arc;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::blobs::Blobs;
use crate::error::ApiError;
use crate::settings::Settings;

/// The time, the settings and the contents of objects: what services may use beside the world.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The time of this request.
    pub(crate) now: Timestamp,
    /// What was decided at the start.
    pub(crate) settings: Arc<Settings>,
    /// Contents of objects.
    pub(crate) blobs: Arc<dyn Blobs>,
}

/// Verbs of calls that only ask although they are sent by POST.
pub(crate) const ASKING_VERBS: [&str; 5] =
    ["getIamPolicy", "testIamPermissions", "wait", "generateIdToken", "generateAccessToken"];

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// HTTP method.
    pub(crate) method: Method,
    /// Host without port, from an absolute-form request or the `Host` header; only a hint.
    pub(crate) host: String,
    /// The path as it was sent, still percent-encoded.
    pub(crate) path: String,
    /// Path segments, percent-decoded, the last one without its verb.
    pub(crate) segments: Vec<String>,
    /// What follows the colon of the last segment, as in `services/S:enable`. Never set for Cloud Storage paths.
    pub(crate) verb: Option<String>,
    /// Query parameters, decoded.
    pub(crate) query: Query,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body.
    pub(crate) body: Bytes,
    /// Who calls, as a policy member such as `user:me@example.com`.
    pub(crate) caller: String,
    /// Time, settings and contents.
    pub(crate) context: Context,
}

impl Call {
    /// The time of this request.
    pub(crate) fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Whether this only asks. Some questions are sent by POST.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
            || self.verb.as_deref().is_some_and(|verb| ASKING_VERBS.contains(&verb))
    }

    /// Segments as string slices, to match on.
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The value of a header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as a JSON object; an empty body is an empty object, as Google's front ends take it.
    pub(crate) fn json(&self) -> Result<Value, ApiError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(Value::Object(object)),
            Ok(_) => Err(ApiError::invalid(
                "Invalid JSON payload received. Unexpected end of string. Expected an object.",
            )),
            Err(wrong) => Err(ApiError::invalid(format!("Invalid JSON payload received. {wrong}"))),
        }
    }

    /// The e-mail of the caller, without the kind of member before it.
    pub(crate) fn caller_email(&self) -> &str {
        self.caller.split_once(':').map_or(self.caller.as_str(), |(_, email)| email)
    }
}

/// Query parameters in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(pub(crate) Vec<(String, String)>);

impl Query {
    /// Takes a raw query string apart.
    pub(crate) fn parse(raw: &str) -> Self {
        Self(
            raw.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (percent_decode(&name.replace('+', " ")), percent_decode(&value.replace('+', " ")))
                })
                .collect(),
        )
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a boolean parameter is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "true" || value == "1")
    }

    /// An integer parameter; 400 when it is none.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.get(name)
            .map(|value| {
                value.parse().map_err(|_| {
                    ApiError::invalid(format!("Invalid value at '{name}' (TYPE_INT64), \"{value}\""))
                })
            })
            .transpose()
    }
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Payload {
    /// A JSON document.
    Json(Value),
    /// Anything else, with its content type.
    Bytes(String, Bytes),
    /// Nothing.
    Empty,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// Headers beside the content type.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Body.
    pub(crate) payload: Payload,
}

impl Answer {
    /// 200 with a JSON body.
    pub(crate) fn json(value: Value) -> Self {
        Self { status: 200, headers: Vec::new(), payload: Payload::Json(value) }
    }

    /// 200 with `{}`, as most deletes answer.
    pub(crate) fn empty_object() -> Self {
        Self::json(Value::Object(serde_json::Map::new()))
    }

    /// An answer without body.
    pub(crate) fn bare(status: u16) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Empty }
    }

    /// 200 with bytes.
    pub(crate) fn bytes(content_type: impl Into<String>, content: Bytes) -> Self {
        Self { status: 200, headers: Vec::new(), payload: Payload::Bytes(content_type.into(), content) }
    }

    /// The same with another status.
    #[must_use]
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What a service makes of a call: `None` when the path is not its own.
pub(crate) type Handled = Option<Result<Answer, ApiError>>;

/// Splits an encoded path into decoded segments and the verb after the last colon.
/// Cloud Storage names may hold colons, so its paths have no verb; elsewhere a verb is letters only, which keeps
/// digests (`sha256:...`) whole.
pub(crate) fn split_path(path: &str) -> (Vec<String>, Option<String>) {
    let mut raw: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let storage = matches!(raw.first(), Some(&("storage" | "upload" | "resumable" | "download")));
    let mut verb = None;
    if !storage
        && let Some(last) = raw.last_mut()
        && let Some((name, after)) = last.rsplit_once(':')
        && !after.is_empty()
        && after.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        *last = name;
        verb = Some(after.to_owned());
    }
    (raw.into_iter().map(percent_decode).collect(), verb)
}

/// Decodes `%XX`; what is not a valid escape stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%'
            && let Some((digits, after)) = tail.split_at_checked(2)
            && let Ok(digits) = std::str::from_utf8(digits)
            && let Ok(byte) = u8::from_str_radix(digits, 16)
        {
            bytes.push(byte);
            rest = after;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// 400 for a field that the body must not have, in the text of the JSON front end. `at` is empty for the body itself.
pub(crate) fn refuse_unknown(value: &Value, known: &[&str], at: &str) -> Result<(), ApiError> {
    let unknown =
        value.as_object().and_then(|object| object.keys().find(|key| !known.contains(&key.as_str())));
    match unknown {
        None => Ok(()),
        Some(key) if at.is_empty() => Err(ApiError::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{key}\": Cannot find field."
        ))),
        Some(key) => Err(ApiError::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{key}\" at '{at}': Cannot find field."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_split_into_decoded_segments_and_a_verb() {
        let cases: [(&str, &[&str], Option<&str>); 7] = [
            (
                "/v1/projects/p/services:batchEnable",
                &["v1", "projects", "p", "services"],
                Some("batchEnable"),
            ),
            ("/v1/projects/p:getIamPolicy", &["v1", "projects", "p"], Some("getIamPolicy")),
            ("/v2/p/r/i/manifests/sha256:0a1b", &["v2", "p", "r", "i", "manifests", "sha256:0a1b"], None),
            ("/v1/x/serviceAccounts/a%40b.c", &["v1", "x", "serviceAccounts", "a@b.c"], None),
            ("/storage/v1/b/b/o/a%2Fb:c", &["storage", "v1", "b", "b", "o", "a/b:c"], None),
            ("/v1/a%ZZ%4", &["v1", "a%ZZ%4"], None),
            ("/", &[""], None),
        ];
        for (path, segments, verb) in cases {
            let (found, found_verb) = split_path(path);
            assert_eq!(found, segments, "{path}");
            assert_eq!(found_verb.as_deref(), verb, "{path}");
        }
    }

    #[test]
    fn query_parameters_are_decoded_and_repeated_ones_kept() {
        let query = Query::parse("names=a%2Fb&names=c+d&on=true&flag&size=7");
        assert_eq!(query.all("names").collect::<Vec<_>>(), ["a/b", "c d"]);
        assert!(query.is_on("on") && !query.is_on("flag"));
        assert_eq!(query.integer("size").unwrap(), Some(7));
        assert!(Query::parse("size=x").integer("size").is_err());
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in ".{0,40}") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
            prop_assert_eq!(percent_decode(&encoded), text);
        }

        #[test]
        fn no_path_is_too_strange_to_split(path in ".{0,60}") {
            let (segments, _) = split_path(&path);
            prop_assert!(!segments.is_empty());
        }
    }
}
