//! What apply is doing, while it does it: a live display, dated lines for logs, or JSON lines for programs.
//! Engine and views meet only at events; nothing here decides anything.

mod clock;
mod json;
mod live;
mod plain;
mod replay;
mod running;
pub(crate) mod steps;
mod telling;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use model::Event;

use super::Symbols;
use crate::document::Plan;
use crate::events::Message;
use crate::report::Again;

pub(crate) use clock::shown as duration;
pub use clock::{Clock, Moment};
pub use replay::replay;
pub use telling::Ending;
use telling::Telling;

/// The system's clock; the run begins now.
pub fn clock() -> Clock {
    clock::system()
}

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// A line for each running resource on stderr, moving; for terminals.
    Live,
    /// Dated lines on stderr, for logs.
    Plain,
    /// One JSON object a line on stdout, for programs.
    Json,
}

/// Tells progress until it is finished.
pub struct Reporter {
    sink: Shared,
    clock: Clock,
    /// Dropping it ends the heartbeat.
    heartbeat: Option<Sender<()>>,
}

type Shared = Arc<Mutex<Telling>>;

/// One way of telling.
trait Sink: Send {
    /// Everything that happens, in the form for programs.
    fn message(&mut self, message: &Message);
    /// Something happened.
    fn event(&mut self, event: &Event, now: &Moment);
    /// The run was asked to stop, and will when what is running has ended.
    fn stopping(&mut self, now: &Moment);
    /// Time went by.
    fn tick(&mut self, now: &Moment);
    /// The run is over.
    fn finish(&mut self, now: &Moment);
}

/// Tells, from beside the run, that it was asked to stop.
pub struct Stopping {
    sink: Shared,
    clock: Clock,
}

impl Stopping {
    /// Tells it.
    pub fn tell(&self) {
        let now = (self.clock)();
        lock(&self.sink, |sink| sink.stopping(&now));
    }
}

/// What people read when a run was asked to stop.
const STOPPING: &str =
    "stopping: what is running ends first, nothing new begins; Ctrl-C once more ends at once";

/// How often the heartbeat looks whether a line is due.
const TICK: Duration = Duration::from_secs(1);

impl Reporter {
    /// A reporter that writes to the streams of this process and beats by the system's clock.
    pub fn new(mode: ProgressMode, symbols: Symbols) -> Self {
        match mode {
            ProgressMode::Live => Self::with(Box::new(live::Live::new(symbols)), clock::system()),
            ProgressMode::Plain => {
                let mut reporter = Self::writing(mode, Box::new(std::io::stderr()), clock::system());
                reporter.beat();
                reporter
            }
            ProgressMode::Json => Self::json(),
        }
    }

    /// A reporter that prints JSON lines.
    pub fn json() -> Self {
        Self::writing(ProgressMode::Json, Box::new(std::io::stdout()), clock::system())
    }

    /// A reporter that tells nobody, and only keeps what it is told.
    pub fn silent() -> Self {
        Self::writing(ProgressMode::Json, Box::new(std::io::sink()), clock::system())
    }

    /// A reporter that writes lines to `out` and takes its time from `clock`. It has no heartbeat of its own.
    fn writing(mode: ProgressMode, out: Box<dyn Write + Send>, clock: Clock) -> Self {
        let sink: Box<dyn Sink> = match mode {
            ProgressMode::Live | ProgressMode::Plain => Box::new(plain::Plain::new(out)),
            ProgressMode::Json => Box::new(json::JsonLines::new(out)),
        };
        Self::with(sink, clock)
    }

    fn with(sink: Box<dyn Sink>, clock: Clock) -> Self {
        Self { sink: Arc::new(Mutex::new(Telling::new(sink))), clock, heartbeat: None }
    }

    /// For whoever hears the wish to stop.
    pub fn stopping(&self) -> Stopping {
        Stopping { sink: Arc::clone(&self.sink), clock: Arc::clone(&self.clock) }
    }

    /// Tells what is about to be carried out.
    pub fn begin(&mut self, plan: &Plan, again: Again) {
        let now = (self.clock)();
        lock(&self.sink, |sink| sink.begin(plan, again, &now));
    }

    /// Tells one event.
    pub fn event(&mut self, event: &Event) {
        let now = (self.clock)();
        lock(&self.sink, |sink| sink.event(event, &now));
    }

    /// Tells that time went by, as the heartbeat does.
    #[cfg(test)]
    fn tick(&mut self) {
        let now = (self.clock)();
        lock(&self.sink, |sink| sink.tick(&now));
    }

    /// Tells that the run is over and clears what moves. Gives what was told, but for what steps said of themselves.
    pub fn finish(mut self, ending: Ending) -> Vec<Message> {
        self.heartbeat = None;
        let now = (self.clock)();
        lock(&self.sink, |sink| sink.finish(ending, &now));
        let sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink.messages().to_vec()
    }

    fn beat(&mut self) {
        let (sender, receiver) = mpsc::channel::<()>();
        let (sink, clock) = (Arc::clone(&self.sink), Arc::clone(&self.clock));
        thread::spawn(move || {
            while receiver.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let now = clock();
                lock(&sink, |sink| sink.tick(&now));
            }
        });
        self.heartbeat = Some(sender);
    }
}

/// Progress is talk: a panic elsewhere while it was told is no reason to fall silent.
fn lock(sink: &Shared, act: impl FnOnce(&mut Telling)) {
    act(&mut sink.lock().unwrap_or_else(PoisonError::into_inner));
}
