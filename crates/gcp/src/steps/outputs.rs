//! What a finished call hands on, read from its final body. Knows no kind.

use std::collections::BTreeMap;

use model::{Done, Json};

/// Fields that others may refer to, and the output they become. IAM calls its uid `uniqueId`.
const OUTPUTS: &[(&str, &str)] = &[
    ("uniqueId", "uid"),
    ("uid", "uid"),
    ("uri", "uri"),
    ("generation", "generation"),
    ("etag", "etag"),
    ("email", "email"),
    ("name", "name"),
];

/// The outputs of a final body. Numbers become text: 64-bit integers are text in these APIs anyway.
pub(super) fn done_with(body: Json) -> Done {
    let outputs: BTreeMap<String, String> = OUTPUTS
        .iter()
        .filter_map(|(field, output)| {
            let value = match body.get(field)? {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => return None,
            };
            Some(((*output).to_owned(), value))
        })
        .collect();
    Done { outputs, body }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn identities_become_outputs_whatever_an_api_calls_them() {
        let service =
            done_with(json!({"uid": "u", "uri": "https://s.run.app", "generation": "2", "labels": {}}));
        assert_eq!(service.outputs.get("uid").map(String::as_str), Some("u"));
        assert_eq!(service.outputs.get("generation").map(String::as_str), Some("2"));
        let account = done_with(json!({"uniqueId": "123", "email": "a@b"}));
        assert_eq!(account.outputs.get("uid").map(String::as_str), Some("123"));
    }
}
