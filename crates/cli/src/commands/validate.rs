//! `gemmactl validate`: checks the spec without asking the cloud.

use engine::Graph;
use serde_json::json;
use spec::LoadError;

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
            let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
            let graph = Graph::build(resources::resolve(&spec)).map_err(|errors| CliError::graph(&errors))?;
            terminal.data(&format!(
                "{}: right; stack {} with {} resources\n",
                views::escape::escape(&arguments.spec.file.display().to_string()),
                spec.document.stack,
                graph.len(),
            ))?;
            Ok(Exit::Done)
        }
        CheckFormat::Json => machine(arguments, terminal),
    }
}

fn machine(arguments: &ValidateArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let (problems, exit) = match spec::load(&arguments.spec.file, &variables(&arguments.spec)) {
        Ok(_) => (json!([]), Exit::Done),
        Err(LoadError::Invalid(problems)) => (json!(problems.0), Exit::Error),
        Err(LoadError::Read { path, source }) => return Err(CliError::Unreadable { path, source }),
    };
    let answer = json!({ "version": 1, "problems": problems });
    terminal.data(&format!("{}\n", views::escape::json_text(&answer)))?;
    Ok(exit)
}
