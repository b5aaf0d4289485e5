//! Which files Docker would not send: `.dockerignore`.
//!
//! Source: Docker's reference, ".dockerignore files": patterns are relative to the root of the context, the last one that
//! matches a path or a folder around it decides, and `!` brings back what lies under an ignored folder.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::error::ContextError;
use super::gcloud_ignore::bad_rule;
use super::walk::read_rules;

/// The rules of a context. All patterns are matched at once, since there may be many and each file asks.
#[derive(Debug)]
pub(super) struct DockerIgnore {
    patterns: Gitignore,
    /// The last rule of each pattern.
    rules: BTreeMap<String, Rule>,
}

#[derive(Debug, Clone, Copy)]
struct Rule {
    /// Its number; of the rules that match, the highest decides.
    line: usize,
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
            Some(text) => (own.as_str(), text),
            None => (".dockerignore", read_rules(folder, ".dockerignore")?.unwrap_or_default()),
        };
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        let mut rules = BTreeMap::new();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let Some((pattern, effect)) = rule(line) else { continue };
            builder.add_line(None, &pattern).map_err(|error| bad_rule(name, Some(number + 1), &error))?;
            rules.insert(key(&pattern).to_owned(), Rule { line: number + 1, effect });
        }
        let patterns = builder.build().map_err(|error| bad_rule(name, None, &error))?;
        Ok(Self { patterns, rules })
    }

    /// Whether a file is left out.
    pub(super) fn ignores(&self, path: &str) -> bool {
        let parents =
            std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(parent, _)| parent));
        let matching = parents.filter_map(|path| {
            let matched = self.patterns.matched(path, false);
            self.rules.get(key(matched.inner()?.original()))
        });
        matching.max_by_key(|rule| rule.line).is_some_and(|rule| rule.effect == Effect::LeavesOut)
    }
}

/// The pattern of a line, rooted and cleaned, and what it does; none for a comment or an empty line.
fn rule(line: &str) -> Option<(String, Effect)> {
    if line.starts_with('#') {
        return None;
    }
    let line = line.trim();
    let (effect, pattern) = match line.strip_prefix('!') {
        Some(rest) => (Effect::BringsBack, rest.trim()),
        None => (Effect::LeavesOut, line),
    };
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!parts.is_empty()).then(|| (format!("/{}", parts.join("/")), effect))
}

/// How a pattern is looked up: the matcher drops blanks at the end of one.
fn key(pattern: &str) -> &str {
    pattern.trim_end()
}
