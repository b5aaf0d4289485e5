//! A whole stream, read back. Any bytes until it is read.

use model::Json;

use super::{Message, Told, VERSION};

/// The messages of one run, the first of them what was about to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// In order. Messages that this program does not know are left out.
    pub messages: Vec<Message>,
}

/// Why a text is no stream.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It has a form that this program does not know.
    #[error("it has version {0} of the form of events; this gemmactl reads version {VERSION}")]
    OtherVersion(u64),
    /// A line is something else, or damaged.
    #[error("line {line} is no event: {problem}")]
    Malformed {
        /// Which, counted from 1.
        line: usize,
        /// Why.
        problem: String,
    },
    /// It is no stream from its beginning.
    #[error("it does not begin with the event `begun`")]
    NotBegun,
}

impl StreamError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::OtherVersion(_) => "help: use the gemmactl that printed it, or a newer one",
            Self::Malformed { .. } | Self::NotBegun => {
                "help: keep all that apply --json prints: gemmactl apply --yes --json > events.jsonl"
            }
        }
    }
}

/// Whether a text is rather a stream of events than a saved plan: its first line is an event.
pub fn is_stream(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    serde_json::from_slice::<Json>(first).is_ok_and(|value| value.get("event").is_some())
}

/// The names of the events that this program knows.
const KNOWN: [&str; 11] = [
    "begun",
    "started",
    "stepStarted",
    "progress",
    "done",
    "failed",
    "skipped",
    "notStarted",
    "stopping",
    "finished",
    "smokeTest",
];

impl Stream {
    /// Reads a stream. A last line without its end, as a killed run leaves it, is left out. Errors: a line is no event, or the first
    /// line is not the beginning.
    pub fn read(text: &[u8]) -> Result<Self, StreamError> {
        let mut messages = Vec::new();
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        lines.pop();
        for (at, line) in lines.into_iter().enumerate() {
            messages.extend(message(at + 1, line)?);
        }
        match messages.first() {
            Some(Message { told: Told::Begun { .. }, .. }) => Ok(Self { messages }),
            Some(_) | None => Err(StreamError::NotBegun),
        }
    }

    /// The lines again.
    pub fn text(&self) -> String {
        self.messages.iter().map(line).collect()
    }
}

/// A message as its line, which ends with a line break.
pub fn line(message: &Message) -> String {
    let value = serde_json::to_value(message).unwrap_or_default();
    format!("{}\n", crate::escape::json_text(&value))
}

fn message(line: usize, text: &[u8]) -> Result<Option<Message>, StreamError> {
    let malformed =
        |problem: &dyn std::fmt::Display| StreamError::Malformed { line, problem: problem.to_string() };
    let value: Json = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
    match value.get("version").and_then(Json::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        Some(version) => return Err(StreamError::OtherVersion(version)),
        None => return Err(malformed(&"it has no `version`")),
    }
    let event = value.get("event").and_then(Json::as_str).ok_or_else(|| malformed(&"it has no `event`"))?;
    if !KNOWN.contains(&event) {
        return Ok(None);
    }
    let message: Message = serde_json::from_value(value).map_err(|error| malformed(&error))?;
    message.told.as_event().map_err(|error| malformed(&error))?;
    Ok(Some(message))
}
