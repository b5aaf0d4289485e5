//! Substitutions: `$PROJECT_ID`, `${_MINE}` and so on in a build's strings. Source: "Substituting variable values".

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Replaces the known names in images, tags and steps; `$$` is a plain `$`, unknown names stay.
pub(super) fn apply(body: &mut Map<String, Json>, built_in: &[(&str, &str)]) {
    let mut names: BTreeMap<String, String> =
        built_in.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if let Some(Json::Object(own)) = body.get("substitutions") {
        for (name, value) in own {
            names.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
        }
    }
    for field in ["images", "tags", "steps"] {
        if let Some(value) = body.get_mut(field) {
            replace(value, &names);
        }
    }
}

fn replace(value: &mut Json, names: &BTreeMap<String, String>) {
    match value {
        Json::String(text) if text.contains('$') => *text = substituted(text, names),
        Json::Array(items) => items.iter_mut().for_each(|item| replace(item, names)),
        Json::Object(fields) => fields.values_mut().for_each(|field| replace(field, names)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn substituted(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        if let Some(escaped) = after.strip_prefix('$') {
            done.push('$');
            rest = escaped;
            continue;
        }
        let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let (name, next) = braced.unwrap_or_else(|| {
            let end = after
                .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .unwrap_or(after.len());
            after.split_at(end)
        });
        if let Some(value) = names.get(name) {
            done.push_str(value);
            rest = next;
        } else {
            done.push('$');
            rest = after;
        }
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_replaced_and_unknown_ones_stay() {
        let names = BTreeMap::from([("PROJECT_ID".into(), "p".into()), ("_TAG".into(), "v1".into())]);
        for (text, expected) in [
            ("us-docker.pkg.dev/$PROJECT_ID/r/i:${_TAG}", "us-docker.pkg.dev/p/r/i:v1"),
            ("$$PROJECT_ID costs $5 ${_OTHER}", "$PROJECT_ID costs $5 ${_OTHER}"),
            ("$", "$"),
        ] {
            assert_eq!(substituted(text, &names), expected);
        }
    }
}
