//! What was asked and answered, for tests and for people. Headers are not kept, since they hold tokens; only the name of
//! the program that asked is.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::call::ASKING_VERBS;

/// Exchanges beyond this many are dropped from memory, oldest first; the file keeps all.
const KEPT: usize = 50_000;

/// Bodies of more bytes are kept by their length.
const LARGEST: usize = 256 * 1024;

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// When it arrived.
    pub time: Timestamp,
    /// HTTP method.
    pub method: String,
    /// Host that was asked, without port.
    pub host: String,
    /// Path as it was sent.
    pub path: String,
    /// Raw query string, without the question mark.
    pub query: String,
    /// The program that asked, as it calls itself: `gemmactl/0.1.0`; empty where it does not.
    pub client: String,
    /// The body: JSON as it is, anything else, and anything large, by its length.
    pub request: Value,
    /// HTTP status of the answer.
    pub status: u16,
    /// The answer's body, in the same way.
    pub answer: Value,
}

impl Exchange {
    /// Whether the request could change something: all but GET, HEAD and OPTIONS, and the policy reads sent by POST.
    pub fn is_write(&self) -> bool {
        let asks = self.path.rsplit_once(':').is_some_and(|(_, verb)| ASKING_VERBS.contains(&verb));
        !asks
            && !self.path.starts_with("/emulator/")
            && !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// The exchanges so far, in memory and, if asked, in a file.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    kept: Mutex<Vec<Exchange>>,
    file: Option<Mutex<File>>,
}

/// Options for a file that only its owner may read: it holds what was sent.
fn private() -> std::fs::OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Journal {
    /// Opens the file for appending, if one is wanted.
    pub(crate) fn open(path: Option<&Path>) -> std::io::Result<Self> {
        let file =
            path.map(|path| private().create(true).append(true).open(path)).transpose()?.map(Mutex::new);
        Ok(Self { kept: Mutex::new(Vec::new()), file })
    }

    /// Adds one exchange. A full disk must not fail the request, so a write error is only traced.
    pub(crate) fn add(&self, exchange: Exchange) {
        if let Some(file) = &self.file
            && let Ok(mut line) = serde_json::to_vec(&exchange)
        {
            line.push(b'\n');
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.write_all(&line) {
                tracing::warn!(%error, "the journal could not be written");
            }
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.drain(..KEPT / 10);
        }
        kept.push(exchange);
    }

    /// A copy of what is kept in memory.
    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A body as the journal keeps it. Large ones, such as contents of objects, are not even parsed.
pub(crate) fn readable(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let parsed = if body.len() <= LARGEST { serde_json::from_slice(body).ok() } else { None };
    parsed.unwrap_or_else(|| by_length(body))
}

/// A JSON body that is at hand, as the journal keeps it; `text` is how it was sent.
pub(crate) fn at_hand(body: Value, text: &[u8]) -> Value {
    if text.len() <= LARGEST { body } else { by_length(text) }
}

fn by_length(body: &[u8]) -> Value {
    Value::String(format!("<{} bytes>", body.len()))
}
