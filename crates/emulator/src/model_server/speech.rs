//! What the imitated model says, and how it comes out piece by piece. The same prompt gives the same text.

use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::slots::Turn;

/// Time per piece on the GPU that is imitated, before the time scale.
const PER_PIECE: Duration = Duration::from_millis(16);

/// A finished answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Speech {
    /// The text in pieces, spaces included.
    pub(super) pieces: Vec<String>,
    /// Whether a limit cut it off.
    pub(super) ending: Stop,
    /// How many pieces the prompt was.
    pub(super) prompt_pieces: usize,
}

/// Why an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It was complete.
    Complete,
    /// The caller's limit was reached.
    Limit,
}

impl Stop {
    /// The word that Ollama and `OpenAI` both use.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Complete => "stop",
            Self::Limit => "length",
        }
    }
}

impl Speech {
    /// What the model says to a prompt, in at most `limit` pieces.
    pub(super) fn to(model: &str, prompt: &str, limit: Option<i64>) -> Self {
        let asked: String = prompt.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
        let text = format!(
            "This is {model} in the emulator, so no GPU was harmed. You asked: \"{asked}\". Deploy the same stack to a \
             real project and ask again."
        );
        let all: Vec<String> = text.split_inclusive(' ').map(ToOwned::to_owned).collect();
        let whole = all.len();
        let kept = limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
        let pieces: Vec<String> = all.into_iter().take(kept.unwrap_or(usize::MAX)).collect();
        let ending = if pieces.len() < whole { Stop::Limit } else { Stop::Complete };
        Self { pieces, ending, prompt_pieces: prompt.split_whitespace().count().max(1) }
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.pieces.concat()
    }

    /// Waits as long as the imitated GPU takes for the whole answer.
    pub(super) async fn take_time(&self, time_scale: f64) {
        let all = pause(time_scale).saturating_mul(u32::try_from(self.pieces.len()).unwrap_or(u32::MAX));
        if !all.is_zero() {
            tokio::time::sleep(all).await;
        }
    }

    /// Nanoseconds that the imitated GPU took for the answer.
    pub(super) fn nanoseconds(&self) -> u64 {
        nanoseconds(self.pieces.len())
    }
}

/// Nanoseconds for this many pieces.
pub(super) fn nanoseconds(pieces: usize) -> u64 {
    let each = u64::try_from(PER_PIECE.as_nanos()).unwrap_or(0);
    each.saturating_mul(u64::try_from(pieces).unwrap_or(u64::MAX))
}

fn pause(time_scale: f64) -> Duration {
    PER_PIECE.mul_f64(time_scale.clamp(0.0, 100.0))
}

/// Sends lines one after the other, with the pauses of the imitated GPU. The slot is taken until the last is sent, or the
/// caller has gone.
pub(super) fn streamed(
    lines: Vec<String>,
    content_type: &'static str,
    time_scale: f64,
    turn: Turn,
) -> Response {
    let pause = pause(time_scale);
    let pieces = stream::iter(lines).then(move |line| {
        let _taken = &turn;
        async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Ok::<_, std::convert::Infallible>(line)
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(header::CONTENT_TYPE, axum::http::HeaderValue::from_static(content_type));
    response
}

/// The text of a chat's messages, one after the other; content may be text or a list of parts.
pub(super) fn last_message(body: &Value) -> String {
    let content = body
        .get("messages")
        .and_then(Value::as_array)
        .and_then(|messages| messages.last())
        .and_then(|message| message.get("content"));
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts: Vec<&str> =
                parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect();
            texts.join(" ")
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => String::new(),
    }
}
