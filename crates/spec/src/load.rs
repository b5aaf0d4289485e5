//! The way from a file to a checked spec.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Place;

use crate::check::{Report, check_meaning, check_structure};
use crate::context::BuildContext;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::places::{Places, Spans, child};
use crate::read::{ReadError, read_text};
use crate::schema::strict;
use crate::source::Source;
use crate::variables::Variables;
use crate::yaml::{self, Content, Node};

/// A spec that passed every check.
#[derive(Debug, Clone)]
pub struct Spec {
    /// What the file says, variables replaced.
    pub document: Document,
    /// Where it says so.
    pub places: Places,
    /// The folder that relative paths start from.
    pub base: PathBuf,
    /// What is sent for each image that is built, by the image's name.
    pub contexts: BTreeMap<String, BuildContext>,
}

impl Spec {
    /// The place of the value at a JSON pointer, or of the nearest thing around it.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        self.places.place(pointer)
    }

    /// A problem that another crate found with the value at a JSON pointer, with its line and caret.
    pub fn problem(&self, id: &'static str, pointer: &str, message: impl Into<String>) -> Diagnostic {
        let problem = Diagnostic::new(id, message);
        match self.places.span(pointer, crate::places::Part::Value) {
            Some(span) => problem.under(self.places.source(), span),
            None => problem,
        }
    }
}

/// Why a spec was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file can not be read at all.
    #[error("reading the spec {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file was read and has problems.
    #[error("{0}")]
    Invalid(Diagnostics),
}

/// Reads and checks a spec and the build contexts that it names.
pub fn load(path: &Path, variables: &Variables) -> Result<Spec, LoadError> {
    let name = path.display().to_string();
    let text = read_text(path, &name).map_err(|error| match error {
        ReadError::Io(source) => LoadError::Read { path: path.to_owned(), source },
        ReadError::Refused(problem) => LoadError::Invalid(problem.into()),
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    parse(&name, &text, folder, variables).map_err(LoadError::Invalid)
}

/// Checks the text of a spec; `file` is the name that messages show, `base` the folder that contexts are read from.
pub fn parse(file: &str, text: &str, base: &Path, variables: &Variables) -> Result<Spec, Diagnostics> {
    let source = Arc::new(Source::new(file, text));
    let tree = yaml::read(&source);
    let Some(mut root) = tree.root.filter(|root| !is_empty(root)) else {
        if tree.problems.is_empty() {
            let help = "a spec begins with `version: 1`, `stack`, `project` and `region`";
            return Err(Diagnostic::new("empty-file", format!("{file} is empty"))
                .with_help(help)
                .at(source.place(0))
                .into());
        }
        return Err(Diagnostics(tree.problems));
    };
    let mut places = Places::new(Arc::clone(&source));
    index(&root, None, String::new(), &mut places);
    let mut report = Report::new(&places);
    let readable = tree.problems.is_empty();
    tree.problems.into_iter().for_each(|problem| report.placed(problem));
    variables.substitute(&mut root, &source).into_iter().for_each(|problem| report.placed(problem));
    let value = check_structure(strict(), &root, &mut report, if readable { Whole::Yes } else { Whole::No });
    let mut contexts = BTreeMap::new();
    let document = match serde_json::from_value::<Document>(value) {
        // What was not looked at any more can not be checked against the rest.
        Ok(_) | Err(_) if report.is_full() => None,
        Ok(document) => {
            contexts = check_meaning(&document, base, own_name(file), &mut report);
            Some(document)
        }
        Err(error) => {
            if report.is_clean() {
                report.placed(Diagnostic::new("invalid-spec", error.to_string()).at(source.place(0)));
            }
            None
        }
    };
    let problems = report.into_problems();
    match document {
        Some(document) if problems.is_empty() => {
            Ok(Spec { document, places, base: base.to_owned(), contexts })
        }
        Some(_) | None => Err(Diagnostics(problems)),
    }
}

/// The file's own name, without the folders that a shown name may carry.
fn own_name(file: &str) -> &str {
    Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file)
}

/// Whether a file was read to its end; after a syntax error, what is missing may stand in the part that was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Yes,
    No,
}

fn is_empty(root: &Node) -> bool {
    match &root.content {
        Content::Scalar(scalar) => scalar.scalar_type() == yaml::ScalarType::Null,
        Content::List(_) | Content::Map(_) | Content::Unknown => false,
    }
}

/// Notes the bytes of every key and value under its pointer.
fn index(node: &Node, key: Option<std::ops::Range<usize>>, pointer: String, places: &mut Places) {
    match &node.content {
        Content::Map(entries) => {
            for entry in entries {
                index(&entry.value, Some(entry.key_span.clone()), child(&pointer, &entry.key), places);
            }
        }
        Content::List(items) => {
            for (position, item) in items.iter().enumerate() {
                index(item, None, format!("{pointer}/{position}"), places);
            }
        }
        Content::Scalar(_) | Content::Unknown => {}
    }
    places.insert(pointer, Spans { key, value: node.span.clone() });
}
