//! `gemmactl graph`: the resources of a spec and what needs what.

use engine::Graph;
use model::ResourceId;

use crate::arguments::{GraphArguments, GraphFormat};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::terminal::Terminal;

/// Prints the graph.
pub(crate) fn run(arguments: &GraphArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let graph = Graph::build(resources::resolve(&spec)).map_err(|errors| CliError::graph(&errors))?;
    let edges: Vec<(ResourceId, Vec<ResourceId>)> = graph
        .iter()
        .map(|resource| {
            (resource.id().clone(), graph.dependencies(resource.id()).into_iter().cloned().collect())
        })
        .collect();
    terminal.data(&match arguments.format {
        GraphFormat::Mermaid => views::graph::mermaid(&edges),
        GraphFormat::Dot => views::graph::dot(&edges),
    })?;
    Ok(Exit::Done)
}
