//! `OpenAI`'s routes, as vLLM, the ready-made Gemma containers and others offer them. Source: its API reference, "List models"
//! and "Create chat completion", streamed.

use serde_json::{Value, json};

use crate::answer::{Counted, Ending, Said};
use crate::failure::Unsaid;
use crate::question::Question;

pub(crate) const MODELS: &str = "/v1/models";
pub(crate) const COMPLETIONS: &str = "/v1/chat/completions";

/// The models that a list names. `None`: it is no such list.
pub(crate) fn models(text: &str) -> Option<Vec<String>> {
    let json: Value = serde_json::from_str(text).ok()?;
    let models = json.get("data")?.as_array()?;
    Some(models.iter().filter_map(|model| model.get("id")?.as_str()).map(str::to_owned).collect())
}

/// The body that asks a question.
pub(crate) fn body(question: &Question) -> Value {
    let system = question.system.iter().map(|text| json!({ "role": "system", "content": text }));
    let asked = std::iter::once(json!({ "role": "user", "content": question.prompt }));
    let messages: Vec<Value> = system.chain(asked).collect();
    let limited = question.limit.iter().map(|limit| ("max_tokens", json!(limit)));
    let body = [
        ("model", json!(question.model)),
        ("messages", json!(messages)),
        ("stream", json!(true)),
        ("stream_options", json!({ "include_usage": true })),
    ];
    body.into_iter().chain(limited).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a line of an answer says.
pub(crate) fn said(line: &str) -> Result<Option<Said>, Unsaid> {
    // Other lines of server-sent events are comments, names and the blanks between.
    let Some(data) = line.strip_prefix("data:").map(str::trim) else { return Ok(None) };
    if data == "[DONE]" {
        return Ok(None);
    }
    let json: Value = serde_json::from_str(data).map_err(|_| Unsaid::Malformed("an event is no JSON"))?;
    if let Some(error) = json.get("error").filter(|error| !error.is_null()) {
        let text = error.get("message").unwrap_or(error);
        return Err(Unsaid::Complaint(text.as_str().map_or_else(|| text.to_string(), str::to_owned)));
    }
    let choice = json.pointer("/choices/0");
    let delta = |name: &str| choice?.get("delta")?.get(name)?.as_str().filter(|text| !text.is_empty());
    let number = |name: &str| json.get("usage")?.get(name)?.as_u64();
    Ok(Some(Said {
        text: delta("content").unwrap_or_default().to_owned(),
        thought: delta("reasoning_content").or_else(|| delta("reasoning")).is_some(),
        ending: choice.and_then(|choice| choice.get("finish_reason")?.as_str()).map(|reason| match reason {
            "length" => Ending::Limit,
            _ => Ending::Complete,
        }),
        counted: Counted {
            tokens: number("completion_tokens"),
            prompt_tokens: number("prompt_tokens"),
            speaking: None,
            load: None,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_ends_and_complaints_are_told_apart() {
        let piece = said(r#"data: {"choices":[{"delta":{"content":"The"},"finish_reason":null}]}"#);
        assert_eq!(piece.unwrap().unwrap().text, "The");
        let last = said(r#"data: {"choices":[{"delta":{},"finish_reason":"length"}]}"#).unwrap().unwrap();
        assert_eq!(last.ending, Some(Ending::Limit));
        let usage = said(r#"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}"#);
        assert_eq!(usage.unwrap().unwrap().counted.tokens, Some(3));
        assert_eq!(
            said(r#"data: {"error":{"message":"too long"}}"#),
            Err(Unsaid::Complaint("too long".to_owned()))
        );
        assert_eq!(said("data: <html>"), Err(Unsaid::Malformed("an event is no JSON")));
        for silent in ["", ": comment", "event: x", "data: [DONE]", "data:[DONE]"] {
            assert_eq!(said(silent), Ok(None), "{silent}");
        }
    }

    #[test]
    fn what_the_model_is_told_beforehand_comes_first() {
        let question =
            Question { system: Some("Be brief.".to_owned()), limit: Some(1), ..Question::new("m", "Why?") };
        assert_eq!(
            body(&question),
            json!({
                "model": "m",
                "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Why?" }],
                "stream": true,
                "stream_options": { "include_usage": true },
                "max_tokens": 1,
            })
        );
    }
}
