//! Which files Docker would not send: `.dockerignore`.
//!
//! Source: Docker's reference, ".dockerignore files": patterns are relative to the root of the context, the last one that
//! matches a path or a folder around it decides, and `!` brings back what lies under an ignored folder.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::error::ContextError;
use super::gcloud_ignore::bad_rule;
use super::walk::read_rules;

/// The rules of a context, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct DockerIgnore(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Gitignore,
    effect: Effect,
}

/// What a rule does with what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    LeavesOut,
    BringsBack,
}

impl DockerIgnore {
    /// Reads the rules of a folder: those beside the Dockerfile of that name, or else `.dockerignore`.
    pub(super) fn read(folder: &Path, dockerfile: &str) -> Result<Self, ContextError> {
        let own = format!("{dockerfile}.dockerignore");
        let (name, text) = match read_rules(folder, &own)? {
            Some(text) => (own.as_str(), Some(text)),
            None => (".dockerignore", read_rules(folder, ".dockerignore")?),
        };
        let Some(text) = text else { return Ok(Self::default()) };
        let mut rules = Vec::new();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if let Some(rule) = rule(line).map_err(|error| bad_rule(name, Some(number + 1), &error))? {
                rules.push(rule);
            }
        }
        Ok(Self(rules))
    }

    /// Whether a file is left out.
    pub(super) fn ignores(&self, path: &str) -> bool {
        let parents =
            std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(parent, _)| parent));
        let paths: Vec<&str> = parents.collect();
        let last = self
            .0
            .iter()
            .rev()
            .find(|rule| paths.iter().any(|path| rule.pattern.matched(path, false).is_ignore()));
        last.is_some_and(|rule| rule.effect == Effect::LeavesOut)
    }
}

fn rule(line: &str) -> Result<Option<Rule>, ignore::Error> {
    if line.starts_with('#') {
        return Ok(None);
    }
    let line = line.trim();
    let (effect, pattern) = match line.strip_prefix('!') {
        Some(rest) => (Effect::BringsBack, rest.trim()),
        None => (Effect::LeavesOut, line),
    };
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    builder.add_line(None, &format!("/{}", parts.join("/")))?;
    Ok(Some(Rule { pattern: builder.build()?, effect }))
}
