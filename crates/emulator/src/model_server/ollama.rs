//! Ollama's own routes. Fields and texts: Ollama's API page and its source, version as below.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::slots::Turn;
use super::speech::{Pace, Speech, last_message, streamed};
use crate::blobs::sha256_hex;
use crate::call::{Answer, Call};
use crate::clock::later;
use crate::server::Answered;

/// The version that is imitated: the last with the engine that the L4's driver runs.
const VERSION: &str = "0.24.0";
/// How long a model stays loaded.
const KEEP_ALIVE: Duration = Duration::from_mins(5);

/// `GET /api/version`.
pub(super) fn version() -> Answer {
    Answer::json(json!({ "version": VERSION }))
}

/// `GET /api/tags`.
pub(super) fn tags(model: &str) -> Answer {
    let mut entry = described(model);
    entry.insert("modified_at".into(), json!("2026-11-01T00:00:00Z"));
    Answer::json(json!({ "models": [entry] }))
}

/// `GET /api/ps`.
pub(super) fn loaded(model: &str, now: Timestamp) -> Answer {
    let mut entry = described(model);
    let size = entry.get("size").cloned().unwrap_or(Value::Null);
    entry.insert("expires_at".into(), json!(later(now, KEEP_ALIVE).to_string()));
    entry.insert("size_vram".into(), size);
    entry.insert("context_length".into(), json!(4096));
    Answer::json(json!({ "models": [entry] }))
}

/// `POST /api/show`.
pub(super) fn show(call: &Call, model: &str) -> Answer {
    match checked(call, model) {
        Err(refused) => refused,
        Ok(_) => Answer::json(json!({
            "modelfile": format!("FROM {model}\n"),
            "parameters": "stop \"<end_of_turn>\"",
            "template": "{{ .Prompt }}",
            "details": details(model),
            "model_info": { "general.architecture": family(model) },
            "capabilities": ["completion"],
            "modified_at": "2026-11-01T00:00:00Z",
        })),
    }
}

/// `POST /api/generate`.
pub(super) async fn generate(call: &Call, model: &str, turn: Turn) -> Answered {
    let body = match checked(call, model) {
        Ok(body) => body,
        Err(refused) => return Answered::Whole(refused),
    };
    let prompt = body.get("prompt").and_then(Value::as_str).unwrap_or("");
    if prompt.is_empty() {
        return Answered::Whole(only_loaded(model, call.now(), "response", &json!("")));
    }
    let speech = Speech::to(model, prompt, limit(&body));
    said(call, model, &body, &speech, turn, |piece| ("response", json!(piece))).await
}

/// `POST /api/chat`.
pub(super) async fn chat(call: &Call, model: &str, turn: Turn) -> Answered {
    let body = match checked(call, model) {
        Ok(body) => body,
        Err(refused) => return Answered::Whole(refused),
    };
    let message = |text: &str| ("message", json!({ "role": "assistant", "content": text }));
    let prompt = last_message(&body);
    if prompt.is_empty() {
        return Answered::Whole(only_loaded(model, call.now(), "message", &message("").1));
    }
    let speech = Speech::to(model, &prompt, limit(&body));
    said(call, model, &body, &speech, turn, message).await
}

