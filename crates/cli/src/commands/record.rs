//! `gemmactl record`: looks at the ownership record, frees a stack whose run is dead, and mends what was damaged or lost.

mod rebuild;
mod rename;
mod restore;

use engine::Watched;
use gcp::BucketRecord;
use model::{Held, HeldThing, RecordError, RecordStore as _, StackName, Versioned};

use crate::arguments::{RecordCommand, RecordFormat, RecordShowArguments, RecordUnlockArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::held::watched;
use crate::question;
use crate::session::Session;
use crate::terminal::Terminal;

/// Runs one of the record's commands.
pub(crate) async fn run(command: &RecordCommand, terminal: &Terminal) -> Result<Exit, CliError> {
    match command {
        RecordCommand::List(arguments) => show(arguments, Part::Stacks, terminal).await,
        RecordCommand::Show(arguments) => show(arguments, Part::Entries, terminal).await,
        RecordCommand::Unlock(arguments) => unlock(arguments, terminal).await,
        RecordCommand::Restore(arguments) => restore::run(arguments, terminal).await,
        RecordCommand::Rebuild(arguments) => rebuild::run(arguments, terminal).await,
        RecordCommand::Rename(arguments) => rename::run(arguments, terminal).await,
    }
}

/// What of the record is shown.
#[derive(Clone, Copy)]
enum Part {
    Stacks,
    Entries,
}

async fn show(arguments: &RecordShowArguments, part: Part, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let store = session.record();
    let record = store.load().await?;
    let location = store.location();
    session.close().await?;
    terminal.data(&match (arguments.format, part) {
        (RecordFormat::Json, Part::Stacks | Part::Entries) => {
            format!("{}\n", views::escape::json_text(&views::record::json(&record.inventory)))
        }
        (RecordFormat::Text, Part::Stacks) => {
            let style = terminal.style_of_data(crate::arguments::DetailLevel::Changes);
            views::record::stacks(&record, &location, &style)
        }
        (RecordFormat::Text, Part::Entries) => {
            let style = terminal.style_of_data(crate::arguments::DetailLevel::Changes);
            views::record::entries(&record.inventory, &spec.document.stack, &style)
        }
    })?;
    Ok(Exit::Done)
}

async fn unlock(arguments: &RecordUnlockArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let stack = &spec.document.stack;
    let record = session.record().load().await?.inventory;
    let lease = record.stacks.get(stack).and_then(|record| record.lease.as_ref());
    if let Some(lease) = lease {
        terminal.talk(&views::escape::escape(&format!("stack {stack} is held: {}", lease.said())));
        if !arguments.yes {
            let question = format!(
                "If that run still works, it will stop before its next step. Type the stack's name ({stack}) to free it:"
            );
            let instead = "make sure that the run is dead and pass --yes";
            question::confirm_by_name(&question, stack.as_str(), instead, terminal)?;
        }
    }
    let freed = engine::unlock(&session.record(), stack, session.run()).await?;
    session.close().await?;
    if freed.is_empty() {
        terminal.talk(&format!("stack {stack} is held by no run"));
    }
    for held in freed {
        terminal.talk(&format!("{} is free", held.what));
    }
    Ok(Exit::Done)
}

/// The record, once no run holds a stack of it. What a dead run holds is given back at once, so that nobody watches it again
/// however the command ends.
async fn loaded_unheld(
    store: &BucketRecord<'_>,
    stack: &StackName,
    session: &Session,
    terminal: &Terminal,
) -> Result<Versioned, CliError> {
    let what = HeldThing::Stack(stack.clone());
    loop {
        let record = store.load().await?;
        let lease = record.inventory.stacks.get(stack).and_then(|record| record.lease.clone());
        let Some(lease) = lease else { return Ok(record) };
        let held = Held { what: what.clone(), lease };
        match watched(store, &held, session, terminal).await? {
            Watched::Free => {}
            Watched::Dead => match engine::free(store, &held, session.run()).await {
                // Somebody wrote meanwhile: what the record says now decides.
                Ok(()) | Err(RecordError::Moved) => {}
                Err(error) => return Err(error.into()),
            },
            Watched::Alive => return Err(RecordError::Held(Box::new(held)).into()),
        }
    }
}

/// Asks for a plain yes.
fn confirm_by_yes(question: &str, terminal: &Terminal) -> Result<(), CliError> {
    question::confirm(question, "review what is shown and pass --yes", terminal)
}
