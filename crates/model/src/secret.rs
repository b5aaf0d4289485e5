//! Values that look like secrets, told by their names and forms. Specs may not hold them, and what is read from live
//! objects is hidden before anything repeats it. Pure.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::Json;

/// What stands for a value that is not repeated.
pub const HIDDEN: &str = "(hidden)";

/// Last words of names whose values are secrets.
const WORDS: &[&str] =
    &["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS"];
/// Words before `KEY` that make it a secret one.
const KEYS: &[&str] = &["API", "ACCESS", "PRIVATE", "SECRET", "ENCRYPTION", "SIGNING", "AUTH"];
/// Beginnings of well-known tokens and keys.
const BEGINNINGS: &[&str] =
    &["-----BEGIN", "ghp_", "gho_", "ghs_", "github_pat_", "hf_", "sk-", "AIza", "ya29.", "xoxb-", "glpat-"];
/// Headers that carry a secret whatever it looks like.
const CARRIERS: &[&str] = &["authorization", "proxy-authorization", "cookie"];

/// Whether a value under a name looks like a secret: by its name, unless it only says yes, no or nothing, or by its form.
/// A spec that holds one is refused.
pub fn looks_secret(name: &str, value: &str) -> bool {
    let plain = ["", "true", "false", "True", "False"].contains(&value);
    (!plain && is_secret_name(name)) || BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
}

/// The same for a header of HTTP.
pub fn header_looks_secret(name: &str, value: &str) -> bool {
    CARRIERS.iter().any(|carrier| name.eq_ignore_ascii_case(carrier)) || looks_secret(name, value)
}

fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let mut words = upper.rsplit(['_', '-']).filter(|word| !word.is_empty());
    match words.next() {
        Some("KEY") => words.next().is_some_and(|word| KEYS.contains(&word)),
        Some(last) => WORDS.contains(&last),
        None => false,
    }
}

/// A document of an API with [`HIDDEN`] in place of what looks like a secret: values of environment variables (`env`) and of
/// headers (`httpHeaders`), wherever they stand. Headers that are in `said` stay: the spec says them in the open. Hiding twice
/// is the same as once.
pub fn without_secrets<'json>(json: &'json Json, said: &BTreeSet<String>) -> Cow<'json, Json> {
    if !has_secret(json, said) {
        return Cow::Borrowed(json);
    }
    let mut json = json.clone();
    hide(&mut json, said);
    Cow::Owned(json)
}

fn has_secret(json: &Json, said: &BTreeSet<String>) -> bool {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
        Json::Array(items) => items.iter().any(|item| has_secret(item, said)),
        Json::Object(map) => map.iter().any(|(key, value)| {
            let items = value.as_array().into_iter().flatten();
            items.into_iter().any(|item| is_secret(key, item, said)) || has_secret(value, said)
        }),
    }
}

fn hide(json: &mut Json, said: &BTreeSet<String>) {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        Json::Array(items) => items.iter_mut().for_each(|item| hide(item, said)),
        Json::Object(map) => {
            for (key, value) in map.iter_mut() {
                if let Json::Array(items) = &mut *value {
                    for item in items.iter_mut().filter(|item| is_secret(key, item, said)) {
                        if let Some(value) = item.get_mut("value") {
                            *value = HIDDEN.into();
                        }
                    }
                }
                hide(value, said);
            }
        }
    }
}

/// Whether an item of a list under this key is a name with a value that looks like a secret.
fn is_secret(list: &str, item: &Json, said: &BTreeSet<String>) -> bool {
    let text = |key: &str| item.get(key).and_then(Json::as_str);
    let Some(value) = text("value").filter(|value| *value != HIDDEN) else { return false };
    let name = text("name").unwrap_or_default();
    match list {
        "env" => looks_secret(name, value),
        "httpHeaders" => header_looks_secret(name, value) && !said.contains(value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_variables_and_headers_are_hidden_and_nothing_else_is() {
        let service = json!({"template": {"containers": [
            {"env": [{"name": "HF_TOKEN", "value": "x"}, {"name": "A", "value": "hf_1"}, {"name": "B", "value": "b"},
                     {"name": "PASSWORD", "valueSource": {"secretKeyRef": {"secret": "s"}}}],
             "startupProbe": {"httpGet": {"httpHeaders": [
                 {"name": "Cookie", "value": "c"}, {"name": "Authorization", "value": "in the spec"}]}}},
            {"args": ["hf_1"], "labels": [{"name": "HF_TOKEN", "value": "x"}]},
        ]}});
        let hidden = json!({"template": {"containers": [
            {"env": [{"name": "HF_TOKEN", "value": "(hidden)"}, {"name": "A", "value": "(hidden)"}, {"name": "B", "value": "b"},
                     {"name": "PASSWORD", "valueSource": {"secretKeyRef": {"secret": "s"}}}],
             "startupProbe": {"httpGet": {"httpHeaders": [
                 {"name": "Cookie", "value": "(hidden)"}, {"name": "Authorization", "value": "in the spec"}]}}},
            {"args": ["hf_1"], "labels": [{"name": "HF_TOKEN", "value": "x"}]},
        ]}});
        let said = BTreeSet::from(["in the spec".to_owned()]);
        assert_eq!(*without_secrets(&service, &said), hidden);
        assert!(
            matches!(without_secrets(&hidden, &said), Cow::Borrowed(_)),
            "hiding twice is the same as once"
        );
    }
}
