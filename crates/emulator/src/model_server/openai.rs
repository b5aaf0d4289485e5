//! The `OpenAI`-style routes that Ollama offers beside its own, and vLLM alone. Fields: the chat completions reference.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ollama::is_served;
use super::slots::Turn;
use super::speech::{Speech, last_message, streamed};
use super::{Program, vllm};
use crate::call::{Answer, Call};
use crate::server::Answered;

/// The id of every answer; one server, one answer at a time.
const ID: &str = "chatcmpl-1";

/// `GET /v1/models`.
pub(super) fn models(program: Program, model: &str, now: Timestamp) -> Answer {
    Answer::json(json!({
        "object": "list",
        "data": [described(program, model, now)],
    }))
}

/// `GET /v1/models/NAME`.
pub(super) fn one_model(program: Program, asked: &str, model: &str, now: Timestamp) -> Answer {
    // A name's colon may be sent as it is, or encoded.
    let asked = asked.replace("%3A", ":").replace("%3a", ":");
    if is_served(&asked, model) {
        Answer::json(described(program, model, now))
    } else {
        no_model(program, "api_error", &asked)
    }
}

fn no_model(program: Program, kind: &str, asked: &str) -> Answer {
    match program {
        Program::Ollama => refusal(404, kind, &format!("model '{asked}' not found")),
        Program::Vllm => vllm::no_model(asked),
    }
}

fn described(program: Program, model: &str, now: Timestamp) -> Value {
    let owner = match program {
        Program::Ollama => "library",
        Program::Vllm => "vllm",
    };
    json!({ "id": model, "object": "model", "created": now.as_second(), "owned_by": owner })
}

/// `POST /v1/chat/completions`: whole unless the caller says `"stream": true`.
pub(super) async fn chat(call: &Call, program: Program, model: &str, turn: Turn) -> Answered {
    let body: Value = match serde_json::from_slice(&call.body) {
        Ok(body) => body,
        Err(wrong) => return Answered::Whole(refusal(400, "invalid_request_error", &wrong.to_string())),
    };
    let asked = body.get("model").and_then(Value::as_str).unwrap_or("");
    if !is_served(asked, model) {
        return Answered::Whole(no_model(program, "not_found_error", asked));
    }
    let prompt = last_message(&body);
    if prompt.is_empty() {
        let text = "[] is too short - 'messages'";
        return Answered::Whole(refusal(400, "invalid_request_error", text));
    }
    let limit = body.get("max_tokens").or_else(|| body.get("max_completion_tokens")).and_then(Value::as_i64);
    let speech = Speech::to(model, &prompt, limit);
    let time_scale = call.context.settings.time_scale;
    if body.get("stream") == Some(&Value::Bool(true)) {
        let counted = body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
        let usage = counted.then(|| usage(&speech));
        let events = events(call, program, model, &speech, usage);
        return Answered::Stream(streamed(events, "text/event-stream", time_scale, &speech, turn));
    }
    speech.take_time(time_scale, &turn).await;
    Answered::Whole(Answer::json(json!({
        "id": ID,
        "object": "chat.completion",
        "created": call.now().as_second(),
        "model": model,
        "system_fingerprint": fingerprint(program),
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": speech.text() },
            "finish_reason": speech.ending.word(),
        }],
        "usage": usage(&speech),
    })))
}

fn fingerprint(program: Program) -> Option<&'static str> {
    match program {
        Program::Ollama => Some("fp_ollama"),
        Program::Vllm => None,
    }
}

fn usage(speech: &Speech) -> Value {
    json!({
        "prompt_tokens": speech.prompt_pieces,
        "completion_tokens": speech.pieces.len(),
        "total_tokens": speech.prompt_pieces + speech.pieces.len(),
    })
}

fn events(call: &Call, program: Program, model: &str, speech: &Speech, usage: Option<Value>) -> Vec<String> {
    let chunk = |choices: Value| {
        json!({
            "id": ID,
            "object": "chat.completion.chunk",
            "created": call.now().as_second(),
            "model": model,
            "system_fingerprint": fingerprint(program),
            "choices": choices,
        })
    };
    let event = |delta: Value, reason: Value| {
        let chunk = chunk(json!([{ "index": 0, "delta": delta, "finish_reason": reason }]));
        format!("data: {chunk}\n\n")
    };
    let mut events: Vec<String> = speech
        .pieces
        .iter()
        .map(|piece| event(json!({ "role": "assistant", "content": piece }), Value::Null))
        .collect();
    events.push(event(json!({ "role": "assistant", "content": "" }), json!(speech.ending.word())));
    if let Some(usage) = usage {
        let mut last = chunk(json!([]));
        if let Some(last) = last.as_object_mut() {
            last.insert("usage".to_owned(), usage);
        }
        events.push(format!("data: {last}\n\n"));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// An error in `OpenAI`'s form.
pub(super) fn refusal(status: u16, kind: &str, text: &str) -> Answer {
    Answer::json(json!({ "error": { "message": text, "type": kind, "param": null, "code": null } }))
        .with_status(status)
}
