//! What an environment makes of a spec. Maps are merged by key; everything else takes the place of what was there.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Environment, KEY};
use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::schema::resolve;
use crate::source::Source;
use crate::text::shown;
use crate::yaml::{Content, Entry, Node, Scalar, ScalarType};

/// The spec of one environment.
#[derive(Debug)]
pub(crate) struct Merged {
    /// The spec with the environment's settings, each at the bytes that it came from.
    pub(crate) root: Node,
    /// The values that the environment gives to variables, and where it does.
    pub(crate) values: IndexMap<String, (Scalar, Range<usize>)>,
    /// What the environment may not do.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Merges an environment into the spec. `strict` is the schema, which tells items from settings.
pub(crate) fn merge(root: &Node, environment: &Environment, strict: &Value, source: &Arc<Source>) -> Merged {
    let mut merge = Merge { environment, strict, source, problems: Vec::new() };
    let mut merged = root.clone();
    let mut values = IndexMap::new();
    let Content::Map(base) = &mut merged.content else {
        return Merged { root: merged, values, problems: Vec::new() };
    };
    let declared: Vec<String> =
        match base.iter().find(|entry| entry.key == "variables").map(|entry| &entry.value.content) {
            Some(Content::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
            Some(Content::List(_) | Content::Scalar(_) | Content::Unknown) | None => Vec::new(),
        };
    for entry in &environment.entries {
        match entry.key.as_str() {
            "variables" => values = merge.values(entry, &declared),
            "version" | KEY => merge.refuse(
                "environment-key",
                format!("an environment can not change `{}`", entry.key),
                entry.key_span.clone(),
                Some("it holds for the whole file; remove the line"),
            ),
            key => match merge.property(key).map(items) {
                None => merge.unknown(entry),
                Some(Items::Named) => merge.items(base, entry),
                Some(Items::Settings) => merge.entry(base, entry),
            },
        }
    }
    Merged { root: merged, values, problems: merge.problems }
}

/// What a top-level key holds.
enum Items {
    /// Items by name, each of which becomes something in the cloud.
    Named,
    /// Anything else.
    Settings,
}

fn items(property: &Value) -> Items {
    if property.get("patternProperties").is_some() { Items::Named } else { Items::Settings }
}

struct Merge<'m> {
    environment: &'m Environment,
    strict: &'m Value,
    source: &'m Arc<Source>,
    problems: Vec<Diagnostic>,
}

impl<'m> Merge<'m> {
    fn property(&self, key: &str) -> Option<&'m Value> {
        self.strict.get("properties")?.get(key).map(|property| resolve(self.strict, property))
    }

    fn refuse(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        span: Range<usize>,
        help: Option<&str>,
    ) {
        let problem = Diagnostic::new(id, message).under(self.source, span);
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    fn near<'n>(
        &mut self,
        problem: Diagnostic,
        word: &str,
        words: impl Iterator<Item = &'n str>,
        help: &str,
    ) {
        self.problems.push(match nearest(word, words) {
            Some(near) => problem.with_suggestion(near),
            None => problem.with_help(help),
        });
    }

