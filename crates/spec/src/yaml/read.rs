//! Builds the tree from the parser's events; refuses what the subset leaves out, all of it at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_yaml::granit_parser::{Event, Options, Parser, ScalarStyle, Span, Tag};

use super::node::{Content, Entry, Node, Scalar, Style};
use crate::check::MOST;
use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// Maps and lists inside each other, at most.
const DEPTH: usize = 32;
/// Values in a file, at most; more than 1 MiB of text can sensibly hold.
const NODES: usize = 400_000;

/// What came of a text.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The one document, as far as it could be read; none for an empty text.
    pub(crate) root: Option<Node>,
    /// Everything that was refused on the way.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Reads the one document of a text.
pub(crate) fn read(source: &Arc<Source>) -> Tree {
    let mut options = Options::default();
    options.emit_comments = false;
    options.emit_unresolved_aliases = true;
    options.emit_anchor_events = true;
    options.flow_nesting_limit = DEPTH;
    options.block_nesting_limit = DEPTH;
    let mut builder = Builder {
        source: Arc::clone(source),
        open: Vec::new(),
        root: None,
        documents: 0,
        nodes: 0,
        problems: Vec::new(),
    };
    for event in Parser::new_from_str_with_options(source.text(), options) {
        match event {
            Ok((event, span)) => {
                if builder.take(event, &span).is_break() {
                    break;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default().min(source.text().len());
                builder
                    .problems
                    .push(syntax_error(&error.info()).under(source, character_at(source.text(), at)));
                builder.close_all();
                break;
            }
        }
    }
    Tree { root: builder.root, problems: builder.problems }
}

fn syntax_error(info: &str) -> Diagnostic {
    let problem = Diagnostic::new("invalid-yaml", format!("this is not valid YAML: {info}"));
    if info.contains("nesting") || info.contains("recursion") {
        return Diagnostic::new("too-deep", format!("maps and lists are nested more than {DEPTH} deep"));
    }
    if info.contains("tab") {
        return problem.with_help("indent with spaces, not with tabs");
    }
    problem
}

/// The character at a byte, or nothing at the end of the text.
fn character_at(text: &str, byte: usize) -> Range<usize> {
    let start = (0..=byte).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let length = text
        .get(start..)
        .and_then(|rest| rest.chars().next())
        .filter(|letter| *letter != '\n')
        .map_or(0, char::len_utf8);
    start..start + length
}

/// A collection whose end has not come yet.
enum Open {
    List { start: usize, items: Vec<Node> },
    Map { start: usize, entries: Vec<Entry>, seen: BTreeMap<String, usize>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Text(String, Range<usize>),
    /// Reported already; its value is read and dropped.
    Refused,
}

struct Builder {
    source: Arc<Source>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    problems: Vec<Diagnostic>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: &Span) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        let bytes = span.byte_range().unwrap_or_default();
        self.nodes += 1;
        if self.problems.len() >= MOST {
            self.close_all();
            return Break(());
        }
        if self.nodes > NODES {
            self.problem("too-many-values", format!("the file holds more than {NODES} values"), bytes, None);
            self.close_all();
            return Break(());
        }
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let help = "one file is one stack; put the rest into a file of its own";
                    self.problem("several-documents", "a second document begins here", bytes, Some(help));
                    return Break(());
                }
            }
            Event::Anchor(_, _) => {
                self.problem(
                    "anchor",
                    "anchors are not part of a spec",
                    bytes,
                    Some("write the value where it is used, or declare a variable"),
                );
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problem(
                    "alias",
                    "aliases are not part of a spec",
                    bytes.clone(),
                    Some("write the value here, or declare a variable"),
                );
                self.value(Node { span: bytes, content: Content::Unknown });
            }
            Event::Scalar(text, style, _, tag) => {
                self.tag(tag.as_deref(), span);
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted
                    | ScalarStyle::DoubleQuoted
                    | ScalarStyle::Literal
                    | ScalarStyle::Folded => Style::Quoted,
                };
                self.scalar(Scalar { text: text.into_owned(), style }, bytes);
            }
            Event::SequenceStart(_, _, tag) => {
                self.tag(tag.as_deref(), span);
                self.open.push(Open::List { start: bytes.start, items: Vec::new() });
            }
            Event::MappingStart(_, _, tag) => {
                self.tag(tag.as_deref(), span);
                self.open.push(Open::Map {
                    start: bytes.start,
                    entries: Vec::new(),
                    seen: BTreeMap::new(),
                    key: None,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(bytes.end),
            // The parser may learn new events; none of them can be part of the subset.
            _ => self.problem("invalid-yaml", "this YAML construct is not part of a spec", bytes, None),
        }
        Continue(())
    }

    fn problem(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        span: Range<usize>,
        help: Option<&str>,
    ) {
        let problem = Diagnostic::new(id, message).under(&self.source, span);
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    fn tag(&mut self, tag: Option<&Tag>, span: &Span) {
        if tag.is_some() {
            let bytes = span
                .tag_span()
                .and_then(|tag| tag.byte_range())
                .or_else(|| span.byte_range())
                .unwrap_or_default();
            self.problem(
                "tag",
                "tags are not part of a spec",
                bytes,
                Some("write the plain value; put a text in quotes"),
            );
        }
    }

    fn scalar(&mut self, scalar: Scalar, span: Range<usize>) {
        if let Some(Open::Map { key: key @ None, seen, .. }) = self.open.last_mut() {
            if scalar.text == "<<" && scalar.style == Style::Plain {
                *key = Some(Key::Refused);
                self.problem(
                    "merge-key",
                    "merge keys are not part of a spec",
                    span,
                    Some("write the keys out"),
                );
            } else if let Some(first) = seen.get(&scalar.text) {
                let first = self.source.place(*first);
                *key = Some(Key::Refused);
                let message = format!("the key `{}` is there twice", crate::text::shown(&scalar.text));
                self.problem(
                    "duplicate-key",
                    message,
                    span,
                    Some(&format!("the first one is at line {}", first.line)),
                );
            } else {
                seen.insert(scalar.text.clone(), span.start);
                *key = Some(Key::Text(scalar.text, span));
            }
            return;
        }
        self.value(Node { span, content: Content::Scalar(scalar) });
    }

    /// A finished value goes into the innermost open collection.
    fn value(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some(Key::Text(key, key_span)) => entries.push(Entry { key, key_span, value: node }),
                Some(Key::Refused) => {}
                None => {
                    *key = Some(Key::Refused);
                    // An alias as key has been reported as an alias.
                    if node.content != Content::Unknown {
                        self.problem("complex-key", "a key has to be a plain word", node.span, None);
                    }
                }
            },
        }
    }

    fn close(&mut self, end: usize) {
        match self.open.pop() {
            Some(Open::List { start, items }) => {
                self.value(Node { span: self.trim(start, end), content: Content::List(items) });
            }
            Some(Open::Map { start, entries, .. }) => {
                self.value(Node { span: self.trim(start, end), content: Content::Map(entries) });
            }
            None => {}
        }
    }

    /// After a syntax error: what was read so far is still worth checking.
    fn close_all(&mut self) {
        let end = self.source.text().len();
        if let Some(Open::List { start, .. } | Open::Map { start, .. }) = self.open.last() {
            // A flow collection that was cut off says nothing about what it was to be.
            if self.open.len() > 1
                && self.source.text().get(*start..).is_some_and(|text| text.starts_with(['[', '{']))
            {
                let span = *start..end;
                self.open.pop();
                self.value(Node { span, content: Content::Unknown });
            }
        }
        while !self.open.is_empty() {
            if let Some(Open::Map { entries, key, .. }) = self.open.last_mut()
                && let Some(Key::Text(key, key_span)) = key.take()
            {
                let span = key_span.clone();
                entries.push(Entry { key, key_span, value: Node { span, content: Content::Unknown } });
            }
            self.close(end);
        }
    }

    /// A block's end is reported at the next token; the white space before that is not part of it.
    fn trim(&self, start: usize, end: usize) -> Range<usize> {
        let text = self.source.text().get(start..end.max(start)).unwrap_or_default();
        start..start + text.trim_end().len()
    }
}
