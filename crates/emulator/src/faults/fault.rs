//! What can happen to a call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// On which side of its effect something happens to a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Before anything is done.
    Before,
    /// After it was done, and before the answer.
    #[default]
    After,
}

/// What happens to a call that a rule strikes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// Nothing is done; the answer is an error with this HTTP status.
    Status {
        /// 400, 401, 403, 404, 409, 412 or 500 to 504.
        code: u16,
    },
    /// Nothing is done; 429 of a rate, with the seconds to wait or without.
    RateLimit {
        /// `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// Nothing is done; 409, the thing exists.
    Exists,
    /// Nothing is done; somebody was faster: 412 of Cloud Storage, 409 `ABORTED` elsewhere.
    Conflict,
    /// Nothing is done; 403, the caller lacks the permission that the call needs.
    Denied,
    /// Nothing is done; 403, the API is off.
    ServiceDisabled,
    /// Nothing is done; the connection breaks.
    Reset,
    /// It is done; the connection breaks instead of the answer.
    Lost,
    /// The answer comes later, or the call is carried out later.
    Slow {
        /// By how much.
        milliseconds: u64,
        /// On which side of its effect the time passes.
        #[serde(default)]
        when: When,
    },
    /// It is done; the answer breaks off in the middle.
    Truncated,
    /// It is done; the answer is status 200 with a body that is not its own: a web page, unless told otherwise.
    Malformed {
        /// The body instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// A process of this machine, the client as a rule, is killed as by `kill -9`, and the call never answered.
    Kill {
        /// Its id.
        pid: u32,
        /// On which side of the call's effect.
        #[serde(default)]
        when: When,
    },
    /// Somebody else makes calls of their own right before this one.
    Outside {
        /// Their calls, in order. They are not counted.
        requests: Vec<Outside>,
    },
    /// The call waits until its rule is taken back, and is carried out then.
    Hold,
}

/// A call of somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outside {
    /// HTTP method.
    pub method: String,
    /// Path and query, of an imitated API or of a control route.
    pub path: String,
    /// JSON body, or nothing.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}
