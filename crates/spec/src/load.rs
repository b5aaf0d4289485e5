//! The way from a file to a checked spec.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::Catalogue;
use indexmap::IndexMap;
use model::{EnvironmentName, Place};

use crate::check::{Contexts, Report, Whose, check_meaning, check_structure, ordered};
use crate::context::BuildContext;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::environments::{self, EnvironmentChoice};
use crate::places::{Places, Spans, child};
use crate::read::{ReadError, read_text};
use crate::schema::strict;
use crate::server;
use crate::source::Source;
use crate::variables::{Missing, Variables};
use crate::yaml::{self, Content, Node, Scalar};

/// A spec that passed every check.
#[derive(Debug, Clone)]
pub struct Spec {
    /// What the file says, variables replaced.
    pub document: Document,
    /// The environment that was chosen, where the file has any.
    pub environment: Option<EnvironmentName>,
    /// Where it says so: a value that an environment gives, in that environment.
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

/// Reads and checks a spec without environments, and the build contexts that it names.
pub fn load(path: &Path, variables: &Variables) -> Result<Spec, LoadError> {
    load_environment(path, variables, None)
}

/// Reads and checks a spec in the environment of a name, or without one, and the build contexts that it names.
pub fn load_environment(path: &Path, variables: &Variables, name: Option<&str>) -> Result<Spec, LoadError> {
    let choice = name.map_or(EnvironmentChoice::Unnamed, EnvironmentChoice::Named);
    only(load_environments(path, variables, choice)?).map_err(LoadError::Invalid)
}

/// Reads and checks a spec in each of the environments that are meant.
pub fn load_environments(
    path: &Path,
    variables: &Variables,
    choice: EnvironmentChoice<'_>,
) -> Result<Vec<Spec>, LoadError> {
    load_with(path, variables, choice, Catalogue::shipped())
}

/// [`load_environments`], with a catalogue for what is rendered: the images that Ollama is built on, published containers,
/// digests of models.
pub fn load_with(
    path: &Path,
    variables: &Variables,
    choice: EnvironmentChoice<'_>,
    catalogue: &Catalogue,
) -> Result<Vec<Spec>, LoadError> {
    let name = path.display().to_string();
    let text = read_text(path, &name).map_err(|error| match error {
        ReadError::Io(source) => LoadError::Read { path: path.to_owned(), source },
        ReadError::Refused(problem) => LoadError::Invalid((*problem).into()),
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    parse_with((&name, &text), folder, variables, choice, catalogue).map_err(LoadError::Invalid)
}

/// Checks the text of a spec; `file` is the name that messages show, `base` the folder that contexts are read from.
pub fn parse(file: &str, text: &str, base: &Path, variables: &Variables) -> Result<Spec, Diagnostics> {
    only(parse_environments(file, text, base, variables, EnvironmentChoice::Unnamed)?)
}

/// [`parse`], in each of the environments that are meant. Problems of the others are told, too.
pub fn parse_environments(
    file: &str,
    text: &str,
    base: &Path,
    variables: &Variables,
    choice: EnvironmentChoice<'_>,
) -> Result<Vec<Spec>, Diagnostics> {
    parse_with((file, text), base, variables, choice, Catalogue::shipped())
}

fn parse_with(
    (file, text): (&str, &str),
    base: &Path,
    variables: &Variables,
    choice: EnvironmentChoice<'_>,
    catalogue: &Catalogue,
) -> Result<Vec<Spec>, Diagnostics> {
    let source = Arc::new(Source::new(file, text));
    let mut tree = yaml::read(&source);
    let Some(mut root) = tree.root.take().filter(|root| !is_empty(root)) else {
        if tree.problems.is_empty() {
            let help = "a spec begins with `version: 1`, `stack`, `project` and `region`";
            return Err(Diagnostic::new("empty-file", format!("{file} is empty"))
                .with_help(help)
                .at(source.place(0))
                .into());
        }
        return Err(Diagnostics(tree.problems));
    };
    let taken = environments::take(&mut root, &source);
    let file = File {
        source,
        base,
        variables,
        catalogue,
        whole: if tree.problems.is_empty() { Whole::Yes } else { Whole::No },
    };
    let mut shared = tree.problems;
    shared.extend(taken.judge(choice, &file.source));
    if taken.key_span.is_none() {
        let (spec, problems) = file.check(root, &IndexMap::new(), None, Missing::Reported, Depth::Whole);
        shared.extend(problems);
        let problems = ordered(shared);
        return match spec {
            Some(spec) if problems.is_empty() => Ok(vec![spec]),
            Some(_) | None => Err(Diagnostics(problems)),
        };
    }
    shared.extend(taken.problems);
    let common = environments::common(&root, &taken.environments, strict());
    shared.extend(file.check(common, &IndexMap::new(), None, Missing::Tolerated, Depth::Structure).1);
    let merged: Vec<_> = taken
        .environments
        .iter()
        .map(|environment| (environment, environments::merge(&root, environment, strict(), &file.source)))
        .collect();
    shared.extend(environments::clashes(&merged, &file.source));
    let (mut specs, mut each) = (Vec::new(), Vec::new());
    for (environment, merged) in merged {
        let is_chosen = match choice {
            EnvironmentChoice::Every => true,
            EnvironmentChoice::Named(name) => name == environment.name.as_str(),
            EnvironmentChoice::Unnamed => false,
        };
        let (missing, depth) =
            if is_chosen { (Missing::Reported, Depth::Whole) } else { (Missing::Tolerated, Depth::Meaning) };
        let (spec, problems) =
            file.check(merged.root, &merged.values, Some(&environment.name), missing, depth);
        specs.extend(spec.filter(|_| is_chosen));
        each.push((environment, merged.problems.into_iter().chain(problems).collect()));
    }
    let problems = environments::gathered(shared, each, &file.source);
    if problems.is_empty() { Ok(specs) } else { Err(Diagnostics(problems)) }
}

/// The one spec of a choice that can mean only one.
fn only(mut specs: Vec<Spec>) -> Result<Spec, Diagnostics> {
    specs.pop().ok_or_else(|| Diagnostic::new("environment-not-chosen", "no environment was chosen").into())
}

/// How far a spec is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Keys, types and grammars.
    Structure,
    /// That, and what values mean beside each other.
    Meaning,
    /// That, and the folders that images are built from.
    Whole,
}

/// What the checks of one file have in common.
struct File<'f> {
    source: Arc<Source>,
    base: &'f Path,
    variables: &'f Variables,
    catalogue: &'f Catalogue,
    whole: Whole,
}

impl File<'_> {
    /// Checks a tree, that of the file or of one of its environments.
    fn check(
        &self,
        mut root: Node,
        values: &IndexMap<String, (Scalar, Range<usize>)>,
        environment: Option<&EnvironmentName>,
        missing: Missing,
        depth: Depth,
    ) -> (Option<Spec>, Vec<Diagnostic>) {
        let mut substitution = self.variables.substitute(&mut root, &self.source, values, missing);
        let mut places = Places::new(Arc::clone(&self.source));
        index(&root, None, String::new(), &mut places);
        let mut report = Report::new(&places);
        substitution.drain(..).for_each(|problem| report.placed(problem));
        let whose = if environment.is_some() { Whose::Environment } else { Whose::Spec };
        let value = check_structure(strict(), &root, &mut report, self.whole, whose);
        let mut contexts = BTreeMap::new();
        let reading = match depth {
            Depth::Structure => return (None, report.into_problems()),
            Depth::Meaning => Contexts::Unread,
            Depth::Whole => Contexts::Read,
        };
        let document = match serde_json::from_value::<Document>(value) {
            // What was not looked at any more can not be checked against the rest.
            Ok(_) | Err(_) if report.is_full() => None,
            Ok(document) => {
                let own = own_name(self.source.name());
                contexts = check_meaning(&document, self.base, own, reading, self.catalogue, &mut report);
                Some(document)
            }
            Err(error) => {
                if report.is_clean() {
                    report
                        .placed(Diagnostic::new("invalid-spec", error.to_string()).at(self.source.place(0)));
                }
                None
            }
        };
        let problems = report.into_problems();
        let environment = environment.cloned();
        let spec = document.map(|mut document| {
            if problems.is_empty() {
                server::complete(&mut document, self.catalogue, &mut places);
            }
            Spec { document, environment, places, base: self.base.to_owned(), contexts }
        });
        (spec, problems)
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
pub(crate) fn index(node: &Node, key: Option<Range<usize>>, pointer: String, places: &mut Places) {
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
