//! Why a question was not answered.

use gcp::service::{ServiceAnswer, ServiceFailure};
use serde_json::Value;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AskFailure {
    /// It was not sent, or no answer began.
    #[error("{0}")]
    Service(#[from] ServiceFailure),
    /// The service answered with an error.
    #[error("{path} was answered with {status}{}", because(.text))]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it says; may be empty.
        text: String,
        /// What was asked.
        path: &'static str,
    },
    /// The answer broke off.
    #[error("the answer broke off: {0}")]
    Broken(String),
    /// The answer is not of the form of its kind of server.
    #[error("the answer of {path} is not of the form that such servers give: {problem}")]
    Malformed {
        /// What was asked.
        path: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The server gave up in the middle of an answer.
    #[error("the server stopped answering: {0}")]
    GaveUp(String),
}

/// Why a line of an answer says nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsaid {
    /// The server complains.
    Complaint(String),
    /// It is no line of such a server: what is wrong with it.
    Malformed(&'static str),
}

impl Unsaid {
    /// The failure of the answer to a path.
    pub(crate) fn at(self, path: &'static str) -> AskFailure {
        match self {
            Self::Complaint(text) => AskFailure::GaveUp(text),
            Self::Malformed(problem) => AskFailure::Malformed { path, problem: problem.to_owned() },
        }
    }
}

impl AskFailure {
    /// The HTTP status of the refusal, if it was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Service(_) | Self::Broken(_) | Self::Malformed { .. } | Self::GaveUp(_) => None,
        }
    }
}

fn because(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

/// The largest part of an error page that is read.
const LARGEST: usize = 16 << 10;
/// As many letters of an error are told.
const TOLD: usize = 300;

/// The refusal that an answer is.
pub(crate) async fn refusal(path: &'static str, mut answer: ServiceAnswer) -> AskFailure {
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    // What of it can be read tells enough.
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            break;
        }
    }
    AskFailure::Refused { status, text: told(&String::from_utf8_lossy(&body)), path }
}

/// What an error says, in Ollama's form, in `OpenAI`'s, in that of Google's front end, or in its first line.
pub(crate) fn told(body: &str) -> String {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let text = match json.pointer("/error/message").or_else(|| json.get("error")).and_then(Value::as_str) {
        Some(text) => text,
        None if body.trim_start().starts_with('<') => between(body, "<h2>", "</h2>")
            .or_else(|| between(body, "<title>", "</title>"))
            .unwrap_or_default(),
        None => body.trim().lines().next().unwrap_or_default(),
    };
    text.trim().chars().take(TOLD).collect()
}

fn between<'text>(text: &'text str, start: &str, end: &str) -> Option<&'text str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

/// An error of the connection, without the address.
pub(crate) fn broken(error: &dyn std::error::Error) -> AskFailure {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    AskFailure::Broken(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_whatever_form_it_has() {
        for (body, text) in [
            ("{\"error\":\"model 'x' not found\"}", "model 'x' not found"),
            ("{\"error\":{\"message\":\"no such model\",\"type\":\"x\"}}", "no such model"),
            (
                "\n<html><head><title>403 Forbidden</title></head><body><h1>Error: Forbidden</h1>\n<h2>Your client may \
                 not.</h2></body></html>",
                "Your client may not.",
            ),
            ("<html><title>502</title></html>", "502"),
            ("<html>", ""),
            ("Rate exceeded.\nmore", "Rate exceeded."),
            ("", ""),
            ("{\"other\":1}", "{\"other\":1}"),
        ] {
            assert_eq!(told(body), text, "{body}");
        }
        assert_eq!(told(&"x".repeat(1000)).len(), TOLD);
    }
}
