//! `gemmactl validate`: checks the spec without asking the cloud.

use std::path::Path;

use engine::Graph;
use serde_json::json;
use spec::{LoadError, Spec};

use crate::arguments::{CheckFormat, ValidateArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::session::variables;
use crate::terminal::Terminal;

/// Says that the spec is right, or every problem that it has.
pub(crate) fn run(arguments: &ValidateArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    match arguments.format {
        CheckFormat::Text => {
            let specs = flow::load_all(&arguments.spec, terminal.spec_colour())?;
            let mut text = String::new();
            for spec in &specs {
                text += &right(spec, &arguments.spec.file)?;
            }
            terminal.data(&text)?;
            Ok(Exit::Done)
        }
        CheckFormat::Json => machine(arguments, terminal),
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

fn machine(arguments: &ValidateArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let (problems, exit) = match spec::load_environments(
        &arguments.spec.file,
        &variables(&arguments.spec),
        arguments.spec.environments(),
    ) {
        Ok(_) => (json!([]), Exit::Done),
        Err(LoadError::Invalid(problems)) => (json!(problems.0), Exit::Error),
        Err(LoadError::Read { path, source }) => return Err(CliError::Unreadable { path, source }),
    };
    let answer = json!({ "version": 1, "problems": problems });
    terminal.data(&format!("{}\n", views::escape::json_text(&answer)))?;
    Ok(exit)
}
