//! Scalars beside their schema: types, words, bounds and grammars, and what to say when they do not fit.

use serde_json::{Number, Value};

use super::report::refused;
use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::text::{joined, shown};
use crate::types::{KEEPS_TYPE, grammar_of};
use crate::yaml::{Content, Node, Scalar, ScalarType, Style};

/// A scalar in the type that a schema asks for.
pub(super) fn scalar_value(scalar: &Scalar, schema: &Value, name: &str) -> Result<Value, Box<Diagnostic>> {
    let types = types_of(schema);
    if let Some(words) = words_of(schema) {
        return word(scalar, &words, name);
    }
    let own = scalar.scalar_type();
    let keeps_type = schema.get(KEEPS_TYPE).is_some();
    let value = if types.contains(&"string") && !keeps_type || own == ScalarType::Text {
        grammar(scalar, schema)?;
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

/// The problem of a value whose type is none of those wanted.
pub(super) fn wrong_type(node: &Node, schema: &Value, wanted: &[&str], name: &str) -> Diagnostic {
    let expected = joined(&wanted.iter().map(|kind| described(kind).to_owned()).collect::<Vec<_>>(), "or");
    let wrong =
        |found: &str| Diagnostic::new("wrong-type", format!("{name} has to be {expected}, found {found}"));
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
        ["string"] if schema.get("pattern").is_some() => match grammar(scalar, schema) {
            Err(error) => *error,
            Ok(()) => {
                wrong(&own).with_suggestion(format!("\"{}\"", scalar.text)).with_help("quotes make it a text")
            }
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

fn grammar(scalar: &Scalar, schema: &Value) -> Result<(), Box<Diagnostic>> {
    match schema.get("pattern").and_then(Value::as_str).and_then(grammar_of) {
        Some(check) => check(&scalar.text).map_err(|error| Box::new(refused("bad-value", error))),
        None => Ok(()),
    }
}

/// The types that a schema names; fixed words are texts.
pub(super) fn types_of(schema: &Value) -> Vec<&str> {
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
pub(super) fn fits(scalar: &Scalar, kind: &str) -> bool {
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
        Err(_) if least.is_none() && most.is_none() => {
            text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
        }
        Ok(_) | Err(_) => None,
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
