//! Commands of a shell that do what steps do, for people who go on with gcloud. Plain data: knows no kind, and no quoting.

use crate::outputs::parts_of;
use crate::{Json, ResourceId};

/// What a script does or says in place of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A program that is run.
    Run(Run),
    /// A file that a later command of the same resource reads, written into the script's own folder.
    Write {
        /// Its name in that folder.
        name: &'static str,
        /// What it holds.
        content: Written,
    },
    /// What no command does, and why: a fragment for people.
    Missing(String),
}

/// What a file of a script holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// JSON, in any layout.
    Json(Json),
    /// Lines of text, byte for byte.
    Text(String),
}

/// A program that is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// The output of a resource that it prints, if others need it.
    pub gives: Option<(ResourceId, &'static str)>,
    /// Whether commands that differ in their last word alone can be one.
    pub joining: Joining,
    /// What becomes of the script when it fails.
    pub failure: Failure,
}

/// What becomes of a script when a command of it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It ends.
    Ends,
    /// It goes on: a later command fails if this one left something to do.
    GoesOn,
}

/// Whether commands that follow each other can be run as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Each by itself.
    Alone,
    /// Those that differ in their last word alone take these words together.
    LastWord,
}

/// One argument: parts that are read one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word(pub Vec<Part>);

/// A part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// An output of a resource.
    Output(ResourceId, String),
    /// The folder of the script's own files.
    Folder,
}

impl Word {
    /// The folder of the script.
    pub fn folder() -> Self {
        Self(vec![Part::Folder])
    }

    /// A file in the folder of the script, with a text before it: `--policy=FOLDER/policy.json`.
    pub fn file(before: &str, name: &str) -> Self {
        Self(vec![Part::Text(before.to_owned()), Part::Folder, Part::Text(format!("/{name}"))])
    }
}

impl From<&str> for Word {
    /// Splits a text at the references that it holds.
    fn from(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, id, output, behind)) = parts_of(rest) {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Output(id, output.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Self(parts)
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Run {
    /// A program with its first arguments.
    pub fn program(words: &[&str]) -> Self {
        Self {
            words: words.iter().map(|word| Word::from(*word)).collect(),
            gives: None,
            joining: Joining::Alone,
            failure: Failure::Ends,
        }
    }

    /// A command of gcloud: `["services", "enable"]`.
    pub fn gcloud(words: &[&str]) -> Self {
        let mut run = Self::program(&["gcloud"]);
        run.words.extend(words.iter().map(|word| Word::from(*word)));
        run
    }

    /// One more argument.
    #[must_use]
    pub fn with(mut self, word: impl Into<Word>) -> Self {
        self.words.push(word.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn with_all(mut self, words: impl IntoIterator<Item: Into<Word>>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// A flag with its value in one word: `--project=demo-project`.
    #[must_use]
    pub fn flag(self, name: &str, value: impl std::fmt::Display) -> Self {
        self.with(format!("--{name}={value}"))
    }

    /// Says which output of a resource it prints.
    #[must_use]
    pub fn giving(mut self, id: &ResourceId, output: &'static str) -> Self {
        self.gives = Some((id.clone(), output));
        self
    }

    /// Says that the script goes on when it fails.
    #[must_use]
    pub fn may_fail(mut self) -> Self {
        self.failure = Failure::GoesOn;
        self
    }

    /// Says that commands like it can be run as one.
    #[must_use]
    pub fn joined(mut self) -> Self {
        self.joining = Joining::LastWord;
        self
    }
}

impl From<Run> for Command {
    fn from(run: Run) -> Self {
        Self::Run(run)
    }
}

/// Items as one value of a list of gcloud: parted by commas, or by a sign that no item holds, which the value begins with
/// (`^;^a,b;c`). Source: `gcloud topic escaping`.
pub fn gcloud_list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    let holds = |sign: char| items.iter().any(|item| item.contains(sign));
    let is_read_as_sign = items.first().is_some_and(|item| item.starts_with('^'));
    if !holds(',') && !is_read_as_sign {
        return items.join(",");
    }
    let signs =
        ";|#@~:!%+&*".chars().chain('\u{a1}'..='\u{2ff}').find(|sign| !holds(*sign) && *sign != '\u{ad}');
    // Nobody has items that hold every sign of these.
    let sign = signs.unwrap_or(';').to_string();
    format!("^{sign}^{}", items.join(&sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KindName, reference};

    #[test]
    fn a_text_is_split_at_its_references() {
        let image = ResourceId::new(KindName("image"), "gemma");
        let text = format!("--image=host/gemma@{}", reference(&image, "digest"));
        let digest = Part::Output(image, "digest".to_owned());
        assert_eq!(Word::from(text), Word(vec![Part::Text("--image=host/gemma@".to_owned()), digest]));
        assert_eq!(Word::from(""), Word(vec![Part::Text(String::new())]));
    }

    #[test]
    fn items_that_hold_commas_are_parted_by_another_sign() {
        for (items, value) in [
            (vec!["a", "b"], "a,b"),
            (vec!["a,b", "c"], "^;^a,b;c"),
            (vec!["a,b;c|d", "e"], "^#^a,b;c|d#e"),
            (vec!["^a", "b"], "^;^^a;b"),
        ] {
            assert_eq!(gcloud_list(&items), value);
        }
    }
}
