//! How changes of an apply end: done, failed with what they hold back, or never begun. Tells the ledger and the views.

use model::{ApplyReport, Cloud, CloudError, ErrorKind, Event, Outcome, RecordStore};
use tracing::debug;

use super::run::Run;
use super::schedule::is_work;

impl<C: Cloud, S: RecordStore, E: FnMut(Event)> Run<'_, '_, C, S, E> {
    pub(super) fn complete(&mut self, at: usize) {
        let Some(change) = self.plan.changes.get(at) else { return };
        if is_work(change.action) {
            self.tell_started(at);
            self.ledger.note(change, &self.outputs);
            (self.events)(Event::Done { id: change.id.clone(), action: change.action });
            let given = self.given.get_mut(at).map(std::mem::take).unwrap_or_default();
            self.end(at, Outcome::Done(given));
        }
        self.schedule.done(at);
    }

    pub(super) fn fail(&mut self, at: usize, error: &CloudError) {
        let Some(change) = self.plan.changes.get(at) else { return };
        debug!(resource = %change.id, %error, "failed");
        let error = error.clone();
        // The steps before the one that failed are done.
        let error = if self.at_step.get(at).is_some_and(|step| *step > 0) { error.begun() } else { error };
        self.tell_started(at);
        (self.events)(Event::Failed { id: change.id.clone(), error: error.clone() });
        self.end(at, Outcome::Failed(error));
        for at in self.schedule.failed(at) {
            let Some(skipped) = self.plan.changes.get(at) else { continue };
            if is_work(skipped.action) {
                self.ledger.untouched(skipped);
                (self.events)(Event::Skipped { id: skipped.id.clone(), because: change.id.clone() });
                self.end(at, Outcome::Skipped(change.id.clone()));
            }
        }
    }

    /// After a stop: what was not begun is told, and its intent taken back.
    pub(super) fn leave_the_rest(&mut self) {
        for at in self.joins.give_up() {
            if self.at_step.get(at) == Some(&0) {
                self.schedule.not_begun(at);
            } else {
                self.fail(at, &stopped_between(self.steps_left(at)));
            }
        }
        for at in self.schedule.waiting() {
            let Some(change) = self.plan.changes.get(at) else { continue };
            if is_work(change.action) {
                self.ledger.untouched(change);
                (self.events)(Event::NotStarted { id: change.id.clone() });
                self.end(at, Outcome::NotStarted);
            }
        }
    }

    fn end(&mut self, at: usize, outcome: Outcome) {
        if let Some(slot) = self.outcomes.get_mut(at) {
            *slot = Some(outcome);
        }
        if self.shared.remove(&at) && self.shared.is_empty() {
            self.ledger.shared_is_done();
        }
    }

    pub(super) fn report(self) -> ApplyReport {
        let outcomes = self.plan.changes.iter().zip(self.outcomes);
        let outcomes = outcomes
            .filter_map(|(change, outcome)| Some((change.id.clone(), change.action, outcome?)))
            .collect();
        ApplyReport { outcomes }
    }
}

/// A change whose first steps are done and whose others may not begin.
pub(super) fn stopped_between(left: usize) -> CloudError {
    let steps = if left == 1 { "step" } else { "steps" };
    CloudError::new(ErrorKind::Stopped, format!("stopped with {left} {steps} left"))
        .with_help("run apply again: it goes on from what is there")
}
