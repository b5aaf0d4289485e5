//! What is told of a run: to somebody while it goes on, and kept as messages for the report.

use std::collections::BTreeMap;

use model::{ApplyReport, Event, Outcome, Progress};

use super::{Moment, Sink};
use crate::document::Plan;
use crate::events::{Counts, Message, Told};
use crate::report::Again;

/// How a run ended as a whole.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// The URLs of services that were made or changed, by resource.
    pub urls: BTreeMap<String, String>,
    /// Why it ended early.
    pub problem: Option<String>,
}

impl Ending {
    /// The ending that a report tells.
    pub fn of(report: &ApplyReport) -> Self {
        let mut urls = BTreeMap::new();
        for (id, _, outcome) in &report.outcomes {
            match outcome {
                Outcome::Done(outputs) => {
                    let found = outputs.iter().find(|(name, _)| name == "uri");
                    urls.extend(found.map(|(_, url)| (id.to_string(), url.clone())));
                }
                Outcome::Failed(_) | Outcome::Skipped(_) | Outcome::NotStarted => {}
            }
        }
        Self { urls, problem: None }
    }

    /// The ending of a run that could not go on.
    pub fn early(problem: String) -> Self {
        Self { urls: BTreeMap::new(), problem: Some(problem) }
    }
}

/// Somebody who is told, and what was told so far.
pub(super) struct Telling {
    sink: Box<dyn Sink>,
    messages: Vec<Message>,
    counts: Counts,
}

impl Telling {
    /// Nothing told yet.
    pub(super) fn new(sink: Box<dyn Sink>) -> Self {
        Self { sink, messages: Vec::new(), counts: Counts::default() }
    }

    /// What was told. Of progress only links are kept.
    pub(super) fn messages(&self) -> &[Message] {
        &self.messages
    }

    pub(super) fn begin(&mut self, plan: &Plan, again: Again, now: &Moment) {
        self.tell(now, Told::begun(plan, again));
    }

    pub(super) fn event(&mut self, event: &Event, now: &Moment) {
        match event {
            Event::Done { .. } => self.counts.done += 1,
            Event::Failed { .. } => self.counts.failed += 1,
            Event::Skipped { .. } => self.counts.skipped += 1,
            Event::NotStarted { .. } => self.counts.not_started += 1,
            Event::Started { .. } | Event::StepStarted { .. } | Event::Progress { .. } => {}
        }
        self.sink.event(event, now);
        let message = Message::new(now, Told::event(event));
        self.sink.message(&message);
        match event {
            // A build says for an hour that it works.
            Event::Progress { progress: Progress::Waiting(_) | Progress::Sent { .. }, .. } => {}
            Event::Progress { progress: Progress::Link(_), .. }
            | Event::Started { .. }
            | Event::StepStarted { .. }
            | Event::Done { .. }
            | Event::Failed { .. }
            | Event::Skipped { .. }
            | Event::NotStarted { .. } => self.messages.push(message),
        }
    }

    pub(super) fn stopping(&mut self, now: &Moment) {
        self.sink.stopping(now);
        self.tell(now, Told::Stopping);
    }

    pub(super) fn tick(&mut self, now: &Moment) {
        self.sink.tick(now);
    }

    pub(super) fn finish(&mut self, ending: Ending, now: &Moment) {
        self.sink.finish(now);
        let Ending { urls, problem } = ending;
        self.tell(now, Told::Finished { counts: self.counts, urls, problem });
    }

    fn tell(&mut self, now: &Moment, told: Told) {
        let message = Message::new(now, told);
        self.sink.message(&message);
        self.messages.push(message);
    }
}