/// Streams unless the caller says `"stream": false`, as Ollama does.
async fn said(
    call: &Call,
    model: &str,
    body: &Value,
    speech: &Speech,
    turn: Turn,
    shape: impl Fn(&str) -> (&'static str, Value),
) -> Answered {
    let time_scale = call.context.settings.time_scale;
    if body.get("stream") == Some(&Value::Bool(false)) {
        speech.take_time(time_scale, &turn).await;
        return Answered::Whole(Answer::json(last_line(call, model, speech, &turn, shape(&speech.text()))));
    }
    let mut lines: Vec<String> = speech
        .pieces
        .iter()
        .map(|piece| {
            let (field, value) = shape(piece);
            let mut line = head(model, call.now());
            line.insert(field.into(), value);
            line.insert("done".into(), json!(false));
            format!("{}\n", Value::Object(line))
        })
        .collect();
    lines.push(format!("{}\n", last_line(call, model, speech, &turn, shape(""))));
    Answered::Stream(streamed(lines, "application/x-ndjson", time_scale, speech, turn))
}

fn last_line(
    call: &Call,
    model: &str,
    speech: &Speech,
    turn: &Turn,
    (field, value): (&'static str, Value),
) -> Value {
    let pace = Pace::of(turn, speech.prompt_pieces);
    let speaking = pace.speaking(speech.pieces.len());
    let nanoseconds = |time: Duration| json!(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let mut line = head(model, call.now());
    line.insert(field.into(), value);
    line.insert("done".into(), json!(true));
    line.insert("done_reason".into(), json!(speech.ending.word()));
    line.insert("total_duration".into(), nanoseconds(pace.load + pace.reading + speaking));
    line.insert("load_duration".into(), nanoseconds(pace.load));
    line.insert("prompt_eval_count".into(), json!(speech.prompt_pieces));
    line.insert("prompt_eval_duration".into(), nanoseconds(pace.reading));
    line.insert("eval_count".into(), json!(speech.pieces.len()));
    line.insert("eval_duration".into(), nanoseconds(speaking));
    Value::Object(line)
}

/// The answer to a request that only loads the model.
fn only_loaded(model: &str, now: Timestamp, field: &str, value: &Value) -> Answer {
    let mut line = head(model, now);
    line.insert(field.into(), value.clone());
    line.insert("done".into(), json!(true));
    line.insert("done_reason".into(), json!("load"));
    Answer::json(Value::Object(line))
}

fn head(model: &str, now: Timestamp) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("model".into(), json!(model));
    line.insert("created_at".into(), json!(now.to_string()));
    line
}

/// The body of a request that names the served model, or Ollama's refusal.
fn checked(call: &Call, model: &str) -> Result<Value, Answer> {
    if call.body.is_empty() {
        return Err(refusal(400, "missing request body"));
    }
    let body: Value = serde_json::from_slice(&call.body).map_err(|wrong| refusal(400, &wrong.to_string()))?;
    let asked = body.get("model").or_else(|| body.get("name")).and_then(Value::as_str).unwrap_or("");
    if is_served(asked, model) {
        return Ok(body);
    }
    Err(refusal(404, &format!("model '{asked}' not found")))
}

/// Whether the name that was asked for is the served one; no tag means `latest`.
pub(super) fn is_served(asked: &str, model: &str) -> bool {
    let full = |name: &str| if name.contains(':') { name.to_owned() } else { format!("{name}:latest") };
    !asked.is_empty() && full(asked) == full(model)
}

/// An error in Ollama's form.
pub(super) fn refusal(status: u16, text: &str) -> Answer {
    Answer::json(json!({ "error": text })).with_status(status)
}

fn limit(body: &Value) -> Option<i64> {
    body.pointer("/options/num_predict").and_then(Value::as_i64)
}

fn described(model: &str) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("name".into(), json!(model));
    entry.insert("model".into(), json!(model));
    entry.insert("size".into(), json!(size(model)));
    entry.insert("digest".into(), json!(sha256_hex(model.as_bytes())));
    entry.insert("details".into(), details(model));
    entry
}

fn details(model: &str) -> Value {
    let family = family(model);
    json!({
        "parent_model": "",
        "format": "gguf",
        "family": family,
        "families": [family],
        "parameter_size": model.split_once(':').map_or("", |(_, tag)| tag).to_uppercase(),
        "quantization_level": "Q4_K_M",
    })
}

fn family(model: &str) -> &str {
    model.split(':').next().unwrap_or(model)
}

/// Bytes of the usual quantisation: about 0.82 GB per billion parameters, which fits the listed sizes of Gemma 3.
fn size(model: &str) -> u64 {
    let billions: String = model
        .split_once(':')
        .map_or("", |(_, tag)| tag)
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    billions.parse::<u64>().unwrap_or(4).saturating_mul(820_000_000)
}
