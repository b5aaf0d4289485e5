//! Problems of a spec, for people and for machines. Knows how to show a place, not what the problem means.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use model::{Finding, Place, Severity};
use serde::Serialize;

use crate::source::Source;

/// Longer lines, in bytes, are not shown: a file of one line is made by a machine, or to do harm.
const LONGEST_LINE: usize = 2_000;

/// Whether output carries colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences of a terminal.
    Ansi,
    /// Text only.
    Plain,
}

/// One problem: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name of the kind of problem, such as `unknown-key`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, a fragment without full stop.
    pub message: String,
    /// Where the problem is.
    pub place: Option<Place>,
    /// The sum that shows it, a line each.
    pub sum: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The text that was probably meant, ready to take the place of what the caret shows.
    pub suggestion: Option<String>,
    caret: Option<Box<Caret>>,
}

/// The bytes to underline, in which text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Caret {
    source: Arc<Source>,
    span: Range<usize>,
}

/// The form of a diagnostic that programs read. A contract: fields are only ever added.
#[derive(Serialize)]
struct Machine<'d> {
    id: &'static str,
    level: &'static str,
    message: &'d str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    sum: &'d [String],
    file: Option<&'d str>,
    line: Option<u32>,
    column: Option<u32>,
    help: Option<&'d str>,
    suggestion: Option<&'d str>,
}

impl Serialize for Diagnostic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Machine {
            id: self.id,
            level: self.severity.word(),
            message: &self.message,
            sum: &self.sum,
            file: self.place.as_ref().map(|place| place.file.as_ref()),
            line: self.place.as_ref().map(|place| place.line),
            column: self.place.as_ref().map(|place| place.column),
            help: self.help.as_deref(),
            suggestion: self.suggestion.as_deref(),
        }
        .serialize(serializer)
    }
}

impl Diagnostic {
    /// A problem without a place.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self {
            id,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            sum: Vec::new(),
            help: None,
            suggestion: None,
            caret: None,
        }
    }

    /// The same problem at a place, without the line of the file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same problem at some bytes of a text.
    #[must_use]
    pub(crate) fn under(mut self, source: &Arc<Source>, span: Range<usize>) -> Self {
        self.place = Some(source.place(span.start));
        self.caret = Some(Box::new(Caret { source: Arc::clone(source), span }));
        self
    }

    /// The same problem at some bytes of a text that is not the spec's, such as a Dockerfile's.
    #[must_use]
    pub fn in_text(self, file: &str, text: &str, bytes: Range<usize>) -> Self {
        self.under(&Arc::new(Source::new(file, text)), bytes)
    }

    /// The same problem, as bad as this.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same problem with the sum that shows it.
    #[must_use]
    pub fn with_sum(mut self, sum: Vec<String>) -> Self {
        self.sum = sum;
        self
    }

    /// The problem as plain data.
    pub fn finding(&self) -> Finding {
        Finding {
            check: self.id.to_owned(),
            severity: self.severity,
            message: self.message.clone(),
            sum: self.sum.clone(),
            fix: self.advice(),
            place: self.place.clone(),
        }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same problem with the text that was probably meant.
    #[must_use]
    pub fn with_suggestion(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The same problem, which only one environment of the spec has.
    #[must_use]
    pub(crate) fn in_environment(mut self, name: &str) -> Self {
        self.message = format!("{}, in the environment `{name}`", self.message);
        self
    }

    /// The problem with its source line and a caret under what is wrong.
    pub fn render(&self, colour: Colour) -> String {
        let renderer = match colour {
            Colour::Ansi => Renderer::styled(),
            Colour::Plain => Renderer::plain(),
        };
        let message = printable(&self.message);
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let title = level.primary_title(message.as_str()).id(self.id);
        let sum: Vec<String> = self.sum.iter().map(|line| printable(line)).collect();
        let sum = || sum.iter().map(|line| Level::NOTE.message(line.as_str()));
        let help = self.advice();
        let line;
        let mut report = Vec::new();
        match (&self.caret, &self.place) {
            (Some(caret), Some(place)) if caret.source.line(caret.span.start).len() <= LONGEST_LINE => {
                let whole = caret.source.line(caret.span.start);
                line = tame(caret.source.text().get(whole.clone()).unwrap_or_default());
                let start = caret.span.start.saturating_sub(whole.start).min(line.len());
                let end = caret.span.end.saturating_sub(whole.start).min(line.len()).max(start);
                let snippet = Snippet::source(line.as_str())
                    .path(caret.source.name())
                    .line_start(usize::try_from(place.line).unwrap_or(1))
                    .annotation(AnnotationKind::Primary.span(start..end));
                let mut group = Group::with_title(title).element(snippet);
                for line in sum() {
                    group = group.element(line);
                }
                let patch = self.patch();
                if let (Some(help), None) = (&help, &patch) {
                    group = group.element(Level::HELP.message(help.as_str()));
                }
                report.push(group);
                if let (Some(help), Some(patch)) = (&help, patch) {
                    let snippet = Snippet::source(line.as_str())
                        .path(caret.source.name())
                        .line_start(usize::try_from(place.line).unwrap_or(1))
                        .patch(Patch::new(start..end, patch));
                    report
                        .push(Group::with_title(Level::HELP.secondary_title(help.as_str())).element(snippet));
                }
            }
            (Some(_) | None, place) => {
                let mut group = Group::with_title(title);
                if let Some(place) = place {
                    let origin = annotate_snippets::Origin::path(place.file.as_ref())
                        .line(usize::try_from(place.line).unwrap_or(1))
                        .char_column(usize::try_from(place.column).unwrap_or(1));
                    group = group.element(origin);
                }
                for line in sum() {
                    group = group.element(line);
                }
                if let Some(help) = &help {
                    group = group.element(Level::HELP.message(help.as_str()));
                }
                report.push(group);
            }
        }
        renderer.render(&report)
    }

    /// The suggestion as it would stand in the file; none where the file has something else there, such as a variable.
    fn patch(&self) -> Option<String> {
        let suggestion = printable(self.suggestion.as_deref()?);
        let caret = self.caret.as_ref()?;
        let written = caret.source.text().get(caret.span.clone())?;
        if written.is_empty() || written.contains("${") || written.contains('\n') {
            return None;
        }
        match written
            .chars()
            .next()
            .filter(|first| ['"', '\''].contains(first) && !suggestion.starts_with(*first))
        {
            Some(quote) if self.id != "wrong-type" => Some(format!("{quote}{suggestion}{quote}")),
            Some(_) | None => Some(suggestion),
        }
    }

    /// What to do about it, what was probably meant among it; one sentence.
    pub fn advice(&self) -> Option<String> {
        match (&self.suggestion, &self.help) {
            (Some(suggestion), Some(help)) => {
                Some(printable(&format!("did you mean `{suggestion}`? {help}")))
            }
            (Some(suggestion), None) => Some(printable(&format!("did you mean `{suggestion}`?"))),
            (None, help) => help.as_deref().map(printable),
        }
    }
}

/// One line: place, message and advice.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        write!(formatter, "{}", printable(&self.message))?;
        match self.advice() {
            Some(advice) => write!(formatter, "; {advice}"),
            None => Ok(()),
        }
    }
}

