//! The form in which the record remembers what the spec asked for. Knows no kind and no record.

use model::Json;
use model::digest::sha256;

/// Longer texts than this, in bytes, are remembered by their digest.
const LONGEST: usize = 4096;

/// A value as the record remembers it: every long text in it as `sha256:` and its digest in hex.
///
/// It is enough to tell an edit from drift, and keeps the record small.
pub fn applied_form(value: &Json) -> Json {
    match value {
        Json::String(text) if text.len() > LONGEST => Json::String(format!("sha256:{}", sha256(text))),
        Json::Array(items) => Json::Array(items.iter().map(applied_form).collect()),
        Json::Object(map) => {
            Json::Object(map.iter().map(|(key, item)| (key.clone(), applied_form(item))).collect())
        }
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_texts_are_remembered_by_digest_and_short_ones_as_they_are() {
        let long = "x".repeat(LONGEST + 1);
        let value = json!({"dockerfile": long, "cpu": 8, "list": ["a", long]});
        let form = applied_form(&value);
        assert_eq!(form["cpu"], json!(8));
        assert_eq!(form["list"][0], json!("a"));
        let text = form["dockerfile"].as_str().unwrap();
        assert!(text.starts_with("sha256:") && text.len() == 71, "{text}");
        assert_eq!(form["list"][1], form["dockerfile"]);
        assert_eq!(applied_form(&form), form);
    }
}
