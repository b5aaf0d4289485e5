//! `gemmactl validate`: checks the spec without asking the cloud.

use std::path::Path;

use engine::Graph;
use serde_json::json;
use spec::{Diagnostic, LoadError, Spec};

use crate::arguments::{ProblemFormat, ValidateArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::session::variables;
use crate::surface::from_root;
use crate::terminal::Terminal;
use views::annotation::{Annotation, Level, Rule, sarif, workflow};

/// Says that the spec is right, or every problem that it has.
pub(crate) fn run(arguments: &ValidateArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    match arguments.format {
        ProblemFormat::Text => {
            let specs = flow::load_all(&arguments.spec, terminal.spec_colour())?;
            let mut text = String::new();
            for spec in &specs {
                text += &right(spec, &arguments.spec.file)?;
            }
            terminal.data(&text)?;
            Ok(Exit::Done)
        }
        ProblemFormat::Json => machine(arguments, terminal, json_of),
        ProblemFormat::Sarif => machine(arguments, terminal, |problems| {
            sarif::render(&annotations(problems), "validate", &from_root)
        }),
        ProblemFormat::Annotations => {
            machine(arguments, terminal, |problems| workflow::render(&annotations(problems), &from_root))
        }
    }
}

/// That a spec is right, and what it comes to. Errors: its resources wait for each other.
fn right(spec: &Spec, file: &Path) -> Result<String, CliError> {
    let graph = Graph::build(resources::resolve(spec)).map_err(|errors| CliError::graph(&errors))?;
    let (environment, project) = match &spec.environment {
        Some(name) => (format!("environment {name}, "), format!(" in project {}", spec.document.project)),
        None => (String::new(), String::new()),
    };
    let stack = &spec.document.stack;
    Ok(format!(
        "{}: right; {environment}stack {stack}{project} with {} resources\n",
        views::escape::escape(&file.display().to_string()),
        graph.len()
    ))
}

/// Prints every problem in a form for programs. Errors: the file cannot be read.
fn machine(
    arguments: &ValidateArguments,
    terminal: &Terminal,
    form: impl Fn(&[Diagnostic]) -> String,
) -> Result<Exit, CliError> {
    let (problems, exit) = match spec::load_environments(
        &arguments.spec.file,
        &variables(&arguments.spec),
        arguments.spec.environments(),
    ) {
        Ok(_) => (Vec::new(), Exit::Done),
        Err(LoadError::Invalid(problems)) => (problems.0, Exit::Error),
        Err(LoadError::Read { path, source }) => return Err(CliError::Unreadable { path, source }),
    };
    terminal.data(&form(&problems))?;
    Ok(exit)
}

fn json_of(problems: &[Diagnostic]) -> String {
    let answer = json!({ "version": 1, "problems": problems });
    format!("{}\n", views::escape::json_text(&answer))
}

/// Problems as remarks beside their lines.
fn annotations(problems: &[Diagnostic]) -> Vec<Annotation> {
    let of = |problem: &Diagnostic| Annotation {
        rule: Rule { id: problem.id, what: "A problem of the spec" },
        level: Level::Error,
        subject: problem.message.clone(),
        message: problem.message.clone(),
        help: problem.advice().into_iter().collect(),
        place: problem.place.clone(),
    };
    problems.iter().map(of).collect()
}
