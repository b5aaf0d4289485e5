//! Holds one JSON against another. Knows no API.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every leaf by its path, such as `template.containers[0].env[1].name`.
pub(crate) fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect(value, "", &mut found);
    found
}

fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                let path = match path {
                    _ if key.contains(['.', '/']) => format!("{path}[{key}]"),
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                collect(inner, &path, found);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect(inner, &format!("{path}[{index}]"), found);
            }
        }
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            found.insert(path.to_owned(), leaf.clone());
        }
    }
}

/// What is expected and not found. Objects may hold more; of a list of objects each one that is expected must be there,
/// wherever it stands; every other value must be equal.
pub(crate) fn lacks(found: &Value, expected: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    look(found, expected, "", &mut missing);
    missing
}

fn look(found: &Value, expected: &Value, path: &str, missing: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(_), Value::Object(fields)) => {
            for (key, expected) in fields {
                look(&found[key.as_str()], expected, &format!("{path}/{key}"), missing);
            }
        }
        (Value::Array(items), Value::Array(wanted)) if wanted.iter().all(Value::is_object) => {
            for expected in wanted {
                let best = items.iter().map(|item| lacks(item, expected)).min_by_key(Vec::len);
                match best {
                    Some(best) => missing.extend(best.into_iter().map(|text| format!("{path}{text}"))),
                    None => missing.push(format!("{path}: {expected} is not there")),
                }
            }
        }
        _ if found == expected => {}
        _ => missing.push(format!("{path}: {found} is not {expected}")),
    }
}

/// Puts `above` over `below`: objects are joined, all else is replaced.
pub(crate) fn lay_over(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                lay_over(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_expected_must_be_there() {
        let found = json!({"a": [{"b": 1, "c": 2}, {"b": 3}], "d": ["x", "y"]});
        for (expected, missing) in [
            (json!({"a": [{"b": 3}]}), 0),
            (json!({"a": [{"b": 4}]}), 1),
            (json!({"d": ["x", "y"]}), 0),
            (json!({"d": ["y", "x"]}), 1),
            (json!({"d": ["x"]}), 1),
            (json!({"e": {"f": 1}}), 1),
        ] {
            assert_eq!(lacks(&found, &expected).len(), missing, "{expected}");
        }
    }

    #[test]
    fn leaves_have_their_paths() {
        let found = leaves(&json!({"a": {"x.y/z": [1, {"b": null}]}}));
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a[x.y/z][0]", "a[x.y/z][1].b"]);
    }
}
