//! `gemmactl export`: a live service as a spec. Reads only, and plans what it made, so that nobody has to take its word.

use model::{Action, Goal};
use views::escape::escape;

use crate::arguments::ExportArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::export::{self, Made};
use crate::flow::{self, Purpose};
use crate::new_file::NewFile;
use crate::session::Session;
use crate::terminal::Terminal;

/// Exports a service.
pub(crate) async fn run(arguments: &ExportArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let sought = export::sought(arguments)?;
    let output = arguments.output.as_deref().map(NewFile::open).transpose()?;
    let session = Session::open(&arguments.cloud, &sought).await?;
    let Made { text, spec, left } = export::make(&sought, &session).await?;
    let purpose = Purpose::cautious(Goal::Present);
    let plan = flow::prepare(&spec, &session, &purpose).await?.plan;
    session.close().await?;
    match output {
        Some(output) => output.write(&text)?,
        None => terminal.data(&text)?,
    }
    for line in &left {
        terminal.talk(&escape(&format!("left as it is: {line}")));
    }
    let mut differs = plan.refusals.iter().map(|refusal| refusal.id.to_string()).collect::<Vec<_>>();
    differs.extend(plan.unknowns.iter().map(|unknown| unknown.id.to_string()));
    differs.extend(
        plan.changes.iter().filter(|change| changes_something(change)).map(|change| change.id.to_string()),
    );
    if differs.is_empty() {
        terminal.talk("planned: adopting what is there changes nothing of it");
        return Ok(Exit::Done);
    }
    terminal.talk(&escape(&format!(
        "planned: this spec would still change {}; look at its plan",
        differs.join(", ")
    )));
    Ok(Exit::Changes)
}

/// Whether a change is more than taking over.
fn changes_something(change: &model::Change) -> bool {
    match change.action {
        Action::NoOp | Action::Keep => false,
        Action::Adopt => !change.fields.is_empty(),
        Action::Create
        | Action::Update
        | Action::Replace
        | Action::Repair
        | Action::Delete
        | Action::Detach
        | Action::Forget => true,
    }
}
