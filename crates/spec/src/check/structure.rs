//! Walks the tree beside the schema: types, keys, words, bounds and grammars, every problem at once.
//!
//! Gives back the same tree as plain JSON in the types that the schema asks for, from which the typed document is made.
//! Must never know a key of the spec: what it knows comes from the schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::placeholder::placeholder;
use super::report::{Report, refused};
use super::value::{fits, scalar_value, types_of, wrong_type};
use crate::diagnostic::Diagnostic;
use crate::load::Whole;
use crate::near::nearest;
use crate::places::child;
use crate::schema::resolve;
use crate::text::shown;
use crate::types::grammar_of;
use crate::yaml::{Content, Entry, Node};

/// Checks a tree against a schema and gives it the schema's types.
pub(crate) fn check_structure(
    root: &Value,
    node: &Node,
    report: &mut Report<'_>,
    whole: Whole,
    settings: Whose,
) -> Value {
    Walker { root, report, whole, settings }.value(node, root, "", "the spec")
}

/// Whose settings a tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those of the spec.
    Spec,
    /// Those that an environment made of it.
    Environment,
}

struct Walker<'s, 'r, 'p> {
    root: &'s Value,
    report: &'r mut Report<'p>,
    whole: Whole,
    settings: Whose,
}

impl<'s> Walker<'s, '_, '_> {
    /// One value; `name` is what messages call it.
    fn value(&mut self, node: &Node, schema: &'s Value, pointer: &str, name: &str) -> Value {
        let resolved = resolve(self.root, schema);
        if node.content == Content::Unknown {
            self.report.mark_broken(pointer);
            return placeholder(self.root, schema);
        }
        if let Some(options) = resolved.get("anyOf").and_then(Value::as_array) {
            return match options.iter().find(|option| self.takes(node, option)) {
                Some(option) => self.value(node, option, pointer, name),
                None => self.wrong_type(node, schema, pointer, name),
            };
        }
        if !self.takes(node, resolved) {
            return self.wrong_type(node, schema, pointer, name);
        }
        match &node.content {
            Content::Map(entries) => self.map(entries, resolved, pointer, name),
            Content::List(items) => self.list(items, resolved, pointer, name),
            Content::Scalar(scalar) => match scalar_value(scalar, resolved, name) {
                Ok(value) => value,
                Err(problem) => {
                    self.report.at_value(pointer, *problem);
                    self.report.mark_broken(pointer);
                    placeholder(self.root, schema)
                }
            },
            Content::Unknown => Value::Null,
        }
    }

    /// Whether the shape of a node is one that a schema takes.
    fn takes(&self, node: &Node, schema: &Value) -> bool {
        let types = types_of(resolve(self.root, schema));
        match &node.content {
            Content::Map(_) => types.contains(&"object"),
            Content::List(_) => types.contains(&"array"),
            Content::Scalar(scalar) => types.iter().any(|name| fits(scalar, name)),
            Content::Unknown => true,
        }
    }

    fn wrong_type(&mut self, node: &Node, schema: &'s Value, pointer: &str, name: &str) -> Value {
        let resolved = resolve(self.root, schema);
        let options = resolved
            .get("anyOf")
            .and_then(Value::as_array)
            .map_or_else(|| vec![resolved], |options| options.iter().collect());
        let wanted: Vec<&str> =
            options.iter().flat_map(|option| types_of(resolve(self.root, option))).collect();
        let problem = wrong_type(node, resolved, &wanted, name);
        self.report.at_value(pointer, problem);
        self.report.mark_broken(pointer);
        placeholder(self.root, schema)
    }

