//! Remarks in the Static Analysis Results Interchange Format, which code scanning reads.
//! Source: OASIS, SARIF version 2.1.0; docs.github.com, "SARIF support for code scanning".

use std::fmt::Write;

use model::Json;
use model::digest::sha256;
use serde_json::json;

use super::{Annotation, FromRoot, Level, Rule};
use crate::escape::{escape, json_text};

/// One run of one command on one line of JSON. `category` tells its results from those of other runs on the same commit, such as
/// `plan/ollama-gemma`.
pub fn render(annotations: &[Annotation], category: &str, from_root: FromRoot<'_>) -> String {
    let mut rules: Vec<Rule> = Vec::new();
    let mut results = Vec::new();
    for annotation in annotations {
        let index = rules.iter().position(|rule| rule.id == annotation.rule.id).unwrap_or_else(|| {
            rules.push(annotation.rule.clone());
            rules.len() - 1
        });
        results.push(result(annotation, index, from_root));
    }
    let rules: Vec<Json> = rules.iter().map(|rule| rule_of(rule, annotations)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gemmactl",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": { "id": format!("gemmactl/{category}/") },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
            "results": results,
        }],
    });
    format!("{}\n", json_text(&log))
}

/// What paths are relative to.
const ROOT: &str = "%SRCROOT%";

fn rule_of(rule: &Rule, annotations: &[Annotation]) -> Json {
    let level = annotations.iter().find(|each| each.rule == *rule).map_or(Level::Note, |each| each.level);
    json!({
        "id": rule.id,
        "shortDescription": { "text": format!("{}.", rule.what) },
        "defaultConfiguration": { "level": word(level) },
    })
}

fn result(annotation: &Annotation, index: usize, from_root: FromRoot<'_>) -> Json {
    let mut text = message(&annotation.message);
    for help in &annotation.help {
        let _ = write!(text, "\nway out: {}", message(help));
    }
    let identity = sha256(format!("{}\n{}", annotation.rule.id, annotation.subject));
    let mut result = json!({
        "ruleId": annotation.rule.id,
        "ruleIndex": index,
        "level": word(annotation.level),
        "message": { "text": text },
        "partialFingerprints": { "gemmactl/v1": identity },
    });
    if let (Some(place), Some(result)) = (&annotation.place, result.as_object_mut()) {
        let file = from_root(&place.file);
        let artifact = if file.starts_with('/') {
            json!({ "uri": format!("file://{}", uri(&file)) })
        } else {
            json!({ "uri": uri(&file), "uriBaseId": ROOT })
        };
        let region = json!({ "startLine": place.line, "startColumn": place.column });
        let location = json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } });
        result.insert("locations".to_owned(), json!([location]));
    }
    result
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A plain text message, in which square brackets would be a link and braces a place for an argument. Sections 3.11.5 and 3.11.6.
fn message(text: &str) -> String {
    let mut shown = String::new();
    for character in escape(text).chars() {
        match character {
            '[' => shown.push_str("\\["),
            ']' => shown.push_str("\\]"),
            '{' => shown.push_str("{{"),
            '}' => shown.push_str("}}"),
            other => shown.push(other),
        }
    }
    shown
}

/// A path as a URI reference: every byte but unreserved ones and slashes as `%XX`. Source: RFC 3986, section 2.3.
fn uri(path: &str) -> String {
    let mut shown = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            shown.push(char::from(byte));
        } else {
            let _ = write!(shown, "%{byte:02X}");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::of_plan;
    use super::*;
    use crate::samples;

    /// Holds a log against the parts of the published schema that it uses: what is required, types, words and bounds.
    pub(crate) fn check(log: &Json) {
        assert_eq!(log["version"], "2.1.0");
        let runs = log["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 1);
        let run = &runs[0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(!run["tool"]["driver"]["name"].as_str().unwrap().is_empty());
        assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
        let level = |value: &Json| ["none", "note", "warning", "error"].contains(&value.as_str().unwrap());
        let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "rules are unique");
        for rule in rules {
            assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
            assert!(level(&rule["defaultConfiguration"]["level"]));
        }
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(ids[index], result["ruleId"].as_str().unwrap());
            assert!(level(&result["level"]));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            for (_, value) in result["partialFingerprints"].as_object().unwrap() {
                assert_eq!(value.as_str().unwrap().len(), 64);
            }
            for location in result["locations"].as_array().into_iter().flatten() {
                let physical = &location["physicalLocation"];
                let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
                assert!(uri.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b)), "{uri}");
                let base = physical["artifactLocation"]["uriBaseId"].as_str();
                assert!(base.is_none_or(|base| run["originalUriBaseIds"].get(base).is_some()));
                assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
                assert!(physical["region"]["startColumn"].as_u64().unwrap() >= 1);
            }
            let keys: Vec<&str> = result.as_object().unwrap().keys().map(String::as_str).collect();
            for key in keys {
                let known = ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"];
                assert!(known.contains(&key), "{key}");
            }
        }
    }

    fn log(plan: &model::Plan) -> Json {
        let annotations = of_plan(&samples::shown(plan));
        let text = render(&annotations, "plan/ollama-gemma", &|file| format!("my stacks/{file}"));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_log_keeps_to_the_schema() {
        for plan in [
            samples::create_all(),
            samples::deleted(),
            samples::drifted(),
            samples::blocked(),
            samples::hostile(),
        ] {
            check(&log(&plan));
        }
    }

    #[test]
    fn a_result_names_its_rule_and_its_line() {
        let log = log(&samples::drifted());
        insta::assert_snapshot!(serde_json::to_string_pretty(&log["runs"][0]["results"][1]).unwrap(), @r#"
        {
          "ruleId": "drift",
          "ruleIndex": 0,
          "level": "note",
          "message": {
            "text": "service/ollama-gemma: env.DEBUG is 1 and becomes (not set); changed by ana@acme.example on 2026-11-03 14:05 UTC"
          },
          "partialFingerprints": {
            "gemmactl/v1": "5de1512db70999fa56fe7cc27ce95beaadb1271fa4ebb07ceae8d79d4fceb57e"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "my%20stacks/gemmactl.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 55,
                  "startColumn": 5
                }
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn a_value_is_neither_a_link_nor_a_placeholder() {
        assert_eq!(message("[a](http://x) {0} \u{1b}"), "\\[a\\](http://x) {{0}} \\u{{1b}}");
        assert_eq!(uri("a b/ü.yaml"), "a%20b/%C3%BC.yaml");
    }
}