/// Escapes what could steer a terminal; a spec's text is not trusted.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|letter| {
            if is_unsafe(letter) {
                Shown::Escaped(letter.escape_unicode())
            } else {
                Shown::Plain(Some(letter))
            }
        })
        .collect()
}

/// Either a character or its escape.
enum Shown {
    Plain(Option<char>),
    Escaped(std::char::EscapeUnicode),
}

impl Iterator for Shown {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::Plain(letter) => letter.take(),
            Self::Escaped(letters) => letters.next(),
        }
    }
}

/// Controls and the characters that turn the direction of text.
fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// A source line whose unsafe characters are replaced by as many bytes of `?`, so that carets stay right.
fn tame(line: &str) -> String {
    line.chars()
        .map(|letter| {
            if is_unsafe(letter) && letter != '\t' {
                "?".repeat(letter.len_utf8())
            } else {
                letter.to_string()
            }
        })
        .collect()
}

/// All the problems of a spec, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

/// More than this many are counted, not shown.
const SHOWN: usize = 100;

impl Diagnostics {
    /// The problems.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many there are: `2 problems`, or by severity where some stop nothing.
    fn counted(&self) -> String {
        let many = |number: usize, one: &str, several: &str| match number {
            1 => format!("1 {one}"),
            number => format!("{number} {several}"),
        };
        let of = |severity| self.0.iter().filter(|problem| problem.severity == severity).count();
        if of(Severity::Error) == self.0.len() {
            return many(self.0.len(), "problem", "problems");
        }
        let parts = Severity::ALL.map(|severity| match severity {
            Severity::Error => (of(severity), "error", "errors"),
            Severity::Warning => (of(severity), "warning", "warnings"),
            Severity::Info => (of(severity), "note", "notes"),
        });
        let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
        parts.map(|(number, one, several)| many(number, one, several)).collect::<Vec<_>>().join(", ")
    }

    /// Every problem as [`Diagnostic::render`] shows it, and a last line with their number.
    pub fn render(&self, colour: Colour) -> String {
        let mut parts: Vec<String> =
            self.0.iter().take(SHOWN).map(|problem| problem.render(colour)).collect();
        let more = self.0.len().saturating_sub(SHOWN);
        parts.push(match more {
            0 => self.counted(),
            more => format!("{}, {more} of them not shown", self.counted()),
        });
        parts.join("\n\n")
    }
}

impl<'d> IntoIterator for &'d Diagnostics {
    type Item = &'d Diagnostic;
    type IntoIter = std::slice::Iter<'d, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(problem: Diagnostic) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            write!(formatter, "{problem}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(formatter, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Diagnostics {}
