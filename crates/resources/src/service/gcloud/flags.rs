//! The flags by which a service is told apart from what it was.

use model::command::gcloud_list;
use model::{Fields, Json};

use super::{parts, settings};
use crate::{hidden, stamp};

/// The track of gcloud that a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Track {
    /// What is generally available.
    General,
    /// `gcloud beta`.
    Beta,
}

impl Track {
    /// Its word in the command.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::General => None,
            Self::Beta => Some("beta"),
        }
    }
}

/// What becomes of the mark of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// It is put there.
    Put,
    /// It is there.
    Leave,
    /// It is taken off.
    TakeOff,
}

/// Flags, and what has none.
#[derive(Debug)]
pub(super) struct Flags {
    /// The flags, each with its value in one word.
    pub(super) words: Vec<String>,
    /// The track that has them all.
    pub(super) track: Track,
    /// What gcloud has no flag for, and why.
    pub(super) missing: Vec<String>,
    /// Whether the service is new.
    pub(super) is_new: bool,
}

impl Flags {
    /// What takes a service from some fields to others.
    pub(super) fn of(before: &Fields, after: &Fields, stamp: Stamp, stack: &str) -> Self {
        let is_new = before.iter().next().is_none();
        let mut flags = Self { words: Vec::new(), track: Track::General, missing: Vec::new(), is_new };
        let known = flags.without_hidden(before, after);
        settings::add(&mut flags, before, &known);
        flags.family("env-vars", &values(before, "env."), &values(&known, "env."));
        flags.family("secrets", &values(before, "secrets."), &values(&known, "secrets."));
        parts::add_probes(&mut flags, before, &known);
        parts::add_volumes(&mut flags, before, &known);
        flags.labels(before, &known, stamp, stack);
        flags.annotations(before, &known);
        flags
    }

    /// Adds a flag with its value.
    pub(super) fn push(&mut self, name: &str, value: impl std::fmt::Display) {
        self.words.push(format!("--{name}={value}"));
    }

    /// Says what there is no flag for.
    pub(super) fn lacks(&mut self, text: impl Into<String>) {
        self.missing.push(text.into());
    }

    /// What is to be, without what nobody knows any more: that stays as it is.
    fn without_hidden(&mut self, before: &Fields, after: &Fields) -> Fields {
        let mut known = after.clone();
        for (path, field) in after.iter() {
            if hidden::is_hidden(&field.value) && before.value(path) != Some(&field.value) {
                self.lacks(format!("{path}: its value looked like a secret, so it was not kept"));
                known.0.remove(path);
            }
        }
        known
    }

    /// Settings by name: those that are new or another, and those that go.
    fn family(&mut self, flag: &str, before: &[(&str, String)], after: &[(&str, String)]) {
        let pairs = |items: Vec<&(&str, String)>| {
            let pairs: Vec<String> = items.iter().map(|(name, value)| format!("{name}={value}")).collect();
            gcloud_list(&pairs)
        };
        let set: Vec<_> = after.iter().filter(|item| !before.contains(item)).collect();
        let gone: Vec<&str> = before
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| after.iter().all(|(other, _)| other != name))
            .collect();
        if !gone.is_empty() {
            self.push(&format!("remove-{flag}"), gcloud_list(&gone));
        }
        if !set.is_empty() {
            let verb = if self.is_new { "set" } else { "update" };
            self.push(&format!("{verb}-{flag}"), pairs(set));
        }
    }

    /// Labels, and the mark among them.
    fn labels(&mut self, before: &Fields, after: &Fields, stamp: Stamp, stack: &str) {
        let (before, after) = (values(before, "labels."), values(after, "labels."));
        let mark = (stamp::LABEL, stack.to_owned());
        let (before, after) = match stamp {
            Stamp::Put => (before, after.into_iter().chain([mark]).collect()),
            Stamp::Leave => (before, after),
            Stamp::TakeOff => (before.into_iter().chain([mark]).collect::<Vec<_>>(), after),
        };
        let at = self.words.len();
        self.family("labels", &before, &after);
        // New services take them under this name.
        for word in self.words.iter_mut().skip(at) {
            if let Some(rest) = word.strip_prefix("--set-labels=") {
                *word = format!("--labels={rest}");
            }
        }
    }

    fn annotations(&mut self, before: &Fields, after: &Fields) {
        let (before, after) = (values(before, "annotations."), values(after, "annotations."));
        let set = after.iter().filter(|item| !before.contains(item));
        let gone = before.iter().filter(|(name, _)| after.iter().all(|(other, _)| other != name));
        let set: Vec<String> = set.map(|(name, value)| format!("annotation {name}={value}")).collect();
        let gone: Vec<String> = gone.map(|(name, _)| format!("annotation {name}, which goes")).collect();
        for text in set.into_iter().chain(gone) {
            self.lacks(format!("{text}: gcloud has no flag for annotations"));
        }
    }
}

/// Fields of a family by the rest of their paths, with their values as text.
pub(super) fn values<'fields>(fields: &'fields Fields, family: &str) -> Vec<(&'fields str, String)> {
    let of_family = fields.iter().filter_map(|(path, field)| Some((path.strip_prefix(family)?, field)));
    of_family.map(|(name, field)| (name, text(&field.value))).collect()
}

/// A value as a flag takes it.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}