    fn unknown(&mut self, entry: &Entry) {
        let known = self
            .strict
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|known| known.keys());
        let known: Vec<&str> =
            known.map(String::as_str).filter(|key| !["version", KEY].contains(key)).collect();
        let message =
            format!("unknown key `{}` in the environment `{}`", shown(&entry.key), self.environment.name);
        let problem = Diagnostic::new("unknown-key", message).under(self.source, entry.key_span.clone());
        self.near(
            problem,
            &entry.key,
            known.iter().copied(),
            &format!("keys that may stand here: {}", known.join(", ")),
        );
    }

    /// Items have to be there: what exists in one environment only would be seen by nobody who reads the spec.
    fn items(&mut self, base: &mut Vec<Entry>, section: &Entry) {
        let there: Vec<String> =
            match base.iter().find(|entry| entry.key == section.key).map(|entry| &entry.value.content) {
                Some(Content::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
                // Of what could not be read nobody knows which items it has.
                Some(Content::Unknown) => return,
                Some(Content::List(_) | Content::Scalar(_)) | None => Vec::new(),
            };
        let Content::Map(entries) = &section.value.content else {
            self.entry(base, section);
            return;
        };
        let (known, new): (Vec<Entry>, Vec<Entry>) =
            entries.iter().cloned().partition(|entry| there.contains(&entry.key));
        for entry in new {
            let message = format!(
                "`{}` has no item `{}` that the environment `{}` could change",
                section.key,
                shown(&entry.key),
                self.environment.name
            );
            let problem = Diagnostic::new("new-item", message).under(self.source, entry.key_span);
            let help = format!(
                "an environment changes items and makes none: declare it under `{}` of the spec, or in a spec of its own",
                section.key
            );
            self.near(problem, &entry.key, there.iter().map(String::as_str), &help);
        }
        if !known.is_empty() {
            let value = Node { span: section.value.span.clone(), content: Content::Map(known) };
            self.entry(base, &Entry { key: section.key.clone(), key_span: section.key_span.clone(), value });
        }
    }

    fn entry(&mut self, base: &mut Vec<Entry>, entry: &Entry) {
        if is_null(&entry.value) {
            self.null(entry);
            return;
        }
        match base.iter_mut().find(|there| there.key == entry.key) {
            None => {
                base.push(Entry { value: self.without_nulls(&entry.value), ..entry.clone() });
            }
            Some(there) => match (&mut there.value.content, &entry.value.content) {
                (Content::Map(inner), Content::Map(entries)) => {
                    for entry in entries {
                        self.entry(inner, entry);
                    }
                }
                (Content::Map(_) | Content::List(_) | Content::Scalar(_) | Content::Unknown, _) => {
                    there.value = self.without_nulls(&entry.value);
                    there.key_span = entry.key_span.clone();
                }
            },
        }
    }

    /// A value that is taken as it is; the nulls in it are refused here, as everywhere in an environment.
    fn without_nulls(&mut self, value: &Node) -> Node {
        match &value.content {
            Content::Map(entries) => {
                let mut kept = Vec::new();
                for entry in entries {
                    if is_null(&entry.value) {
                        self.null(entry);
                    } else {
                        kept.push(Entry { value: self.without_nulls(&entry.value), ..entry.clone() });
                    }
                }
                Node { span: value.span.clone(), content: Content::Map(kept) }
            }
            // The items of a list are judged by the schema, like those of the spec itself.
            Content::List(_) | Content::Scalar(_) | Content::Unknown => value.clone(),
        }
    }

    fn null(&mut self, entry: &Entry) {
        self.refuse(
            "environment-null",
            format!("`{}` has no value, and an environment takes nothing away", shown(&entry.key)),
            entry.key_span.clone(),
            Some("give it a value; what only some environments have belongs into those"),
        );
    }

    /// The values of variables.
    fn values(&mut self, section: &Entry, declared: &[String]) -> IndexMap<String, (Scalar, Range<usize>)> {
        let mut values = IndexMap::new();
        let entries = match &section.value.content {
            Content::Map(entries) => entries,
            Content::Unknown => return values,
            Content::List(_) | Content::Scalar(_) => {
                let help = "write `name: value` lines";
                self.refuse(
                    "wrong-type",
                    "`variables` has to be a map",
                    section.value.span.clone(),
                    Some(help),
                );
                return values;
            }
        };
        for entry in entries {
            let span = entry.value.span.clone();
            if !declared.contains(&entry.key) {
                let message = format!(
                    "the environment `{}` gives a value to `{}`, which the spec does not declare",
                    self.environment.name,
                    shown(&entry.key)
                );
                let problem =
                    Diagnostic::new("unknown-variable", message).under(self.source, entry.key_span.clone());
                self.near(
                    problem,
                    &entry.key,
                    declared.iter().map(String::as_str),
                    "declare it under `variables` of the spec",
                );
                continue;
            }
            match &entry.value.content {
                Content::Unknown => {}
                Content::Scalar(scalar) if scalar.scalar_type() == ScalarType::Null => self.null(entry),
                Content::Scalar(scalar) if scalar.text.contains("${") => {
                    self.refuse(
                        "variable-in-variable",
                        "the value of a variable can not use a variable",
                        span,
                        None,
                    );
                }
                Content::Scalar(scalar) => {
                    values.insert(entry.key.clone(), (scalar.clone(), span));
                }
                Content::List(_) | Content::Map(_) => self.refuse(
                    "wrong-type",
                    format!(
                        "the value of the variable `{}` has to be a text, a number or a boolean",
                        shown(&entry.key)
                    ),
                    entry.key_span.clone(),
                    Some("an environment gives the value only: `name: value`"),
                ),
            }
        }
        values
    }
}

fn is_null(value: &Node) -> bool {
    match &value.content {
        Content::Scalar(scalar) => scalar.scalar_type() == ScalarType::Null,
        Content::List(_) | Content::Map(_) | Content::Unknown => false,
    }
}
