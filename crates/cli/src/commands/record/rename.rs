//! `gemmactl record rename`: gives a stack another name in the record, in one write.

use engine::{RenameError, rename};
use model::{RecordStore as _, StackName};

use super::{confirm_by_yes, loaded_unheld};
use crate::arguments::RecordRenameArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::session::Session;
use crate::terminal::Terminal;

/// Renames a stack.
pub(super) async fn run(arguments: &RecordRenameArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let name = |text: &str| StackName::parse(text).map_err(|error| CliError::Usage(error.to_string()));
    let (old, new) = (name(&arguments.old)?, name(&arguments.new)?);
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let store = session.record();
    let record = loaded_unheld(&store, &old, &session, terminal).await?;
    let moved = |id: &_| resources::renamed(id, &old, &new);
    match rename::rename(&record.inventory, &old, &new, session.run(), moved) {
        Ok(renamed) => {
            let entries = renamed.stacks.get(&new).map_or(0, |record| record.entries.len());
            if !arguments.yes {
                let question = format!("Call stack {old} {new} from now on, with its {entries} entries?");
                confirm_by_yes(&question, terminal)?;
            }
            store.save(&renamed, record.generation).await?;
            terminal.talk(&format!("stack {old} is called {new}"));
        }
        // An earlier run got so far, and its answer was lost.
        Err(done @ RenameError::Done { .. }) => terminal.talk(&done.to_string()),
        Err(error @ (RenameError::Unknown { .. } | RenameError::Exists { .. })) => {
            return Err(CliError::Usage(format!("{error}; gemmactl record list shows the stacks")));
        }
    }
    if spec.document.stack == new {
        terminal.talk("next: gemmactl apply, which rewrites the stamps");
    } else {
        terminal
            .talk(&format!("next: write `stack: {new}` in the spec, and apply it; that rewrites the stamps"));
    }
    drop(store);
    session.close().await?;
    Ok(Exit::Done)
}
