//! Holds what was sent against a method.

use super::find::{Route, Target};
use super::mask;
use super::value::{Direction, Enums, Values};
use super::violation::{Problem, Violation};
use crate::exchange::{Content, Exchange};
use crate::format;
use crate::table::{Kind, Parameter};

/// Parameters of an upload's own protocol. Source: Cloud Storage's pages on resumable uploads.
const OF_UPLOADS: [&str; 2] = ["uploadType", "upload_id"];

/// Names that every API takes beside those of its document. Source: Google's page on system parameters.
const OF_EVERY_API: [&str; 1] = ["$alt"];

/// How the caller of an exchange writes enums, and wants them written.
pub(crate) fn enums(exchange: &Exchange) -> Enums {
    let encoding = exchange.parameter("$alt").unwrap_or_default();
    if encoding == "json;enum-encoding=int" { Enums::Numbers } else { Enums::Names }
}

/// What is wrong with a request.
pub(crate) fn check(exchange: &Exchange, target: Target, found: &mut Vec<Violation>) {
    let Target { api, method, route } = target;
    let mut values =
        Values { api, method: &method.id, direction: Direction::Sent, enums: enums(exchange), found };
    let sent = exchange.parameters();
    for (index, (name, text)) in sent.iter().enumerate() {
        let at = format!("query.{name}");
        let fact = format!("{}?{name}", method.id);
        let Some(parameter) = method.parameters.get(name).or_else(|| api.common.get(name)) else {
            let of_upload = route == Route::Upload && OF_UPLOADS.contains(&name.as_str());
            if !of_upload && !OF_EVERY_API.contains(&name.as_str()) {
                values.note(&at, &fact, Problem::UnknownParameter);
            }
            continue;
        };
        if !parameter.is_repeated() && sent.iter().take(index).any(|(before, _)| before == name) {
            values.note(&at, &fact, Problem::RepeatedParameter);
        }
        self::parameter(&mut values, parameter, text, &at, &fact);
        if parameter.kind == Kind::Text("google-fieldmask".to_owned())
            && let Some(name) = &method.takes
        {
            mask::check(&mut values, name, text, &at);
        }
    }
    for (name, _) in method.parameters.iter().filter(|(_, parameter)| parameter.is_required()) {
        if !sent.iter().any(|(known, _)| known == name) {
            values.note(
                &format!("query.{name}"),
                &format!("{}?{name}", method.id),
                Problem::MissingParameter,
            );
        }
    }
    if route == Route::Upload {
        upload(&mut values, exchange, target);
    } else {
        body(&mut values, &exchange.request, target);
    }
}

fn parameter(values: &mut Values<'_>, parameter: &Parameter, text: &str, at: &str, fact: &str) {
    let expected = match &parameter.kind {
        // Python's spelling is taken too (recorded).
        Kind::Boolean if ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) => return,
        Kind::Boolean => "true or false",
        Kind::Integer(format) => {
            let number = text.parse::<i64>().map_or(serde_json::Value::Null, Into::into);
            match format::integer(format, &number) {
                Ok(()) => return,
                Err(expected) => expected,
            }
        }
        Kind::Number if text.parse::<f64>().is_ok() => return,
        Kind::Number => "a number",
        Kind::Enum(_) | Kind::Text(_) | Kind::Any | Kind::List(_) | Kind::Map(_) | Kind::Object(_) => {
            return values.value(&parameter.kind, &text.into(), at, fact);
        }
    };
    values.note(at, fact, Problem::WrongType(expected.to_owned(), text.to_owned()));
}

fn upload(values: &mut Values<'_>, exchange: &Exchange, target: Target) {
    let fact = format!("{}?uploadType", target.method.id);
    let kind = exchange.parameter("uploadType");
    match kind.as_deref() {
        Some("media" | "multipart" | "resumable") => {}
        Some(other) => values.note("query.uploadType", &fact, Problem::UnknownValue(other.to_owned())),
        None => values.note("query.uploadType", &fact, Problem::MissingParameter),
    }
    // Everything else that is sent there is content.
    let is_metadata = match kind.as_deref() {
        Some("multipart") => true,
        Some("resumable") => {
            exchange.method == target.method.verb && exchange.parameter("upload_id").is_none()
        }
        Some(_) | None => false,
    };
    if is_metadata {
        body(values, &exchange.request, target);
    }
}

fn body(values: &mut Values<'_>, content: &Content, target: Target) {
    match (content, &target.method.takes) {
        (Content::Json(json), Some(name)) => values.object(name, json, "request"),
        (Content::Json(json), None) if json.as_object().is_none_or(|object| !object.is_empty()) => {
            values.note("request", &target.method.id, Problem::WrongBody("the method takes no body"));
        }
        (Content::Empty | Content::Opaque | Content::Json(_), _) => {}
    }
}
