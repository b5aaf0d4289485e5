//! Carrying a plan out in front of somebody: progress, Ctrl-C, and the report at the end.

use std::io;

use engine::StopSignal;
use model::ApplyReport;

use crate::arguments::DetailLevel;
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow::{self, Prepared};
use crate::session::Session;
use crate::signals::Wishes;
use crate::terminal::Terminal;
use views::progress::{ProgressMode, Reporter, Stopping};
use views::report::{self, Again};

/// Carries the plan out and tells how it ended. Ctrl-C, or a request to terminate, lets running calls end and starts no new one; a second one
/// ends at once.
pub(crate) async fn run(
    prepared: Prepared,
    session: &Session,
    terminal: &Terminal,
    again: Again,
    json: bool,
) -> Result<(ApplyReport, Exit), CliError> {
    let mode = match (json, terminal.is_live()) {
        (true, _) => ProgressMode::Json,
        (false, true) => ProgressMode::Live,
        (false, false) => ProgressMode::Plain,
    };
    let goal = prepared.plan.goal;
    let style = terminal.style_of_talk(DetailLevel::Changes);
    let mut reporter = Reporter::new(mode, style.symbols);
    let stop = StopSignal::new();
    let interrupt = tokio::spawn(listen(stop.clone(), reporter.stopping()));
    let result = flow::carry_out(prepared, session, &stop, &mut |event| reporter.event(&event)).await;
    interrupt.abort();
    reporter.finish();
    let report = result?;
    if !json {
        terminal.talk(report::render(&report, goal, again, &style).trim_end());
    }
    let exit = Exit::of(&report);
    Ok((report, exit))
}

/// Hears the wishes to stop: an interrupt (Ctrl-C), or a request to terminate where the system knows such a thing.
async fn listen(stop: StopSignal, stopping: Stopping) -> io::Result<()> {
    let mut wishes = Wishes::open()?;
    wishes.next().await;
    stop.stop();
    stopping.tell();
    wishes.next().await;
    crate::leave_at_once();
}
