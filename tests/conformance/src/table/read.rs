//! Reads a table. A line that is not understood stops the test: the script and this file belong together.

use std::collections::BTreeMap;

use super::facts::{Access, Api, Downloads, Field, Kind, Method, Parameter, Schema, Segment, Template};

/// The API of a table.
///
/// # Panics
/// When the text is not as `extract` writes it.
pub(super) fn read(text: &str) -> Api {
    let mut api = Api {
        name: String::new(),
        host: String::new(),
        common: BTreeMap::new(),
        methods: Vec::new(),
        schemas: BTreeMap::new(),
    };
    let mut schema = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (line.starts_with(' '), words.as_slice(), &mut schema) {
            (false, ["api", name, root], _) => {
                (*name).clone_into(&mut api.name);
                root.trim_start_matches("https://").trim_end_matches('/').clone_into(&mut api.host);
            }
            (false, ["revision", _], _) => {}
            (false, ["query", name, kind, marks @ ..], _) => {
                api.common.insert((*name).to_owned(), parameter(kind, marks));
            }
            (false, ["method", id, verb, path, more @ ..], _) => {
                api.methods.push(method(id, verb, path, more));
            }
            (false, ["schema", name], _) => {
                api.schemas.insert((*name).to_owned(), Schema::default());
                schema = Some((*name).to_owned());
            }
            (true, ["query", name, kind, marks @ ..], None) => {
                if let Some(method) = api.methods.last_mut() {
                    method.parameters.insert((*name).to_owned(), parameter(kind, marks));
                }
            }
            (true, [name, kind, marks @ ..], Some(schema)) => {
                let schema = api.schemas.entry(schema.clone()).or_default();
                let access = if marks == ["output"] { Access::Output } else { Access::Input };
                let field = Field { kind: self::kind(kind), access };
                if *name == "*" {
                    schema.others = Some(field.kind);
                } else {
                    schema.fields.insert((*name).to_owned(), field);
                }
            }
            _ => misread(line),
        }
    }
    api
}

#[expect(clippy::panic, reason = "a table that is not as the script makes it proves nothing")]
fn misread(what: &str) -> ! {
    panic!("`{what}` is not understood; make the tables again: docs/conformance.md")
}

fn parameter(kind: &str, marks: &[&str]) -> Parameter {
    Parameter { kind: self::kind(kind), marks: marks.iter().map(|mark| (*mark).to_owned()).collect() }
}

fn method(id: &str, verb: &str, path: &str, more: &[&str]) -> Method {
    let mut method = Method {
        id: id.to_owned(),
        verb: verb.to_owned(),
        path: template(path),
        uploads: Vec::new(),
        downloads: Downloads::Nothing,
        takes: None,
        gives: None,
        parameters: BTreeMap::new(),
    };
    for word in more {
        match word.split_once('=') {
            Some(("takes", name)) => method.takes = Some(name.to_owned()),
            Some(("gives", name)) => method.gives = Some(name.to_owned()),
            Some(("simple" | "resumable", path)) => method.uploads.push(template(path)),
            None if *word == "media" => method.downloads = Downloads::Content,
            Some(_) | None => misread(word),
        }
    }
    method
}

/// `string/int64`, `list(Name)` and so on.
fn kind(text: &str) -> Kind {
    if let Some((outer, inner)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return match outer {
            "list" => Kind::List(Box::new(kind(inner))),
            "map" => Kind::Map(Box::new(kind(inner))),
            "enum" => Kind::Enum(inner.split('|').map(str::to_owned).collect()),
            _ => misread(text),
        };
    }
    let (name, format) = text.split_once('/').unwrap_or((text, ""));
    match name {
        "any" | "object" => Kind::Any,
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer(format.to_owned()),
        "number" => Kind::Number,
        "string" => Kind::Text(format.to_owned()),
        _ if name.starts_with(char::is_uppercase) => Kind::Object(name.to_owned()),
        _ => misread(text),
    }
}

/// `/v1/{name=projects/*/services/*}:enable`.
fn template(text: &str) -> Template {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        plain.push_str(place.split_once('=').map_or("*", |(_, pattern)| pattern));
        rest = after;
    }
    plain.push_str(rest);
    let (path, verb) = match plain.rsplit_once(':') {
        Some((path, verb)) => (path.to_owned(), Some(verb.to_owned())),
        None => (plain, None),
    };
    let segments = path.trim_start_matches('/').split('/').map(|part| match part {
        "*" => Segment::One,
        "**" => Segment::Some,
        fixed => Segment::Fixed(fixed.to_owned()),
    });
    Template { segments: segments.collect(), verb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_fit_whole_paths_with_their_verb() {
        let enable = template("/v1/{name=*/*/services/*}:enable");
        assert!(enable.fits(&["v1", "projects", "p", "services", "s"], Some("enable")));
        assert!(!enable.fits(&["v1", "projects", "p", "services", "s"], None));
        assert!(!enable.fits(&["v1", "projects", "p", "services", ""], Some("enable")));
        let operation = template("/v1/{name=operations/**}");
        assert!(operation.fits(&["v1", "operations", "a", "b"], None));
        assert!(!operation.fits(&["v1", "operations"], None));
    }

    #[test]
    fn types_are_read_from_the_inside_out() {
        assert_eq!(
            kind("list(map(string/int64))"),
            Kind::List(Box::new(Kind::Map(Box::new(Kind::Text("int64".into())))))
        );
        assert_eq!(kind("enum(A|B)"), Kind::Enum(vec!["A".into(), "B".into()]));
    }
}
