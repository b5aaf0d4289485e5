//! References to outputs, said in words: what is shown outside the plan holds none.

use model::Json;

/// A text in which references are said in words: `(digest of image/gemma)`.
pub fn references_named(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1}ref:") {
        let Some((name, tail)) = after.split_once('\u{2}') else { break };
        shown.push_str(before);
        match name.split_once('#') {
            Some((id, output)) => shown.extend(["(", output, " of ", id, ")"]),
            None => shown.push_str(name),
        }
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

/// A value in which references are said in words.
pub(super) fn value_named(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(references_named(text)),
        Json::Array(items) => Json::Array(items.iter().map(value_named).collect()),
        Json::Object(map) => {
            Json::Object(map.iter().map(|(key, item)| (key.clone(), value_named(item))).collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
    }
}
