//! The rules for labels that Cloud Storage and Artifact Registry share. Source: "Requirements for labels" of Resource
//! Manager: at most 64; keys of 1 to 63 characters that begin with a lower-case letter, values of up to 63.

use serde_json::{Map, Value as Json};

/// What is wrong with these labels, if anything.
pub(crate) fn problem(labels: &Map<String, Json>) -> Option<String> {
    if labels.len() > 64 {
        return Some(format!("{} labels are too many, at most 64 are allowed", labels.len()));
    }
    labels.iter().find_map(|(key, value)| {
        let value = value.as_str()?;
        let begins_low = key.starts_with(|first: char| first.is_alphabetic() && !first.is_uppercase());
        (!begins_low || !fits(key) || !fits(value)).then(|| {
            format!(
                "label {key}={value}: keys and values can contain only lower-case letters, digits, dashes and \
                 underscores, up to 63 characters; a key must begin with a letter"
            )
        })
    })
}

fn fits(text: &str) -> bool {
    let allowed =
        |letter: char| (letter.is_alphanumeric() && !letter.is_uppercase()) || "-_".contains(letter);
    text.chars().count() <= 63 && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_follow_the_rules_of_resource_manager() {
        let problem_of = |labels: Json| problem(labels.as_object().unwrap()).is_some();
        for fine in
            [json!({}), json!({ "a": "" }), json!({ "gemmactl-stack": "a_b-1" }), json!({ "é": "日本" })]
        {
            assert!(!problem_of(fine.clone()), "{fine}");
        }
        for wrong in [
            json!({ "A": "b" }),
            json!({ "a": "B" }),
            json!({ "1a": "b" }),
            json!({ "": "b" }),
            json!({ "a/b": "c" }),
            json!({ "a": "b.c" }),
            json!({ "a": "x".repeat(64) }),
        ] {
            assert!(problem_of(wrong.clone()), "{wrong}");
        }
    }
}
