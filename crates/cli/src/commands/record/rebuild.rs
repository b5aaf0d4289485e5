//! `gemmactl record rebuild`: notes in the record what bears the stack's stamp, after a question.

use engine::{Graph, Watch, rebuild};
use model::RecordStore as _;

use super::{confirm_by_yes, loaded_unheld};
use crate::arguments::{DetailLevel, RecordRebuildArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::session::Session;
use crate::terminal::Terminal;

/// Rebuilds the stack's part of the record.
pub(super) async fn run(arguments: &RecordRebuildArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let stack = &spec.document.stack;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let store = session.record();
    // Before the project: what other runs do afterwards moves the record, and the write is refused.
    let record = loaded_unheld(&store, stack, &session, terminal).await?;
    let graph = Graph::build(resources::resolve(&spec)).map_err(|errors| CliError::graph(&errors))?;
    let live = engine::snapshot_watching(&graph, &session.cloud, Watch::Nothing).await?;
    let rebuilt = rebuild::rebuild(&graph, &live, &record.inventory, stack);
    let style = terminal.style_of_talk(DetailLevel::Changes);
    let is_known = record.inventory.stacks.contains_key(stack);
    terminal.talk(views::record_rebuild::found(&rebuilt, stack, is_known, &style).trim_end());
    if !rebuilt.unread.is_empty() {
        let names: Vec<String> = rebuilt.unread.keys().map(ToString::to_string).collect();
        return Err(CliError::Unknown(names.join(", ")));
    }
    if !rebuilt.found.is_empty() {
        if !arguments.yes {
            confirm_by_yes("Note these in the record?", terminal)?;
        }
        let written = rebuild::written(&rebuilt, stack, session.run());
        store.save(&written, record.generation).await?;
        terminal.talk(&format!("{} noted; gemmactl record show lists them", rebuilt.found.len()));
    }
    drop(store);
    session.close().await?;
    Ok(Exit::Done)
}
