//! The text of one file and where its lines begin. Knows no format.

use std::ops::Range;
use std::sync::Arc;

use model::Place;

/// A file's name and text, with an index of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    name: Arc<str>,
    text: String,
    line_starts: Vec<usize>,
    ascii: bool,
}

impl Source {
    /// Takes a file's shown name and its text.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self {
            name: name.into(),
            line_starts: line_starts.collect(),
            text: text.to_owned(),
            ascii: text.is_ascii(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Line and column, both from 1, of a byte; the column counts characters.
    pub(crate) fn place(&self, byte: usize) -> Place {
        let line = self.line_of(byte);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..byte.min(self.text.len())).unwrap_or_default();
        // Almost every file is ASCII, where characters need no counting; a hostile one may be a single very long line.
        let characters = if self.ascii { before.len() } else { before.chars().count() };
        Place { file: Arc::clone(&self.name), line: count(line + 1), column: count(characters + 1) }
    }

    /// The bytes of the line that holds a byte, without its line break.
    pub(crate) fn line(&self, byte: usize) -> Range<usize> {
        let line = self.line_of(byte);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        start..end.max(start)
    }

    fn line_of(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
