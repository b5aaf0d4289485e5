//! Writes a spec as YAML, in the order of its maps or in another one.

use serde_json::{Map, Value};

/// Lists whose order means nothing.
const SETS: &[&str] = &[
    "apis",
    "cleanupPolicies",
    "customAudiences",
    "dependsOn",
    "iam",
    "invokers",
    "members",
    "packageNamePrefixes",
    "tagPrefixes",
];

/// The text of a spec, one item a line.
pub(crate) fn write(document: &Value) -> String {
    let mut text = String::new();
    block(document, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                text.push_str(&format!("\n{indent}{}:", Value::from(key.as_str())));
                block(value, depth + 1, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&format!("\n{indent}-"));
                block(item, depth + 1, text);
            }
        }
        // What JSON writes is YAML too.
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => {
            text.push_str(&format!(" {value}"));
        }
    }
}

/// The same spec with its maps and sets in another order, chosen by a number.
pub(crate) fn shuffled(document: &Value, seed: u64) -> Value {
    let mut state = seed | 1;
    shuffle(document, "", &mut state)
}

fn shuffle(value: &Value, key: &str, state: &mut u64) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> =
                map.iter().map(|(key, value)| (key.clone(), shuffle(value, key, state))).collect();
            mix(&mut entries, state);
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(|item| shuffle(item, "", state)).collect();
            if SETS.contains(&key) {
                mix(&mut items, state);
            }
            Value::Array(items)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Puts a list into another order.
pub(crate) fn mix<T>(items: &mut [T], state: &mut u64) {
    for last in (1..items.len()).rev() {
        // Steele and Vigna's SplitMix64: repeatable, and good enough to shuffle a short list.
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = *state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        let bound = u64::try_from(last).unwrap() + 1;
        items.swap(last, usize::try_from(word % bound).unwrap());
    }
}
