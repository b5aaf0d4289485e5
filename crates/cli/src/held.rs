//! A lease that stands in the way: somebody is told of it while it is watched. Knows no command.

use engine::Watched;
use model::{Held, RecordError, RecordStore};

use crate::session::Session;
use crate::terminal::Terminal;

/// Watches until it is clear what has become of the run that holds the lease. Errors: whatever the record's store says.
pub(crate) async fn watched<S: RecordStore>(
    store: &S,
    held: &Held,
    session: &Session,
    terminal: &Terminal,
) -> Result<Watched, RecordError> {
    terminal.talk(&views::escape::escape(&format!(
        "{} is held: {}; watching whether that run still works",
        held.what,
        held.lease.said()
    )));
    engine::watch(store, held, session.rhythm()).await
}
