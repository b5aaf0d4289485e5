//! The way from values to the text of a spec, as people write it. Knows no key.

use std::fmt::Write;

use model::unseen::is_unseen;
use serde_json::{Map, Value};

use crate::schema::strict;

/// A value as block YAML that [`crate::parse`] reads as the same value: indented by two, maps in their own order, `${`
/// spelled out, so that no text is taken for a variable.
pub fn yaml_text(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(fields) => map(fields, 0, &mut text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let _ = writeln!(text, "{}", flow(value));
        }
    }
    text
}

/// A map with the keys of a definition of the schema (`Service`) in the order of the reference; other keys come last.
pub fn in_order(definition: &str, mut fields: Map<String, Value>) -> Map<String, Value> {
    let keys = strict().pointer(&format!("/$defs/{definition}/properties")).and_then(Value::as_object);
    let mut ordered = Map::new();
    for key in keys.into_iter().flat_map(Map::keys) {
        ordered.extend(fields.shift_remove_entry(key));
    }
    ordered.append(&mut fields);
    ordered
}

fn map(fields: &Map<String, Value>, depth: usize, text: &mut String) {
    for (key, value) in fields {
        let _ = write!(text, "{:depth$}{}:", "", scalar(key), depth = depth * 2);
        nested(value, depth + 1, text);
    }
}

/// A value behind a key.
fn nested(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            text.push('\n');
            map(fields, depth, text);
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            text.push('\n');
            for item in items {
                let mut inner = String::new();
                match item {
                    Value::Object(fields) if !fields.is_empty() => map(fields, depth + 1, &mut inner),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_) => {
                        let _ = writeln!(inner, "{:indent$}{}", "", flow(item), indent = depth * 2 + 2);
                    }
                }
                let indent = depth * 2;
                let _ = write!(text, "{:indent$}- {}", "", inner.get(indent + 2..).unwrap_or_default());
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => {
            let _ = writeln!(text, " {}", flow(value));
        }
    }
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(&text.replace("${", "$${")),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A text without quotes where it can only be read as this text.
fn scalar(text: &str) -> String {
    let is_plain = text
        .starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/' || letter == '_')
        && !text.ends_with(':')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./:@+=".contains(letter))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // What nobody sees is spelled out, so that the file reads as it works.
            letter if is_unseen(letter) || !is_printable(letter) => {
                let code = u32::from(letter);
                let _ = if code > 0xffff {
                    write!(quoted, "\\U{code:08x}")
                } else {
                    write!(quoted, "\\u{code:04x}")
                };
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether YAML takes a letter as it stands; what it does not take beside these is unseen. Source: YAML 1.2.2, 5.1 "Character set".
fn is_printable(letter: char) -> bool {
    !matches!(letter, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{Variables, parse};

    #[test]
    fn values_are_written_as_people_write_them() {
        let value = json!({
            "version": 1,
            "services": {"model": {
                "image": "us-docker.pkg.dev/p/r/i:1", "cpu": 8, "timeout": "600s", "adopt": true, "labels": {},
                "env": {"A": "true", "B": "4", "C": "a: b", "D": "costs ${x}"},
                "args": ["serve", "--x", ""],
                "traffic": [{"latest": true, "percent": 90}, {"revision": "a-1"}],
            }},
        });
        insta::assert_snapshot!(yaml_text(&value), @r#"
version: 1
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    cpu: 8
    timeout: "600s"
    adopt: true
    labels: {}
    env:
      A: "true"
      B: "4"
      C: "a: b"
      D: "costs $${x}"
    args: [serve, "--x", ""]
    traffic:
      - latest: true
        percent: 90
      - revision: a-1
"#);
    }

    #[test]
    fn direction_marks_and_what_else_nobody_sees_are_spelled_out() {
        for hidden in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{3164}', '\u{9b}', '\u{feff}', '\u{e0041}'] {
            let value = json!({format!("key{hidden}"): format!("user{hidden}nimda")});
            let text = yaml_text(&value);
            assert!(!text.contains(hidden), "{}", text.escape_debug());
        }
    }

    #[test]
    fn what_yaml_does_not_take_as_it_stands_is_spelled_out_and_read_back() {
        for letter in ['\u{fffe}', '\u{ffff}', '\u{1fffe}', '\u{0}', '\u{7f}', '\u{85}', '\u{2028}'] {
            let description = format!("a{letter}b");
            let text = yaml_text(&json!({
                "version": 1, "stack": "demo", "project": "demo-project", "region": "europe-west1",
                "services": {"model": {"image": "example.com/p/i:1", "description": description}},
            }));
            let read = parse("gemmactl.yaml", &text, Path::new("."), &Variables::none());
            let spec = read.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
            assert_eq!(spec.document.services["model"].description, Some(description), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_as_it_was(value in "(?s)(.|[\u{202a}-\u{202e}\u{2066}-\u{2069}\u{e0041}]){0,40}", other in "[ -~]{0,20}") {
            let spec = json!({
                "version": 1, "stack": "demo", "project": "demo-project", "region": "europe-west1",
                "services": {"model": {"image": "example.com/p/i:1", "args": [value, other], "description": other}},
            });
            let text = yaml_text(&spec);
            let read = parse("gemmactl.yaml", &text, Path::new("."), &Variables::none());
            let spec = read.map_err(|problems| TestCaseError::fail(format!("{problems}\n{text}")))?;
            let service = &spec.document.services["model"];
            prop_assert_eq!(service.args.as_ref().unwrap(), &vec![value, other.clone()]);
            prop_assert_eq!(service.description.as_ref().unwrap(), &other);
        }
    }
}
