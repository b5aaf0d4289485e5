//! `gemmactl schema`: the JSON Schemas of the spec and of what gemmactl prints.

use crate::arguments::SchemaOf;
use crate::error::CliError;
use crate::exit::Exit;
use crate::terminal::Terminal;
use spec::OperatorPolicy;
use views::document::PlanFile;

/// Prints the schema.
pub(crate) fn run(of: SchemaOf, terminal: &Terminal) -> Result<Exit, CliError> {
    terminal.data(&match of {
        SchemaOf::Spec => spec::schema_text(),
        SchemaOf::Policy => OperatorPolicy::schema_text(),
        SchemaOf::Plan => PlanFile::schema(),
        SchemaOf::Events => views::events::schema(),
        SchemaOf::Bench => views::bench::BenchFile::schema(),
    })?;
    Ok(Exit::Done)
}
