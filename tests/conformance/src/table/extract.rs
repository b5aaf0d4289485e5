//! Makes a table from a discovery document. Takes facts only: no descriptions. The text is for people's diffs too: a line
//! for each method, parameter and field, in the order of their names.

#![expect(clippy::indexing_slicing, reason = "what a JSON value lacks reads as null")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::selection::Selection;

/// The first line of every table.
const HEADER: &str = "# Made by `cargo run -p conformance --bin extract`. Not edited by hand.";

/// The table of what the selection takes from the document.
pub fn extract(selection: &Selection, document: &Value) -> String {
    let mut methods = BTreeMap::new();
    collect(&document["resources"], selection, &mut methods);
    let mut text = format!("{HEADER}\napi {} {}\n", selection.document, text_of(&document["rootUrl"]));
    if let Some(revision) = document["revision"].as_str() {
        push(&mut text, format_args!("revision {revision}\n"));
    }
    for (name, parameter) in sorted(&document["parameters"]) {
        push(&mut text, format_args!("query {name} {}\n", parameter_text(parameter)));
    }
    let schemas = &document["schemas"];
    let mut wanted: BTreeSet<String> = selection.schemas.iter().map(|name| (*name).to_owned()).collect();
    for (id, method) in &methods {
        push(&mut text, format_args!("{}\n", method_text(id, method, text_of(&document["servicePath"]))));
        for (name, parameter) in sorted(&method["parameters"]) {
            if parameter["location"] == "query" {
                push(&mut text, format_args!("  query {name} {}\n", parameter_text(parameter)));
            }
        }
        wanted.extend(
            ["request", "response"]
                .iter()
                .filter_map(|side| method[*side]["$ref"].as_str().map(str::to_owned)),
        );
    }
    for (name, fields) in reached(schemas, wanted) {
        push(&mut text, format_args!("schema {name}\n{fields}"));
    }
    text
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(part);
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn sorted(value: &Value) -> BTreeMap<&String, &Value> {
    value.as_object().into_iter().flatten().collect()
}

fn collect<'a>(resources: &'a Value, selection: &Selection, found: &mut BTreeMap<&'a str, &'a Value>) {
    for resource in resources.as_object().into_iter().flat_map(Map::values) {
        for method in resource["methods"].as_object().into_iter().flat_map(Map::values) {
            let id = text_of(&method["id"]);
            if selection.takes(id) {
                found.insert(id, method);
            }
        }
        collect(&resource["resources"], selection, found);
    }
}

fn method_text(id: &str, method: &Value, service_path: &str) -> String {
    let path = text_of(&method["path"]);
    let mut text = format!(
        "method {id} {} /{service_path}{}",
        text_of(&method["httpMethod"]),
        with_patterns(path, method)
    );
    for (word, side) in [("takes", "request"), ("gives", "response")] {
        if let Some(name) = method[side]["$ref"].as_str() {
            push(&mut text, format_args!(" {word}={name}"));
        }
    }
    for protocol in ["simple", "resumable"] {
        if let Some(path) = method["mediaUpload"]["protocols"][protocol]["path"].as_str() {
            push(&mut text, format_args!(" {protocol}={}", with_patterns(path, method)));
        }
    }
    if method["supportsMediaDownload"] == true {
        text.push_str(" media");
    }
    text
}

/// `v1/{+name}` with the pattern of `name` in place: `v1/{name=projects/*/operations/*}`, as in AIP-127.
fn with_patterns(path: &str, method: &Value) -> String {
    let mut text = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("{+") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let pattern = text_of(&method["parameters"][name]["pattern"]);
        let pattern =
            pattern.trim_start_matches('^').trim_end_matches('$').replace("[^/]+", "*").replace(".*", "**");
        push(&mut text, format_args!("{before}{{{name}={pattern}}}"));
        rest = after;
    }
    text + rest
}

fn parameter_text(parameter: &Value) -> String {
    let mut text = type_text(parameter, "");
    for mark in ["required", "repeated"] {
        if parameter[mark] == true {
            push(&mut text, format_args!(" {mark}"));
        }
    }
    if let Some(pattern) = parameter["pattern"].as_str() {
        push(&mut text, format_args!(" pattern={pattern}"));
    }
    text
}

/// Each schema that is wanted or named by one that is, with its fields; objects within objects get names of their own.
fn reached(schemas: &Value, wanted: BTreeSet<String>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<(String, &Value)> =
        wanted.into_iter().map(|name| (name.clone(), &schemas[name])).collect();
    while let Some((name, schema)) = open.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let mut text = String::new();
        if schema["additionalProperties"].is_object() {
            push(&mut text, format_args!("  * {}\n", type_text(&schema["additionalProperties"], "")));
        }
        for (field, kind) in sorted(&schema["properties"]) {
            let inner = format!("{name}.{field}");
            push(&mut text, format_args!("  {field} {}", type_text(kind, &inner)));
            text.push_str(if kind["readOnly"] == true { " output\n" } else { "\n" });
            needed(kind, &inner, schemas, &mut open);
        }
        found.insert(name, text);
    }
    found
}

fn needed<'a>(kind: &'a Value, inner: &str, schemas: &'a Value, open: &mut Vec<(String, &'a Value)>) {
    if let Some(name) = kind["$ref"].as_str() {
        open.push((name.to_owned(), &schemas[name]));
    }
    if kind["properties"].is_object() {
        open.push((inner.to_owned(), kind));
    }
    for part in ["items", "additionalProperties"] {
        if kind[part].is_object() {
            needed(&kind[part], inner, schemas, open);
        }
    }
}

fn type_text(kind: &Value, inner: &str) -> String {
    if let Some(name) = kind["$ref"].as_str() {
        return name.to_owned();
    }
    if kind["properties"].is_object() {
        return inner.to_owned();
    }
    if kind["items"].is_object() {
        return format!("list({})", type_text(&kind["items"], inner));
    }
    if kind["additionalProperties"].is_object() {
        return format!("map({})", type_text(&kind["additionalProperties"], inner));
    }
    if let Some(values) = kind["enum"].as_array() {
        let values: Vec<&str> = values.iter().map(text_of).collect();
        return format!("enum({})", values.join("|"));
    }
    let name = text_of(&kind["type"]);
    kind["format"].as_str().map_or_else(|| name.to_owned(), |format| format!("{name}/{format}"))
}
