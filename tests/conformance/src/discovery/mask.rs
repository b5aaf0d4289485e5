//! Holds the paths of a field mask against the schema that they select from. Source: AIP-134, AIP-161.

use super::value::Values;
use super::violation::Problem;
use crate::table::{Access, Kind};

/// What is wrong with a mask over a schema. Names may be written as in JSON or as in the protocol buffers.
pub(crate) fn check(values: &mut Values<'_>, schema: &str, mask: &str, at: &str) {
    for path in mask.split(',').filter(|path| *path != "*" && !path.is_empty()) {
        let mut current = schema.to_owned();
        let mut parts = path.split('.');
        while let Some(part) = parts.next() {
            let Some(known) = values.api.schemas.get(&current) else {
                break;
            };
            let name = camel(part);
            let fact = format!("{current}.{name}");
            match known.fields.get(&name) {
                None if known.others.is_some() => break,
                None => {
                    values.note(&format!("{at} {path}"), &fact, Problem::UnknownField);
                    break;
                }
                Some(field) if field.access == Access::Output => {
                    values.note(&format!("{at} {path}"), &fact, Problem::OutputOnly);
                    break;
                }
                Some(field) => match &field.kind {
                    Kind::Object(inner) => inner.clone_into(&mut current),
                    // What follows is the caller's own key, or nothing.
                    Kind::Map(_) | Kind::Any => break,
                    Kind::List(_)
                    | Kind::Boolean
                    | Kind::Integer(_)
                    | Kind::Number
                    | Kind::Text(_)
                    | Kind::Enum(_) => {
                        if let Some(more) = parts.next() {
                            values.note(
                                &format!("{at} {path}"),
                                &format!("{fact}.{more}"),
                                Problem::UnknownField,
                            );
                        }
                        break;
                    }
                },
            }
        }
    }
}

/// `max_instance_count` as JSON writes it.
fn camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        text.push_str(&first.to_ascii_uppercase());
        text.push_str(rest);
    }
    text
}
