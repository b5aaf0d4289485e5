//! Dated lines for logs: each begins with the time, says one thing, and is complete when it is written.

use std::io::Write;
use std::time::Duration;

use model::{Event, Progress, ResourceId};

use super::running::{Running, Table};
use super::{Moment, STOPPING, Sink, clock, steps};
use crate::escape::escape;
use crate::events::Message;
use crate::words::{action_past, action_verb};

/// A step that says nothing new is heard of this often.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// What a step says about itself is told once it has run this long: short steps need no explanation.
const PATIENCE: Duration = Duration::from_secs(5);
/// Columns for the resource, so that the lines of most resources align.
const COLUMN: usize = 34;

/// Writes dated lines.
pub(super) struct Plain {
    out: Box<dyn Write + Send>,
    running: Table,
}

impl Plain {
    /// Writes to a stream.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, running: Table::new() }
    }

    /// One line. Nobody may be listening any more; that is no reason to stop the work.
    fn line(&mut self, now: &Moment, id: &ResourceId, text: &str) {
        let id = id.to_string();
        let line = format!("{}  {:COLUMN$}  {}", now.at, escape(&id), escape(text));
        drop(writeln!(self.out, "{}", line.trim_end()).and_then(|()| self.out.flush()));
    }

    fn progress(&mut self, id: &ResourceId, progress: &Progress, now: &Moment) {
        let words = steps::progress(progress);
        match (self.running.get_mut(id), progress) {
            (_, Progress::Link(_)) => self.line(now, id, &words),
            (Some(running), Progress::Waiting(_)) => {
                running.is_news |= running.said.as_ref() != Some(&words);
                running.said = Some(words);
            }
            // Bytes sent change all the time: the heartbeat tells them.
            (Some(running), Progress::Sent { .. }) => running.said = Some(words),
            (None, Progress::Waiting(_) | Progress::Sent { .. }) => {}
        }
        self.tick(now);
    }

    /// How long it took, with its steps when there were several.
    fn took(&mut self, id: &ResourceId, now: &Moment) -> String {
        self.running.remove(id).map_or_else(String::new, |mut running| {
            running.end(now.elapsed);
            let lasted = clock::shown(now.elapsed.saturating_sub(running.since));
            format!(" after {lasted}{}", running.steps_shown())
        })
    }
}

impl Sink for Plain {
    fn message(&mut self, _message: &Message) {}

    fn stopping(&mut self, now: &Moment) {
        drop(writeln!(self.out, "{}  {STOPPING}", now.at).and_then(|()| self.out.flush()));
    }

    fn event(&mut self, event: &Event, now: &Moment) {
        match event {
            Event::Started { id, action } => {
                // The first step, which follows at once, says what is done.
                self.running.insert(id.clone(), Running::new(*action, now.elapsed));
            }
            Event::StepStarted { id, step } => {
                let step = steps::words(step);
                if let Some(running) = self.running.get_mut(id) {
                    running.begin(step.clone(), now.elapsed);
                }
                self.line(now, id, &step);
            }
            Event::Progress { id, progress } => self.progress(id, progress, now),
            Event::Done { id, action } => {
                let took = self.took(id, now);
                self.line(now, id, &format!("{}{took}", action_past(*action)));
            }
            Event::Failed { id, error } => {
                let took = self.took(id, now);
                self.line(now, id, &format!("FAILED{took}: {}", error.message));
            }
            Event::Skipped { id, because } => {
                self.line(now, id, &format!("skipped, because {because} failed"));
            }
            Event::NotStarted { id } => self.line(now, id, "not started, because the run was asked to stop"),
        }
    }

    fn tick(&mut self, now: &Moment) {
        let mut due = vec![];
        for (id, running) in &mut self.running {
            let lasted = now.elapsed.saturating_sub(running.step_since);
            let what = running.step.as_deref().unwrap_or(action_verb(running.action));
            let said = running.said.as_deref();
            let text = if running.is_news && lasted >= PATIENCE {
                said.map(str::to_owned)
            } else if now.elapsed.saturating_sub(running.told) >= HEARTBEAT {
                let said = said.map(|said| format!(", {said}")).unwrap_or_default();
                Some(format!("still running after {}: {what}{said}", clock::shown(lasted)))
            } else {
                None
            };
            if let Some(text) = text {
                (running.told, running.is_news) = (now.elapsed, false);
                due.push((id.clone(), text));
            }
        }
        for (id, text) in due {
            self.line(now, &id, &text);
        }
    }

    fn finish(&mut self, _now: &Moment) {
        self.running.clear();
    }
}
