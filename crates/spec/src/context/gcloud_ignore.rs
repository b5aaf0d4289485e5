//! Which files `gcloud` would not send: `.gcloudignore`, or else its default with the rules of `.gitignore`.
//!
//! Source: the Cloud SDK's topic page "gcloudignore". The syntax is that of `.gitignore`; `#!include:FILE` takes over
//! the rules of another file of the same folder.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::error::ContextError;
use super::walk::read_rules;

/// What applies without a `.gcloudignore`.
const DEFAULT: &str = ".gcloudignore\n.git\n.gitignore\n#!include:.gitignore\n";

/// The rules of one folder.
#[derive(Debug)]
pub(super) struct GcloudIgnore(Gitignore);

impl GcloudIgnore {
    /// Reads the rules of a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, ContextError> {
        let own = read_rules(folder, ".gcloudignore")?;
        let mut builder = GitignoreBuilder::new("");
        match &own {
            Some(rules) => add(&mut builder, folder, ".gcloudignore", rules, Including::Allowed)?,
            None => add(&mut builder, folder, "the default .gcloudignore", DEFAULT, Including::Allowed)?,
        }
        let rules = builder.build().map_err(|error| bad_rule(".gcloudignore", None, &error))?;
        Ok(Self(rules))
    }

    /// Whether a path is left out; what lies in an ignored folder is left out with it.
    pub(super) fn ignores(&self, path: &str, kind: EntryKind) -> bool {
        self.0.matched(path, kind == EntryKind::Folder).is_ignore()
    }
}

/// What a path leads to, as far as ignore rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Folder,
}

/// Whether a file of rules may take over those of another one; only one level is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Including {
    Allowed,
    Refused,
}

fn add(
    builder: &mut GitignoreBuilder,
    folder: &Path,
    name: &str,
    rules: &str,
    including: Including,
) -> Result<(), ContextError> {
    for (number, line) in rules.lines().enumerate() {
        let Some(file) = line.strip_prefix("#!include:").map(str::trim) else {
            builder.add_line(None, line).map_err(|error| bad_rule(name, Some(number + 1), &error))?;
            continue;
        };
        if including == Including::Refused || file.contains('/') || file.contains('\\') || file == ".." {
            let message =
                format!("line {} of {name} includes `{file}`, which can not be followed", number + 1);
            return Err(ContextError::new("ignore-rule", message)
                .with_help("only files of the same folder, one level deep, can be included"));
        }
        if let Some(rules) = read_rules(folder, file)? {
            add(builder, folder, file, &rules, Including::Refused)?;
        }
    }
    Ok(())
}

/// A rule that is not a pattern.
pub(super) fn bad_rule(file: &str, line: Option<usize>, error: &ignore::Error) -> ContextError {
    let place = line.map_or_else(|| file.to_owned(), |line| format!("line {line} of {file}"));
    ContextError::new("ignore-rule", format!("{place} is not a pattern: {error}"))
}
