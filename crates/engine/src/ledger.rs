//! The one writer of the ownership record during a run. Knows no place where it is kept.
//!
//! Intents are written before the first call. What is done is noted in memory and written beside the work, at most
//! once in [`PACE`], so that no step waits for the record; the last write ends the run. A lost progress write costs
//! nothing: the intents say more than what was done, never less.

mod save;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use model::{Change, Goal, Inventory, Outputs, Plan, RecordError, RecordStore, StackName, Versioned};
use tokio::time::Instant;
use tracing::debug;

use crate::record;
use save::{Saved, Writing};

/// Writes of one object are this far apart. Source: Cloud Storage quotas, one write a second to one object name.
const PACE: Duration = Duration::from_millis(1100);

pub(crate) type Saving<'store> = Pin<Box<dyn Future<Output = Result<Saved, RecordError>> + Send + 'store>>;

/// The record of a project, as one run holds it.
pub struct Ledger<'store, S: RecordStore> {
    store: &'store S,
    pace: Duration,
    run: String,
    /// As it was read: what an intent that was never begun falls back to.
    read: Inventory,
    /// As it is stored.
    stored: Inventory,
    /// As it is to be.
    current: Inventory,
    generation: i64,
    owner: Option<(StackName, Goal)>,
    last_write: Option<Instant>,
    dirty: bool,
}

impl<'store, S: RecordStore> Ledger<'store, S> {
    /// Opens the record that the plan was made with.
    pub fn open(store: &'store S, versioned: Versioned) -> Self {
        Self {
            store,
            pace: PACE,
            run: String::new(),
            read: versioned.inventory.clone(),
            stored: versioned.inventory.clone(),
            current: versioned.inventory,
            generation: versioned.generation,
            owner: None,
            last_write: None,
            dirty: false,
        }
    }

    /// Marks every write with a name of this run (something random), by which a writer whose answer was lost knows
    /// its own write.
    #[must_use]
    pub fn signed(mut self, run: impl Into<String>) -> Self {
        self.run = run.into();
        self
    }

    /// Sets how far apart writes are; an emulated store may need no distance.
    #[must_use]
    pub fn paced(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// The record as this run has it.
    pub fn inventory(&self) -> &Inventory {
        &self.current
    }

    /// Writes the plan's intents; writes nothing when the plan calls nothing. Once is enough, twice does no harm.
    ///
    /// Errors: another run has written what the plan relies on ([`RecordError::Moved`]); whatever the store says.
    pub async fn begin(&mut self, plan: &Plan) -> Result<(), RecordError> {
        if self.owner.is_some() {
            return Ok(());
        }
        if plan.record.serial != self.read.serial {
            return Err(RecordError::Moved);
        }
        self.current = plan.record.clone();
        self.dirty = self.current != self.stored;
        if self.dirty && plan.changes.iter().any(|change| change.action.writes()) {
            let writing = self.writing(&plan.stack).relying_on_what_was_read();
            let saved = writing.run(self.store).await?;
            self.take(saved, &plan.stack);
        }
        self.owner = Some((plan.stack.clone(), plan.goal));
        Ok(())
    }

    /// Notes that a change is done. Written soon, or at the end.
    pub fn note(&mut self, change: &Change, outputs: &Outputs) {
        if let Some((stack, _)) = &self.owner {
            record::done(&mut self.current, stack, change, outputs);
            self.dirty = true;
        }
    }

    /// Notes that a change was never begun: its intent is taken back.
    pub fn untouched(&mut self, change: &Change) {
        if let Some((stack, _)) = &self.owner {
            record::untouched(&mut self.current, &self.read, stack, change);
            self.dirty = true;
        }
    }

    /// Writes what is not written yet. When a destroy has left no stack, the record itself is removed.
    pub async fn finish(&mut self) -> Result<(), RecordError> {
        let Some((stack, goal)) = self.owner.clone() else { return Ok(()) };
        let nothing_left = self.current.stacks.is_empty() && self.current.shared.is_empty();
        // Even without a record: a run that was cut off may have left the place where it would be.
        if goal == Goal::Absent && nothing_left {
            match self.store.remove(self.generation).await {
                Ok(()) => {
                    debug!(%stack, "the record is empty and was removed");
                    self.generation = 0;
                    self.dirty = false;
                    return Ok(());
                }
                // Another stack has begun meanwhile: the record stays, without ours.
                Err(RecordError::Moved) => self.dirty = true,
                Err(
                    error @ (RecordError::Unusable { .. }
                    | RecordError::Foreign { .. }
                    | RecordError::Cloud(_)),
                ) => {
                    return Err(error);
                }
            }
        }
        if self.dirty && self.current != self.stored {
            if let Some(due) = self.due() {
                tokio::time::sleep_until(due).await;
            }
            let saved = self.writing(&stack).run(self.store).await?;
            self.take(saved, &stack);
        }
        self.dirty = false;
        Ok(())
    }

    /// When the next write may go out; none: at once.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.last_write.map(|last| last + self.pace)
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// A write of what is noted so far, to be driven beside the work; its result goes to [`Ledger::written`].
    pub(crate) fn progress(&mut self) -> Option<Saving<'store>> {
        let (stack, _) = self.owner.clone()?;
        self.dirty = false;
        self.last_write = Some(Instant::now());
        let writing = self.writing(&stack);
        let store = self.store;
        Some(Box::pin(async move { writing.run(store).await }))
    }

    /// Takes the result of a write beside the work. Errors: another run moved the record.
    ///
    /// Any other failure is no reason to stop: the intents are written, and the last write tries again.
    pub(crate) fn written(&mut self, result: Result<Saved, RecordError>) -> Result<(), RecordError> {
        let Some((stack, _)) = self.owner.clone() else { return Ok(()) };
        match result {
            Ok(saved) => self.take(saved, &stack),
            Err(RecordError::Moved) => return Err(RecordError::Moved),
            Err(
                error @ (RecordError::Unusable { .. } | RecordError::Foreign { .. } | RecordError::Cloud(_)),
            ) => {
                debug!(%error, "progress was not written to the record; the end of the run will");
                self.dirty = true;
            }
        }
        Ok(())
    }

    fn writing(&self, stack: &StackName) -> Writing {
        Writing::new(stack, &self.run, &self.stored, &self.current, self.generation)
    }

    /// What was noted since the write began goes on top of what was written.
    fn take(&mut self, saved: Saved, stack: &StackName) {
        let Saved { sent, stored, generation } = saved;
        // `stored` carries our own part as sent, so merging cannot fail.
        if let Some(merged) = record::merge(&sent, &self.current, &stored, stack) {
            self.current = merged;
        }
        self.dirty = self.current.stacks != stored.stacks || self.current.shared != stored.shared;
        self.stored = stored;
        self.generation = generation;
        self.last_write = Some(Instant::now());
    }
}
