//! Ollama's own routes. Source: its API page, `/api/tags` and `/api/generate`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::{Counted, Ending, Said};
use crate::failure::Unsaid;
use crate::question::Question;

pub(crate) const TAGS: &str = "/api/tags";
pub(crate) const GENERATE: &str = "/api/generate";

/// The models that a list names. `None`: it is no such list.
pub(crate) fn models(text: &str) -> Option<Vec<String>> {
    let json: Value = serde_json::from_str(text).ok()?;
    let models = json.get("models")?.as_array()?;
    Some(models.iter().filter_map(|model| model.get("name")?.as_str()).map(str::to_owned).collect())
}

/// The body that asks a question.
pub(crate) fn body(question: &Question) -> Value {
    let told = question.system.iter().map(|system| ("system", json!(system)));
    let limited = question.limit.iter().map(|limit| ("options", json!({ "num_predict": limit })));
    let asked =
        [("model", json!(question.model)), ("prompt", json!(question.prompt)), ("stream", json!(true))];
    asked.into_iter().chain(told).chain(limited).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a line of an answer says.
pub(crate) fn said(line: &str) -> Result<Option<Said>, Unsaid> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    let json: Value = serde_json::from_str(line).map_err(|_| Unsaid::Malformed("a line is no JSON"))?;
    if let Some(error) = json.get("error") {
        return Err(Unsaid::Complaint(error.as_str().map_or_else(|| error.to_string(), str::to_owned)));
    }
    let number = |name: &str| json.get(name).and_then(Value::as_u64);
    let ending = (json.get("done") == Some(&Value::Bool(true))).then(|| {
        match json.get("done_reason").and_then(Value::as_str) {
            Some("length") => Ending::Limit,
            Some(_) | None => Ending::Complete,
        }
    });
    Ok(Some(Said {
        text: json.get("response").and_then(Value::as_str).unwrap_or_default().to_owned(),
        thought: json.get("thinking").and_then(Value::as_str).is_some_and(|thought| !thought.is_empty()),
        ending,
        counted: Counted {
            tokens: number("eval_count"),
            prompt_tokens: number("prompt_eval_count"),
            speaking: number("eval_duration").map(Duration::from_nanos),
            load: number("load_duration").map(Duration::from_nanos),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_ends_and_complaints_are_told_apart() {
        let piece = said(r#"{"model":"m","response":"The","done":false}"#).unwrap().unwrap();
        assert_eq!((piece.text.as_str(), piece.ending), ("The", None));
        let last = r#"{"response":"","done":true,"done_reason":"length","eval_count":3,"eval_duration":48000000,
                      "prompt_eval_count":7,"load_duration":1200000000}"#;
        let last = said(last).unwrap().unwrap();
        assert_eq!((last.ending, last.counted.tokens), (Some(Ending::Limit), Some(3)));
        assert_eq!(last.counted.speaking, Some(Duration::from_millis(48)));
        assert!(said(r#"{"response":"","thinking":"hm","done":false}"#).unwrap().unwrap().thought);
        assert_eq!(said(r#"{"error":"out of memory"}"#), Err(Unsaid::Complaint("out of memory".to_owned())));
        assert_eq!(said("<html>"), Err(Unsaid::Malformed("a line is no JSON")));
        assert_eq!(said(" "), Ok(None));
    }

    #[test]
    fn a_question_says_no_more_than_is_asked() {
        let mut question = Question::new("m", "Why?");
        assert_eq!(body(&question), json!({ "model": "m", "prompt": "Why?", "stream": true }));
        question.system = Some("Be brief.".to_owned());
        question.limit = Some(1);
        assert_eq!(
            body(&question),
            json!({ "model": "m", "prompt": "Why?", "stream": true, "system": "Be brief.", "options": { "num_predict": 1 } })
        );
    }

    #[test]
    fn only_a_list_of_models_is_one() {
        assert_eq!(models(r#"{"models":[{"name":"gemma3:4b"},{}]}"#), Some(vec!["gemma3:4b".to_owned()]));
        assert_eq!(models(r#"{"models":[]}"#), Some(Vec::new()));
        for other in ["", "<html>", "[]", "{}", r#"{"models":{}}"#] {
            assert_eq!(models(other), None, "{other}");
        }
    }
}
