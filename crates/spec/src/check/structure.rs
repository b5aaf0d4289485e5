//! Walks the tree beside the schema: types, keys, words, bounds and grammars, every problem at once.
//!
//! Gives back the same tree as plain JSON in the types that the schema asks for, from which the typed document is made.
//! Must never know a key of the spec: what it knows comes from the schema.

use std::collections::HashSet;

use serde_json::{Map, Number, Value};

use super::placeholder::placeholder;
use super::report::{Report, refused};
use crate::diagnostic::Diagnostic;
use crate::load::Whole;
use crate::near::nearest;
use crate::places::child;
use crate::schema::resolve;
use crate::text::{joined, shown};
use crate::types::{KEEPS_TYPE, grammar_of};
use crate::yaml::{Content, Entry, Node, Scalar, ScalarType, Style};

/// Checks a tree against a schema and gives it the schema's types.
pub(crate) fn check_structure(root: &Value, node: &Node, report: &mut Report<'_>, whole: Whole) -> Value {
    Walker { root, report, whole }.value(node, root, "", "the spec")
}

struct Walker<'s, 'r, 'p> {
    root: &'s Value,
    report: &'r mut Report<'p>,
    whole: Whole,
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
            Content::Scalar(scalar) => match self.scalar(scalar, resolved, name) {
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
        let problem = self.wrong_type_problem(node, resolved, &wanted, name);
        self.report.at_value(pointer, problem);
        self.report.mark_broken(pointer);
        placeholder(self.root, schema)
    }

    fn wrong_type_problem(&self, node: &Node, schema: &Value, wanted: &[&str], name: &str) -> Diagnostic {
        let expected =
            joined(&wanted.iter().map(|kind| described(kind).to_owned()).collect::<Vec<_>>(), "or");
        let wrong = |found: &str| {
            Diagnostic::new("wrong-type", format!("{name} has to be {expected}, found {found}"))
        };
        let scalar = match &node.content {
            Content::Map(_) => return wrong("a map"),
            Content::List(_) if wanted.contains(&"object") => {
                return wrong("a list").with_help("write `key: value` lines without the hyphens");
            }
            Content::List(_) | Content::Unknown => return wrong("a list"),
            Content::Scalar(scalar) => scalar,
        };
        if scalar.scalar_type() == ScalarType::Null {
            let empty = Diagnostic::new("missing-value", format!("{name} has no value"));
            return empty.with_help(match wanted {
                ["object"] => "give it keys, write `{}` for none, or remove the key",
                ["array"] => "give it items, write `[]` for none, or remove the key",
                _ => "give it a value or remove the key",
            });
        }
        let text = shown(&scalar.text);
        let own = match scalar.scalar_type() {
            ScalarType::Integer | ScalarType::Number => format!("the number `{text}`"),
            ScalarType::Boolean => format!("the boolean `{text}`"),
            ScalarType::Text | ScalarType::Null => format!("the text `{text}`"),
        };
        match wanted {
            ["string"] if schema.get("pattern").is_some() => match self.grammar(scalar, schema) {
                Err(error) => *error,
                Ok(()) => wrong(&own)
                    .with_suggestion(format!("\"{}\"", scalar.text))
                    .with_help("quotes make it a text"),
            },
            ["string"] => {
                wrong(&own).with_suggestion(format!("\"{}\"", scalar.text)).with_help("quotes make it a text")
            }
            ["boolean"] => match scalar.text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "y" | "1" | "true" => wrong(&own).with_suggestion("true"),
                "no" | "off" | "n" | "0" | "false" => wrong(&own).with_suggestion("false"),
                _ => wrong(&own),
            },
            ["integer"] if scalar.style == Style::Quoted && scalar.text.parse::<i64>().is_ok() => {
                wrong(&own).with_suggestion(scalar.text.clone())
            }
            ["array"] => wrong(&own).with_suggestion(format!("[{}]", scalar.text)),
            _ => wrong(&own),
        }
    }

    fn map(&mut self, entries: &[Entry], schema: &'s Value, pointer: &str, name: &str) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let by_pattern = schema
            .get("patternProperties")
            .and_then(Value::as_object)
            .and_then(|patterns| patterns.iter().next());
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        let there: HashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let mut values = Map::new();
        for entry in entries {
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
        there: &HashSet<&str>,
        at: &str,
        name: &str,
    ) {
        if self.report.is_full() {
            self.report.mark_broken(at);
            return;
        }
        let mut known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        known.retain(|key| !there.contains(key));
        let problem =
            Diagnostic::new("unknown-key", format!("unknown key `{}` in {name}", shown(&entry.key)));
        let problem = match nearest(&entry.key, known.iter().copied()) {
            Some(near) => {
                // The misspelled key stands for the one that was meant, so that it is not reported as missing too.
                self.report.mark_broken(&sibling(at, near));
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
        let values = items.iter().enumerate().map(|(index, item)| {
            let name = format!("item {} of {name}", index + 1);
            self.value(item, inner, &format!("{pointer}/{index}"), &name)
        });
        Value::Array(values.collect())
    }

    fn scalar(&self, scalar: &Scalar, schema: &Value, name: &str) -> Result<Value, Box<Diagnostic>> {
        let types = types_of(schema);
        if let Some(words) = words_of(schema) {
            return word(scalar, &words, name);
        }
        let own = scalar.scalar_type();
        let keeps_type = schema.get(KEEPS_TYPE).is_some();
        let value = if types.contains(&"string") && !keeps_type || own == ScalarType::Text {
            self.grammar(scalar, schema)?;
            length(&scalar.text, schema, name)?;
            Value::String(scalar.text.clone())
        } else if own == ScalarType::Boolean {
            Value::Bool(scalar.boolean().unwrap_or_default())
        } else {
            number(scalar, schema, name)?
        };
        match schema.get("const") {
            Some(fixed) if *fixed != value => {
                let problem =
                    Diagnostic::new("unknown-value", format!("{name} has to be {fixed}, found {value}"));
                Err(Box::new(problem.with_suggestion(fixed.to_string())))
            }
            Some(_) | None => Ok(value),
        }
    }

    fn grammar(&self, scalar: &Scalar, schema: &Value) -> Result<(), Box<Diagnostic>> {
        match schema.get("pattern").and_then(Value::as_str).and_then(grammar_of) {
            Some(check) => check(&scalar.text).map_err(|error| Box::new(refused("bad-value", error))),
            None => Ok(()),
        }
    }
}

/// The pointer of another key of the same map.
fn sibling(pointer: &str, key: &str) -> String {
    child(pointer.rsplit_once('/').map_or("", |(parent, _)| parent), key)
}

/// The types that a schema names; fixed words are texts.
fn types_of(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name],
        Some(_) | None if schema.get("oneOf").is_some() || schema.get("enum").is_some() => vec!["string"],
        Some(_) | None => Vec::new(),
    }
}

