//! Where each value of a spec stands in its file, by JSON pointer. Knows no meaning.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use model::Place;

use crate::source::Source;

/// The bytes of a value, and of its key where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spans {
    pub(crate) key: Option<Range<usize>>,
    pub(crate) value: Range<usize>,
}

/// Which end of an entry a caret points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Key,
    Value,
}

/// An index from JSON pointer (`/services/ollama-gemma/concurrency`, `/iam/0/members/1`) to the place in the file.
///
/// Keys are written into a pointer as RFC 6901 says: `~` as `~0` and `/` as `~1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    source: Arc<Source>,
    spans: BTreeMap<String, Spans>,
}

impl Places {
    pub(crate) fn new(source: Arc<Source>) -> Self {
        Self { source, spans: BTreeMap::new() }
    }

    pub(crate) fn insert(&mut self, pointer: String, spans: Spans) {
        self.spans.insert(pointer, spans);
    }

    /// Says that the value at one pointer comes from another.
    pub(crate) fn alias(&mut self, pointer: &str, other: &str) {
        if let Some(value) = self.span(other, Part::Key) {
            self.spans.insert(pointer.to_owned(), Spans { key: Some(value.clone()), value });
        }
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The place of the value at a pointer; where the file does not have it, that of the nearest ancestor.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        Some(self.source.place(self.span(pointer, Part::Value)?.start))
    }

    /// The place of the key at a pointer, for example of an item's name; else that of the nearest ancestor.
    pub fn key_place(&self, pointer: &str) -> Option<Place> {
        Some(self.source.place(self.span(pointer, Part::Key)?.start))
    }

    /// The bytes that a caret points at.
    pub(crate) fn span(&self, pointer: &str, part: Part) -> Option<Range<usize>> {
        let mut rest = pointer;
        loop {
            if let Some(spans) = self.spans.get(rest) {
                // A missing child is best shown at its parent's name: the parent's value may go on for many lines.
                let wanted = if rest == pointer { part } else { Part::Key };
                return Some(match (wanted, &spans.key) {
                    (Part::Key, Some(key)) => key.clone(),
                    (Part::Key, None) | (Part::Value, _) => spans.value.clone(),
                });
            }
            rest = rest.rsplit_once('/')?.0;
        }
    }

    /// Whether the file itself has a value at this pointer.
    pub fn contains(&self, pointer: &str) -> bool {
        self.spans.contains_key(pointer)
    }
}

/// A pointer to a child by key, escaped as RFC 6901 says.
pub(crate) fn child(pointer: &str, key: &str) -> String {
    if key.contains(['~', '/']) {
        format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{pointer}/{key}")
    }
}
