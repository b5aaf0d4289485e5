//! Values for the variables of a spec, and where they are put. Never reads the environment.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::check::MOST;
use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::read::read_text;
use crate::source::Source;
use crate::text::shown;
use crate::yaml::{Content, Node, Scalar, Style, scalar_map};

/// The values given for a spec's variables: those of files, and over them those of the command line.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    given: IndexMap<String, Given>,
    problems: Vec<Diagnostic>,
}

/// A value and who gave it, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    value: String,
    origin: String,
}

impl Variables {
    /// No values at all: every variable has its default.
    pub fn none() -> Self {
        Self::default()
    }

    /// Values from files (YAML maps of scalars) and from `NAME=VALUE` texts, later ones winning over earlier ones.
    ///
    /// What can not be read or understood is reported together with the problems of the spec.
    pub fn gather(files: &[PathBuf], assignments: &[String]) -> Self {
        let mut variables = Self::default();
        for file in files {
            variables.add_file(file);
        }
        for assignment in assignments {
            variables.add_assignment(assignment);
        }
        variables
    }

    fn add_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        let read = read_text(path, &name)
            .map_err(|error| Box::new(error.into_diagnostic(&name)))
            .and_then(|text| scalar_map(&Arc::new(Source::new(&name, &text))));
        match read {
            Ok(values) => {
                for (key, value) in values {
                    self.given.insert(key, Given { value, origin: name.clone() });
                }
            }
            Err(problem) => self.problems.push(*problem),
        }
    }

    fn add_assignment(&mut self, assignment: &str) {
        match assignment.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                let given = Given { value: value.to_owned(), origin: format!("--var {}", name.trim()) };
                self.given.insert(name.trim().to_owned(), given);
            }
            Some(_) | None => self.problems.push(
                Diagnostic::new(
                    "invalid-variable",
                    format!("`--var {}` gives no variable a value", shown(assignment)),
                )
                .with_help("write `--var NAME=VALUE`"),
            ),
        }
    }

    /// Puts values in the place of every `${name}` of a tree.
    ///
    /// Scalars that need a value which is not there become unknown, so that the rest can still be checked.
    ///
    /// `environment` holds the values of the chosen environment: they win over defaults, and what the operator gives
    /// wins over them. A scalar with such a value stands where the environment says it.
    pub(crate) fn substitute(
        &self,
        root: &mut Node,
        source: &Arc<Source>,
        environment: &IndexMap<String, (Scalar, Range<usize>)>,
        missing: Missing,
    ) -> Vec<Diagnostic> {
        let mut problems = self.problems.clone();
        let declared = declarations(root);
        let names: Vec<&str> = declared.keys().map(String::as_str).collect();
        for (name, given) in &self.given {
            if !declared.contains_key(name) {
                let problem = Diagnostic::new(
                    "unknown-variable",
                    format!(
                        "{} gives a value to `{}`, which the spec does not declare",
                        given.origin,
                        shown(name)
                    ),
                );
                problems.push(match nearest(name, names.iter().copied()) {
                    Some(near) => problem.with_suggestion(near),
                    None => problem.with_help("declare it under `variables`"),
                });
            }
        }
        let values: IndexMap<String, Option<Worth>> = declared
            .iter()
            .map(|(name, declaration)| {
                let given = self.given.get(name).map(|given| Worth {
                    scalar: Scalar { text: given.value.clone(), style: Style::Given },
                    at: None,
                });
                let environment = || {
                    environment
                        .get(name)
                        .map(|(scalar, at)| Worth { scalar: scalar.clone(), at: Some(at.clone()) })
                };
                let default = || declaration.default.clone().map(|scalar| Worth { scalar, at: None });
                (name.clone(), given.or_else(environment).or_else(default))
            })
            .collect();
        let mut pass = Pass { values, source, problems, missing: BTreeSet::new(), room: Some(MOST_INSERTED) };
        pass.node(root, Where::Top);
        let Pass { missing: without, mut problems, .. } = pass;
        if missing == Missing::Tolerated {
            return problems;
        }
        for (name, declaration) in declared.iter().filter(|(name, _)| without.contains(*name)) {
            let help = format!(
                "give one with `--var {name}=VALUE` or in a file with `--var-file`, or declare a default"
            );
            problems.push(
                Diagnostic::new("missing-variable", format!("the variable `{name}` has no value"))
                    .with_help(help)
                    .under(source, declaration.span.clone()),
            );
        }
        problems
    }
}

/// What the tree says about one variable; the structural check looks at it again.
struct Declaration {
    span: Range<usize>,
    default: Option<Scalar>,
}

fn declarations(root: &Node) -> IndexMap<String, Declaration> {
    let Some(Content::Map(entries)) = root.get("variables").map(|entry| &entry.value.content) else {
        return IndexMap::new();
    };
    let declaration = |entry: &crate::yaml::Entry| {
        let default = entry.value.get("default").and_then(|default| match &default.value.content {
            Content::Scalar(scalar) => Some(scalar.clone()),
            Content::List(_) | Content::Map(_) | Content::Unknown => None,
        });
        (entry.key.clone(), Declaration { span: entry.key_span.clone(), default })
    };
    entries.iter().map(declaration).collect()
}

/// How far a pass has come down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Top,
    /// In the declarations, where nothing is substituted.
    Declarations,
    Inside,
}

