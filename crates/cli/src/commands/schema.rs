//! `gemmactl schema`: the JSON Schema of the spec.

use crate::error::CliError;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Prints the schema.
pub(crate) fn run(terminal: &Terminal) -> Result<Exit, CliError> {
    terminal.data(&spec::schema_text())?;
    Ok(Exit::Done)
}
