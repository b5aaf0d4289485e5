//! The form of an answer without its values: which fields, of which types, how many. What people named does not show.

use model::Json;

/// Fields whose values are words of the API and tell nothing of anybody.
const OPEN: [&str; 10] = [
    "@type",
    "containerType",
    "executionEnvironment",
    "format",
    "ingress",
    "launchStage",
    "lifecycleState",
    "mode",
    "reason",
    "state",
];

/// Fields whose keys are people's own.
const NAMED_BY_PEOPLE: [&str; 5] = ["annotations", "dimensions", "env", "labels", "tags"];

/// Items of a list beyond which their form is taken to be known.
const ITEMS: usize = 50;

/// The form of an answer.
pub fn shape(json: &Json) -> String {
    of("", json)
}

fn of(key: &str, json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(_) => "number".to_owned(),
        Json::String(value) if OPEN.contains(&key) && is_word(value) => format!("\"{value}\""),
        Json::String(_) => "text".to_owned(),
        Json::Array(items) => {
            let mut forms: Vec<String> = items.iter().take(ITEMS).map(|item| of(key, item)).collect();
            forms.sort();
            forms.dedup();
            format!(
                "[{} of {}]",
                items.len(),
                if forms.is_empty() { "nothing".to_owned() } else { forms.join(" or ") }
            )
        }
        Json::Object(fields) if NAMED_BY_PEOPLE.contains(&key) => format!("{{{} entries}}", fields.len()),
        Json::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{}: {}", name(key), of(key, value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// A word of an API: `ENABLED`, or the name of a type.
fn is_word(value: &str) -> bool {
    value.starts_with("type.googleapis.com/")
        || value.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// A key as APIs write theirs; any other is somebody's own.
fn name(key: &str) -> &str {
    let plain = key.len() <= 40 && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '@');
    if plain { key } else { "other" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_types_and_words_of_the_api_are_all_that_shows() {
        let answer = json!({
            "name": "projects/123/services/run.googleapis.com", "state": "ENABLED", "displayName": "SECRET",
            "labels": {"customer": "acme"}, "acme-key": 1, "reconciling": true,
            "bindings": [{"role": "roles/x", "members": ["user:ana@x.example"]}, {"role": "roles/y", "members": []}],
        });
        assert_eq!(
            shape(&answer),
            "{name: text, state: \"ENABLED\", displayName: text, labels: {1 entries}, other: number, reconciling: true, \
             bindings: [2 of {role: text, members: [0 of nothing]} or {role: text, members: [1 of text]}]}"
        );
    }
}
