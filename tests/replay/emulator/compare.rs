//! What differs between a recorded answer and the emulator's. Knows what recorders do to answers, and no API.

use super::cloud::Answer;
use super::shape::{Class, Shape, parent, shape};
use super::translation::Translation;
use super::values::values;
use crate::recording::{Exchange, Recorder};

/// In which way two answers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// Another HTTP status.
    Status,
    /// The recorded answer has a field that the emulator's lacks.
    Missing,
    /// The emulator's answer has a field that the recorded one lacks.
    Extra,
    /// A field is of another type.
    Type,
    /// A field has another value.
    Value,
}

impl Way {
    /// As the table writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Type => "type",
            Self::Value => "value",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) way: Way,
    /// The field, such as `bindings[].role`; empty for the whole answer.
    pub(crate) path: String,
    /// Both sides, for people.
    pub(crate) detail: String,
}

/// Everything that differs.
pub(crate) fn compare(recorded: &Exchange, found: &Answer, translation: &Translation) -> Vec<Difference> {
    if recorded.status != found.status {
        let detail = format!("{}, recorded {}: {}", found.status, recorded.status, found.body);
        return vec![Difference { way: Way::Status, path: String::new(), detail }];
    }
    if recorded.is_blanked {
        return Vec::new();
    }
    let mut differences = Vec::new();
    shapes(recorded, &shape(&recorded.answer), &shape(&found.body), &mut differences);
    for (path, detail) in values(recorded, &found.body, translation) {
        let is_said = differences.iter().any(|known| known.path == path && known.way != Way::Extra);
        if !is_said {
            differences.push(Difference { way: Way::Value, path, detail });
        }
    }
    differences
}

/// What the recorder took out: its absence says nothing.
fn is_taken_out(recorded: &Exchange, path: &str) -> bool {
    match recorded.recorder {
        Recorder::Golden => path == "error.details",
        Recorder::Cassette => false,
    }
}

fn shapes(recorded: &Exchange, theirs: &Shape, ours: &Shape, differences: &mut Vec<Difference>) {
    let mut add = |way, path: &str, detail: String| {
        differences.push(Difference { way, path: path.to_owned(), detail });
    };
    // Of a field that is not there, its own fields are not worth a word.
    let is_top = |shape: &Shape, path: &str| parent(path).is_none_or(|parent| shape.contains_key(parent));
    for (path, classes) in theirs {
        match ours.get(path) {
            None if is_top(ours, path) => add(Way::Missing, path, format!("{classes:?}")),
            None => {}
            Some(found) => {
                let is_free = is_free(recorded, path);
                let fits = |class: &Class| {
                    classes.contains(class)
                        || is_free && class.is_text() && classes.iter().all(|class| class.is_text())
                };
                let strange: Vec<&Class> = found.iter().filter(|class| !fits(class)).collect();
                if !strange.is_empty() {
                    add(Way::Type, path, format!("{strange:?}, recorded {classes:?}"));
                }
            }
        }
    }
    for (path, classes) in ours {
        if !theirs.contains_key(path) && is_top(theirs, path) && !is_taken_out(recorded, path) {
            add(Way::Extra, path, format!("{classes:?}"));
        }
    }
}

/// Whether the text of a field may look like anything: tokens, and what a recorder wrote a constant for.
pub(crate) fn is_free(recorded: &Exchange, path: &str) -> bool {
    match last_key(path) {
        "etag" | "nextPageToken" => true,
        "id" | "uid" | "uniqueId" => recorded.recorder == Recorder::Golden,
        _ => false,
    }
}

pub(crate) fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path).trim_end_matches("[]")
}
