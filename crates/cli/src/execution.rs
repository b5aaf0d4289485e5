//! Carrying a plan out in front of somebody: progress, Ctrl-C, and the report at the end.

use std::io;

use engine::StopSignal;
use model::ApplyReport;
use spec::Spec;

use crate::arguments::{DetailLevel, ToldArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow::{self, Prepared};
use crate::reporting::Reporting;
use crate::session::Session;
use crate::signals::Wishes;
use crate::terminal::Terminal;
use views::progress::{Ending, ProgressMode, Reporter, Stopping};
use views::report::{self, Again};

/// Carries the plan out and tells how it ended. Ctrl-C, or a request to terminate, lets running calls end and starts no new one; a second one
/// ends at once.
pub(crate) async fn run(
    prepared: Prepared,
    (spec, session): (&Spec, &Session),
    terminal: &Terminal,
    again: Again,
    told: &ToldArguments,
    reporting: &mut Reporting,
) -> Result<(ApplyReport, Exit), CliError> {
    let mode = match (told.json, terminal.is_live()) {
        (true, _) => ProgressMode::Json,
        (false, true) => ProgressMode::Live,
        (false, false) => ProgressMode::Plain,
    };
    let goal = prepared.plan.goal;
    let style = terminal.style_of_talk(DetailLevel::Changes);
    let mut reporter = Reporter::new(mode, style.symbols);
    reporter.begin(&prepared.shown, again);
    let stop = StopSignal::new();
    let interrupt = tokio::spawn(listen(stop.clone(), reporter.stopping()));
    let result = flow::carry_out(prepared, (spec, session), &stop, &mut |event| reporter.event(&event)).await;
    interrupt.abort();
    let ending = match &result {
        Ok(report) => Ending::of(report),
        Err(error) => Ending::early(error.to_string()),
    };
    reporting.keep(&reporter.finish(ending));
    let report = result?;
    if !told.json {
        terminal.talk(report::render(&report, goal, again, &style).trim_end());
    }
    let exit = Exit::of(&report);
    Ok((report, exit))
}

/// A run that has nothing to change in the cloud: programs and the report are told all the same.
pub(crate) async fn settle(
    prepared: Prepared,
    (spec, session): (&Spec, &Session),
    told: &ToldArguments,
    reporting: &mut Reporting,
    work: Work,
) -> Result<(), CliError> {
    let mut reporter = if told.json { Reporter::json() } else { Reporter::silent() };
    reporter.begin(&prepared.shown, Again::SameCommand);
    let result = match work {
        Work::Record => {
            flow::carry_out(prepared, (spec, session), &StopSignal::new(), &mut |_| {}).await.map(drop)
        }
        Work::Nothing => Ok(()),
    };
    let ending = result.as_ref().err().map(|error| Ending::early(error.to_string()));
    reporting.keep(&reporter.finish(ending.unwrap_or_default()));
    result
}

/// What is left to do where nothing changes in the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// The record is written.
    Record,
    /// Nothing at all.
    Nothing,
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
