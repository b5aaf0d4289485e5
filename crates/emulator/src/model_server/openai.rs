//! The `OpenAI`-style routes that Ollama offers beside its own. Fields: the chat completions reference.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ollama::is_served;
use super::speech::{Speech, last_message, streamed};
use crate::call::{Answer, Call};
use crate::server::Answered;

/// The id of every answer; one server, one answer at a time.
const ID: &str = "chatcmpl-1";

/// `GET /v1/models`.
pub(super) fn models(model: &str, now: Timestamp) -> Answer {
    Answer::json(json!({
        "object": "list",
        "data": [{ "id": model, "object": "model", "created": now.as_second(), "owned_by": "library" }],
    }))
}

/// `POST /v1/chat/completions`: whole unless the caller says `"stream": true`.
pub(super) fn chat(call: &Call, model: &str, time_scale: f64) -> Answered {
    let body: Value = match serde_json::from_slice(&call.body) {
        Ok(body) => body,
        Err(wrong) => return Answered::Whole(refusal(400, "invalid_request_error", &wrong.to_string())),
    };
    let asked = body.get("model").and_then(Value::as_str).unwrap_or("");
    if !is_served(asked, model) {
        return Answered::Whole(refusal(404, "not_found_error", &format!("model '{asked}' not found")));
    }
    let prompt = last_message(&body);
    if prompt.is_empty() {
        let text = "[] is too short - 'messages'";
        return Answered::Whole(refusal(400, "invalid_request_error", text));
    }
    let limit = body.get("max_tokens").or_else(|| body.get("max_completion_tokens")).and_then(Value::as_i64);
    let speech = Speech::to(model, &prompt, limit);
    if body.get("stream") == Some(&Value::Bool(true)) {
        return Answered::Stream(streamed(events(call, model, &speech), "text/event-stream", time_scale));
    }
    Answered::Whole(Answer::json(json!({
        "id": ID,
        "object": "chat.completion",
        "created": call.now().as_second(),
        "model": model,
        "system_fingerprint": "fp_ollama",
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": speech.text() },
            "finish_reason": speech.ending.word(),
        }],
        "usage": {
            "prompt_tokens": speech.prompt_pieces,
            "completion_tokens": speech.pieces.len(),
            "total_tokens": speech.prompt_pieces + speech.pieces.len(),
        },
    })))
}

fn events(call: &Call, model: &str, speech: &Speech) -> Vec<String> {
    let event = |delta: Value, reason: Value| {
        let chunk = json!({
            "id": ID,
            "object": "chat.completion.chunk",
            "created": call.now().as_second(),
            "model": model,
            "system_fingerprint": "fp_ollama",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }],
        });
        format!("data: {chunk}\n\n")
    };
    let mut events: Vec<String> = speech
        .pieces
        .iter()
        .map(|piece| event(json!({ "role": "assistant", "content": piece }), Value::Null))
        .collect();
    events.push(event(json!({ "role": "assistant", "content": "" }), json!(speech.ending.word())));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn refusal(status: u16, kind: &str, text: &str) -> Answer {
    Answer::json(json!({ "error": { "message": text, "type": kind, "param": null, "code": null } }))
        .with_status(status)
}