/// The words that a schema allows, where it allows only some.
fn words_of(schema: &Value) -> Option<Vec<&str>> {
    if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
        let words = options.iter().filter_map(|option| match option.get("enum").and_then(Value::as_array) {
            Some(words) => words.first().and_then(Value::as_str),
            None => option.get("const").and_then(Value::as_str),
        });
        return Some(words.collect());
    }
    Some(schema.get("enum")?.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// Whether a scalar may be a value of a JSON Schema type.
fn fits(scalar: &Scalar, kind: &str) -> bool {
    let own = scalar.scalar_type();
    match kind {
        "string" => own == ScalarType::Text || scalar.style == Style::Given,
        "integer" => own == ScalarType::Integer,
        "number" => matches!(own, ScalarType::Integer | ScalarType::Number),
        "boolean" => own == ScalarType::Boolean,
        _ => false,
    }
}

fn described(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

fn word(scalar: &Scalar, words: &[&str], name: &str) -> Result<Value, Box<Diagnostic>> {
    if words.contains(&scalar.text.as_str()) {
        return Ok(Value::String(scalar.text.clone()));
    }
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let problem = Diagnostic::new("unknown-value", format!("{name} can not be `{}`", shown(&scalar.text)))
        .with_help(format!("it has to be {}", joined(&all, "or")));
    Err(Box::new(match nearest(&scalar.text, words.iter().copied()) {
        Some(near) => problem.with_suggestion(near),
        None => problem,
    }))
}

fn length(text: &str, schema: &Value, name: &str) -> Result<(), Box<Diagnostic>> {
    let bound = |keyword: &str| {
        schema.get(keyword).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok())
    };
    let length = text.chars().count();
    if bound("minLength").is_some_and(|least| length < least) {
        return Err(Box::new(Diagnostic::new("missing-value", format!("{name} is empty"))));
    }
    match bound("maxLength") {
        Some(most) if length > most => Err(Box::new(Diagnostic::new(
            "out-of-range",
            format!("{name} has {length} characters, at most {most} are allowed"),
        ))),
        Some(_) | None => Ok(()),
    }
}

fn number(scalar: &Scalar, schema: &Value, name: &str) -> Result<Value, Box<Diagnostic>> {
    let least = schema.get("minimum").and_then(Value::as_i64);
    let most = schema.get("maximum").and_then(Value::as_i64);
    let text = scalar.text.strip_prefix('+').unwrap_or(&scalar.text);
    let within =
        |number: i64| least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
    let value = match text.parse::<i64>() {
        Ok(whole) if within(whole) => Some(Value::Number(whole.into())),
        Ok(_) => None,
        Err(_) if least.is_none() && most.is_none() => {
            text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
        }
        Err(_) => None,
    };
    value.ok_or_else(|| {
        let bounds = match (least, most) {
            (Some(least), Some(most)) if least == most => format!("has to be {least}"),
            (Some(least), Some(most)) if most < i64::from(u32::MAX) => {
                format!("has to be between {least} and {most}")
            }
            (Some(least), _) => format!("has to be {least} or more"),
            (None, Some(most)) => format!("has to be at most {most}"),
            (None, None) => "is too large a number".to_owned(),
        };
        Box::new(Diagnostic::new("out-of-range", format!("{name} {bounds}, found {}", shown(&scalar.text))))
    })
}
