//! Environments: what differs between the places that one spec is applied to, and what each makes of the spec.
//!
//! Works on trees, before variables have their values, so every value keeps the bytes that it came from. Knows what of the
//! schema is an item; must never know what a setting means. `docs/decisions/0011-environments.md` says why it is so strict.

mod differ;
mod merge;
mod problems;

pub(crate) use differ::clashes;
pub(crate) use merge::{Merged, merge};
pub(crate) use problems::gathered;

use std::ops::Range;
use std::sync::Arc;

use model::EnvironmentName;
use serde_json::Value;

use crate::check::refused;
use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::source::Source;
use crate::text::{joined, shown};
use crate::yaml::{Content, Entry, Node};

/// Each environment checks the whole spec once more, so a file can not have many.
const MOST_ENVIRONMENTS: usize = 32;

/// The key of a spec under which its environments stand.
pub(crate) const KEY: &str = "environments";

/// Which environments of a spec are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentChoice<'c> {
    /// None was named: right for a spec that has none.
    Unnamed,
    /// The one of this name.
    Named(&'c str),
    /// Every one; of a spec that has none, the spec itself.
    Every,
}

/// One environment as it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Environment {
    pub(crate) name: EnvironmentName,
    pub(crate) name_span: Range<usize>,
    pub(crate) span: Range<usize>,
    pub(crate) entries: Vec<Entry>,
}

/// The environments of a file.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Where they stand; none where the file has no such key.
    pub(crate) key_span: Option<Range<usize>>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// Takes the environments out of a tree, so that what is left is the spec that they have in common.
pub(crate) fn take(root: &mut Node, source: &Arc<Source>) -> Taken {
    let Content::Map(entries) = &mut root.content else { return Taken::default() };
    let Some(at) = entries.iter().position(|entry| entry.key == KEY) else { return Taken::default() };
    let taken = entries.remove(at);
    let mut environments = Vec::new();
    let mut problems = Vec::new();
    let help = "an environment is written as its name and, under it, what is different there";
    let key_span = Some(taken.key_span.clone());
    let named = match taken.value.content {
        Content::Map(named) if !named.is_empty() => named,
        Content::Map(_) | Content::List(_) | Content::Scalar(_) => {
            let problem = Diagnostic::new(
                "no-environment",
                "`environments` has to be a map of at least one environment",
            );
            problems.push(problem.with_help(help).under(source, taken.key_span));
            return Taken { key_span, environments, problems };
        }
        Content::Unknown => return Taken { key_span, environments, problems },
    };
    if let Some(over) = named.get(MOST_ENVIRONMENTS) {
        let message =
            format!("a spec has at most {MOST_ENVIRONMENTS} environments, this one has {}", named.len());
        problems.push(Diagnostic::new("too-many-environments", message).under(source, over.key_span.clone()));
    }
    for entry in named.into_iter().take(MOST_ENVIRONMENTS) {
        if let Err(error) = crate::types::EnvironmentName::parse(&entry.key) {
            problems.push(refused("bad-name", error).under(source, entry.key_span));
            continue;
        }
        let Ok(name) = EnvironmentName::parse(&entry.key) else { continue };
        let entries = match entry.value.content {
            Content::Map(entries) => entries,
            Content::Unknown => Vec::new(),
            Content::List(_) | Content::Scalar(_) => {
                let problem =
                    Diagnostic::new("wrong-type", format!("the environment `{name}` has to be a map"));
                problems.push(problem.with_help(help).under(source, entry.value.span.clone()));
                Vec::new()
            }
        };
        environments.push(Environment { name, name_span: entry.key_span, span: entry.value.span, entries });
    }
    Taken { key_span, environments, problems }
}

impl Taken {
    /// What is wrong with a choice, given the environments that there are.
    pub(crate) fn judge(&self, choice: EnvironmentChoice<'_>, source: &Arc<Source>) -> Option<Diagnostic> {
        let names: Vec<&str> =
            self.environments.iter().map(|environment| environment.name.as_str()).collect();
        let listed = || joined(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(), "and");
        match (choice, &self.key_span) {
            (EnvironmentChoice::Every, _) | (EnvironmentChoice::Unnamed, None) => None,
            (EnvironmentChoice::Unnamed, Some(span)) => {
                let problem = Diagnostic::new(
                    "environment-not-chosen",
                    "the spec has environments and none was chosen",
                )
                .under(source, span.clone());
                Some(match names.first() {
                    Some(first) => problem.with_help(format!(
                        "choose one with `--env`, such as `--env {first}`; there are {}",
                        listed()
                    )),
                    None => problem,
                })
            }
            (EnvironmentChoice::Named(name), _) if names.contains(&name) => None,
            (EnvironmentChoice::Named(name), Some(span)) => {
                let problem = Diagnostic::new(
                    "unknown-environment",
                    format!("the spec has no environment `{}`", shown(name)),
                )
                .under(source, span.clone());
                Some(match nearest(name, names.iter().copied()) {
                    // The caret shows the section, so this is advice and not what takes the caret's place.
                    Some(near) => {
                        problem.with_help(format!("did you mean `--env {near}`? There are {}", listed()))
                    }
                    None => problem.with_help(format!("there are {}", listed())),
                })
            }
            (EnvironmentChoice::Named(name), None) => {
                let message = format!("`--env {}` was given, and the spec has no environments", shown(name));
                Some(
                    Diagnostic::new("unknown-environment", message)
                        .with_help("leave it out, or write an `environments` section"),
                )
            }
        }
    }
}

/// The spec that environments have in common, as it is checked by itself: top-level keys that it leaves to them count as
/// there.
pub(crate) fn common(root: &Node, environments: &[Environment], strict: &Value) -> Node {
    let mut common = root.clone();
    let Content::Map(entries) = &mut common.content else { return common };
    let required =
        strict.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for key in required {
        let is_there = entries.iter().any(|entry| entry.key == key);
        let given =
            environments.iter().flat_map(|environment| &environment.entries).find(|entry| entry.key == key);
        if let (false, Some(given)) = (is_there, given) {
            let value = Node { span: given.value.span.clone(), content: Content::Unknown };
            entries.push(Entry { key: key.to_owned(), key_span: given.key_span.clone(), value });
        }
    }
    common
}