    fn map(&mut self, entries: &[Entry], schema: &'s Value, pointer: &str, name: &str) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let by_pattern = schema
            .get("patternProperties")
            .and_then(Value::as_object)
            .and_then(|patterns| patterns.iter().next());
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        let there: BTreeSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let mut values = Map::new();
        for entry in entries {
            if self.report.is_full() {
                break;
            }
            let at = child(pointer, &entry.key);
            let known = properties.and_then(|properties| properties.get(&entry.key));
            let inner = match (known, by_pattern, others) {
                (Some(known), _, _) => Some(known),
                (None, Some((pattern, inner)), _) => {
                    if let Some(Err(error)) = grammar_of(pattern).map(|check| check(&entry.key)) {
                        self.report.at_key(&at, refused("bad-name", error));
                        self.report.mark_broken(&at);
                        None
                    } else {
                        Some(inner)
                    }
                }
                (None, None, Some(others)) => Some(others),
                (None, None, None) => {
                    self.unknown_key(entry, properties, &there, &at, name);
                    None
                }
            };
            if let Some(inner) = inner {
                let name = format!("`{}`", shown(&entry.key));
                values.insert(entry.key.clone(), self.value(&entry.value, inner, &at, &name));
            }
        }
        let required =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for key in required.filter(|key| !there.contains(key)) {
            self.missing_key(key, schema, pointer, name);
            if let Some(inner) = properties.and_then(|properties| properties.get(key)) {
                values.insert(key.to_owned(), placeholder(self.root, inner));
            }
        }
        Value::Object(values)
    }

    fn unknown_key(
        &mut self,
        entry: &Entry,
        properties: Option<&'s Map<String, Value>>,
        there: &BTreeSet<&str>,
        at: &str,
        name: &str,
    ) {
        let mut known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        match self.settings {
            Whose::Spec => known.retain(|key| !there.contains(key)),
            // A slip of the keyboard stands beside the key of the spec that it was to change.
            Whose::Environment => {}
        }
        let problem =
            Diagnostic::new("unknown-key", format!("unknown key `{}` in {name}", shown(&entry.key)));
        let problem = match nearest(&entry.key, known.iter().copied()) {
            Some(near) => {
                // The misspelled key stands for the one that was meant, so that it is not reported as missing too.
                if !there.contains(near) {
                    self.report.mark_broken(&sibling(at, near));
                }
                problem.with_suggestion(near)
            }
            None if known.is_empty() => problem,
            None => {
                known.sort_unstable();
                problem.with_help(format!("keys that may stand here: {}", known.join(", ")))
            }
        };
        self.report.at_key(at, problem);
        self.report.mark_broken(at);
    }

    fn missing_key(&mut self, key: &str, schema: &Value, pointer: &str, name: &str) {
        let at = child(pointer, key);
        if self.whole == Whole::Yes && !self.report.is_broken(&at) {
            let problem = Diagnostic::new("missing-key", format!("{name} lacks the key `{key}`"));
            let property = schema.get("properties").and_then(|properties| properties.get(key));
            let says = property.and_then(|property| property.get("description")).and_then(Value::as_str);
            self.report.at_key(
                pointer,
                match says.and_then(|says| says.split(['.', ':']).next()) {
                    Some(says) => problem.with_help(format!("`{key}`: {says}")),
                    None => problem,
                },
            );
        }
        self.report.mark_broken(&at);
    }

    fn list(&mut self, items: &[Node], schema: &'s Value, pointer: &str, name: &str) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or_default();
        if least > 0 && items.is_empty() {
            self.report.at_value(
                pointer,
                Diagnostic::new("empty-list", format!("{name} is empty")).with_help("name at least one"),
            );
        }
        let Some(inner) = schema.get("items") else { return Value::Array(Vec::new()) };
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if self.report.is_full() {
                break;
            }
            let name = format!("item {} of {name}", index + 1);
            values.push(self.value(item, inner, &format!("{pointer}/{index}"), &name));
        }
        Value::Array(values)
    }
}

/// The pointer of another key of the same map.
fn sibling(pointer: &str, key: &str) -> String {
    child(pointer.rsplit_once('/').map_or("", |(parent, _)| parent), key)
}
