//! What the imitated model says, and how it comes out piece by piece. The same prompt gives the same text.

use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::slots::{Start, Turn};

/// Time per piece on the GPU that is imitated, before the time scale, for a prompt that is alone.
const PER_PIECE: Duration = Duration::from_millis(16);
/// A GPU reads the weights once for the next piece of every answer, so each further answer makes the pieces of all come by so much
/// of that time later. What a real one takes depends on model and context.
const COMPANY: f64 = 0.1;
/// How long an instance takes to start and load the model, before the time scale, and how long a loaded model is said to take.
const START: Duration = Duration::from_millis(1200);
const LOADED: Duration = Duration::from_millis(20);

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
    pub(super) async fn take_time(&self, time_scale: f64, turn: &Turn) {
        let pace = Pace::of(turn, self.prompt_pieces);
        let whole = pace.reading + pace.speaking(self.pieces.len());
        sleep(scaled(whole, time_scale)).await;
    }
}

/// How long the imitated GPU takes for an answer, before the time scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// To start the instance and load the model, which is over when a prompt has its slot.
    pub(super) load: Duration,
    /// To read the prompt.
    pub(super) reading: Duration,
    /// For each piece.
    piece: Duration,
}

impl Pace {
    /// The pace of an answer in a slot.
    pub(super) fn of(turn: &Turn, prompt_pieces: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "slots are few")]
        let others = turn.company.saturating_sub(1) as f64;
        let piece = PER_PIECE.mul_f64(1.0 + COMPANY * others);
        let reading = times(PER_PIECE, prompt_pieces) / 10;
        let load = match turn.start {
            Start::Cold => START,
            Start::Warm => LOADED,
        };
        Self { load, reading, piece }
    }

    /// The time for so many pieces.
    pub(super) fn speaking(&self, pieces: usize) -> Duration {
        times(self.piece, pieces)
    }
}

/// How long an instance takes to start and load the model.
pub(super) fn starting(time_scale: f64) -> Duration {
    scaled(START, time_scale)
}

fn times(each: Duration, count: usize) -> Duration {
    each.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

fn scaled(time: Duration, time_scale: f64) -> Duration {
    time.mul_f64(time_scale.clamp(0.0, 100.0))
}

async fn sleep(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Sends lines one after the other, with the pauses of the imitated GPU. The slot is taken until the last is sent, or the
/// caller has gone.
pub(super) fn streamed(
    lines: Vec<String>,
    content_type: &'static str,
    time_scale: f64,
    speech: &Speech,
    turn: Turn,
) -> Response {
    let pace = Pace::of(&turn, speech.prompt_pieces);
    let (reading, piece) = (scaled(pace.reading, time_scale), scaled(pace.piece, time_scale));
    let pieces = stream::iter(lines.into_iter().enumerate()).then(move |(number, line)| {
        let _taken = &turn;
        async move {
            sleep(if number == 0 { reading + piece } else { piece }).await;
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
