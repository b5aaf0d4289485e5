//! `gemmactl snapshot`: the live reads that plans of a spec need, saved for plans that ask no cloud. Writes nothing in the
//! cloud.

use engine::{Consent, Graph, Recorder, Recovered, ReplacePolicy, SavedSnapshot, Watch};
use model::Goal;

use crate::arguments::SnapshotArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow::{self, Prepared, Purpose, Source};
use crate::saved::Output;
use crate::session::Session;
use crate::terminal::Terminal;

/// Saves the snapshot.
pub(crate) async fn run(arguments: &SnapshotArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let graph = Graph::build(resources::resolve(&spec)).map_err(|errors| CliError::graph(&errors))?;
    let output = Output::open(&arguments.output)?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let store = session.record();
    let recorder = Recorder::new(&session.cloud, &graph);
    let source = Source { cloud: &recorder, store: &store, location: store.location() };
    // What a plan reads depends on its goal; each request is sent once.
    flow::prepare_from(&spec, &source, &purpose(Goal::Absent)).await?;
    let Prepared { record, .. } = flow::prepare_from(&spec, &source, &purpose(Goal::Present)).await?;
    let caller = session.caller().map(str::to_owned);
    let snapshot = SavedSnapshot::new(spec.document.stack.clone(), caller, &record, recorder);
    session.close().await?;
    output.write(&snapshot.text())?;
    for (read, error) in snapshot.failed() {
        terminal.talk(&views::escape::escape(&format!("could not be read: {read}: {}", error.message)));
    }
    terminal.talk(&format!(
        "{} reads and the record of stack {} are saved. Whoever has the file knows the names, settings and members in it; what \
         looks like a secret is hidden.",
        snapshot.reads(),
        snapshot.stack
    ));
    Ok(Exit::Done)
}

/// A plan that reads all that any plan of this goal would.
fn purpose(goal: Goal) -> Purpose {
    Purpose {
        replace: ReplacePolicy::Allow,
        // What is deleted is looked into first; without leave, what was recovered would not be.
        consent: Consent { recovered: Recovered::Delete, ..Consent::default() },
        watch: Watch::Access,
        ..Purpose::cautious(goal)
    }
}