/// Whether a variable without a value is a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Reported,
    /// As in an environment that nobody chose, whose values the operator has no reason to give.
    Tolerated,
}

/// The value of a variable, and where the environment gives it if it does.
#[derive(Clone)]
struct Worth {
    scalar: Scalar,
    at: Option<Range<usize>>,
}

struct Pass<'s> {
    values: IndexMap<String, Option<Worth>>,
    source: &'s Arc<Source>,
    problems: Vec<Diagnostic>,
    missing: BTreeSet<String>,
    /// Bytes of values that may still be put in; none once a value did not fit, and that was said.
    room: Option<usize>,
}

/// Bytes of values that are put into one spec, at most. A long value that is used often would fill the memory.
const MOST_INSERTED: usize = 4 << 20;

impl Pass<'_> {
    fn node(&mut self, node: &mut Node, at: Where) {
        match &mut node.content {
            Content::Map(entries) => {
                for entry in entries {
                    let inner = match at {
                        Where::Top if entry.key == "variables" => Where::Declarations,
                        Where::Top | Where::Inside => Where::Inside,
                        Where::Declarations => Where::Declarations,
                    };
                    self.node(&mut entry.value, inner);
                }
            }
            Content::List(items) => items.iter_mut().for_each(|item| self.node(item, at)),
            Content::Scalar(scalar) if scalar.text.contains("${") => {
                if at == Where::Declarations {
                    self.problem(
                        "variable-in-variable",
                        "a declaration can not use a variable",
                        node.span.clone(),
                        None,
                    );
                    node.content = Content::Unknown;
                    return;
                }
                match self.scalar(scalar, &node.span) {
                    Some(Worth { scalar: value, at }) => {
                        *scalar = value;
                        node.span = at.unwrap_or_else(|| node.span.clone());
                    }
                    None => node.content = Content::Unknown,
                }
            }
            Content::Scalar(_) | Content::Unknown => {}
        }
    }

    fn problem(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        span: Range<usize>,
        help: Option<&str>,
    ) {
        let problem = Diagnostic::new(id, message).under(self.source, span);
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    /// A scalar with its variables replaced; none when one of them has no value.
    fn scalar(&mut self, scalar: &Scalar, span: &Range<usize>) -> Option<Worth> {
        let whole = scalar
            .text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .filter(|name| !name.contains(['$', '{', '}']));
        if let Some(name) = whole {
            return self.value(name, span);
        }
        let mut text = String::new();
        let mut rest = scalar.text.as_str();
        let mut complete = true;
        let mut at = None;
        while let Some(dollar) = rest.find('$') {
            let (before, tail) = rest.split_at(dollar);
            text.push_str(before);
            if let Some(after) = tail.strip_prefix("$${") {
                text.push_str("${");
                rest = after;
            } else if let Some(after) = tail.strip_prefix("${") {
                let Some((name, after)) = after.split_once('}') else {
                    self.problem(
                        "open-variable",
                        "`${` begins a variable that is not closed by `}`",
                        span.clone(),
                        Some("write `$${` for the two characters themselves"),
                    );
                    return None;
                };
                match self.value(name, span) {
                    Some(value) => {
                        text.push_str(&value.scalar.text);
                        at = at.or(value.at);
                    }
                    None => complete = false,
                }
                rest = after;
            } else {
                text.push('$');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
        text.push_str(rest);
        // A text made of parts is a text, unless the parts came from where nothing is quoted.
        complete.then_some(Worth { scalar: Scalar { text, style: Style::Quoted }, at })
    }

    fn value(&mut self, name: &str, span: &Range<usize>) -> Option<Worth> {
        match self.values.get(name) {
            None if self.problems.len() >= MOST => None,
            Some(Some(value)) => {
                let value = value.clone();
                let rest = self.room.and_then(|room| room.checked_sub(value.scalar.text.len()));
                if self.room.is_some() && rest.is_none() {
                    self.problem(
                        "variables-too-large",
                        format!(
                            "the values of variables add up to more than {MOST_INSERTED} bytes (4 MiB) by here"
                        ),
                        span.clone(),
                        Some("use long values less often"),
                    );
                }
                self.room = rest;
                rest.map(|_| value)
            }
            Some(None) => {
                self.missing.insert(name.to_owned());
                None
            }
            None => {
                let problem = Diagnostic::new(
                    "undeclared-variable",
                    format!("the variable `{}` is not declared", shown(name)),
                )
                .under(self.source, self.inside(name, span));
                let names: Vec<&str> = self.values.keys().map(String::as_str).collect();
                self.problems.push(match nearest(name, names.iter().copied()) {
                    Some(near) => problem.with_suggestion(near),
                    None => problem
                        .with_help("declare it under `variables`; environment variables are never read"),
                });
                None
            }
        }
    }

    /// The bytes of a variable's name inside a scalar, where it is spelled there as it is meant.
    fn inside(&self, name: &str, span: &Range<usize>) -> Range<usize> {
        let text = self.source.text().get(span.clone()).unwrap_or_default();
        match text.find(&format!("${{{name}}}")) {
            Some(at) if !name.is_empty() => span.start + at + 2..span.start + at + 2 + name.len(),
            Some(_) | None => span.clone(),
        }
    }
}
