//! The one writer of the ownership record during a run. Knows no place where it is kept.
//!
//! Intents are written before the first call. What is done is noted in memory and written with the beats that keep the
//! run's lease alive, and when others wait for what this run gives back; the last write ends the run. So a run makes three
//! writes beside its beats, however much it does, at most one in [`Rhythm::pace`], and no step waits for them. A lost
//! progress write costs nothing: the intents say more than what was done, never less.

mod proof;
mod save;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use model::{
    Change, CloudError, ErrorKind, Goal, Inventory, Lease, Outputs, Plan, RecordError, RecordStore,
    StackName, Versioned,
};
use tokio::time::Instant;
use tracing::debug;

use crate::lease::{self, Rhythm};
use crate::record;
use proof::Moment;
pub(crate) use proof::Proof;
pub use proof::WallClock;
use save::{Saved, Unsaved, Unsettled, Writing};

pub(crate) type Saving<'store> = Pin<Box<dyn Future<Output = Result<Saved, Unsaved>> + Send + 'store>>;

/// The record of a project, as one run holds it.
pub struct Ledger<'store, S: RecordStore> {
    store: &'store S,
    rhythm: Rhythm,
    /// The lease of this run, and the name that every write bears: a writer whose answer was lost knows its own write.
    lease: Lease,
    /// Leases of runs that were found dead.
    dead: Vec<Lease>,
    /// As it was read: what an intent that was never begun falls back to.
    read: Inventory,
    /// As it is stored.
    stored: Inventory,
    /// As it is to be.
    current: Inventory,
    generation: i64,
    owner: Option<(StackName, Goal)>,
    last_write: Option<Instant>,
    /// Whether others wait for what is not written yet.
    awaited: bool,
    /// What writes sent whose answers were lost, since the last one that was answered.
    unsettled: Vec<Unsettled>,
    /// Whether this run took leases. One that changes only the record takes none.
    leased: bool,
    /// When the write that is under way was sent.
    sending: Option<Moment>,
    /// What steps rely on.
    proof: Proof,
}

/// So often the record is looked at before a step, when each answer takes longer than a beat.
const LOOKS: usize = 5;

/// One look at the record, and what was known before it.
struct Look<'store, S> {
    store: &'store S,
    known: i64,
    last: StillHeld,
    holder: String,
    stack: Option<StackName>,
}

impl<S: RecordStore> Look<'_, S> {
    async fn look(&self) -> Result<StillHeld, RecordError> {
        let Some(stack) = &self.stack else { return Ok(self.last) };
        // A write of our own may have moved the generation meanwhile; only then the whole record is read.
        if self.store.generation().await? == self.known {
            return Ok(self.last);
        }
        let record = self.store.load().await?.inventory;
        if lease::is_held_by(&record, stack, &self.holder) {
            Ok(still_held(&record, &self.holder))
        } else {
            Err(RecordError::Moved)
        }
    }
}

/// What a run still holds, by a look at the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StillHeld {
    /// Its stack, and what stacks share.
    StackAndShared,
    /// Its stack.
    Stack,
}

impl StillHeld {
    /// Whether it is enough for a step that needs this.
    pub(crate) fn covers(self, needed: Self) -> bool {
        match (self, needed) {
            (Self::Stack, Self::StackAndShared) => false,
            (Self::StackAndShared | Self::Stack, Self::Stack)
            | (Self::StackAndShared, Self::StackAndShared) => true,
        }
    }
}

impl<'store, S: RecordStore> Ledger<'store, S> {
    /// Opens the record that the plan was made with. `lease` says who runs; its holder is something random.
    pub fn open(store: &'store S, versioned: Versioned, lease: Lease) -> Self {
        Self {
            store,
            rhythm: Rhythm::LIVE,
            lease,
            dead: Vec::new(),
            read: versioned.inventory.clone(),
            stored: versioned.inventory.clone(),
            current: versioned.inventory,
            generation: versioned.generation,
            owner: None,
            last_write: None,
            awaited: false,
            unsettled: Vec::new(),
            leased: false,
            sending: None,
            proof: Proof::new(Rhythm::LIVE),
        }
    }

    /// Sets how often is written.
    #[must_use]
    pub fn paced(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self.proof = self.proof.paced(rhythm);
        self
    }

    /// Lets it notice that the machine slept, for a clock that only goes on stands still meanwhile.
    #[must_use]
    pub fn timed_by(mut self, wall: WallClock) -> Self {
        self.proof = self.proof.timed_by(wall);
        self
    }

    /// Allows to take over these leases: their holders were found dead.
    #[must_use]
    pub fn taking_over(mut self, dead: Vec<Lease>) -> Self {
        self.dead = dead;
        self
    }

    /// The record as this run has it.
    pub fn inventory(&self) -> &Inventory {
        &self.current
    }

    /// Writes the plan's intents; writes nothing when the plan calls nothing. Once is enough, twice does no harm.
    ///
    /// The first of these writes takes the run's leases, too.
    ///
    /// Errors: another run has written what the plan relies on ([`RecordError::Moved`]) or holds what it needs
    /// ([`RecordError::Held`]); whatever the store says.
    pub async fn begin(&mut self, plan: &Plan) -> Result<(), RecordError> {
        if self.owner.is_some() {
            return Ok(());
        }
        if plan.record.serial != self.read.serial {
            return Err(RecordError::Moved);
        }
        self.current = plan.record.clone();
        let writes = plan.changes.iter().any(|change| change.action.writes());
        if lease::has_work(plan, &self.read) {
            let held = lease::in_the_way(plan, &self.read);
            if let Some(held) = held.into_iter().find(|held| !self.dead.contains(&held.lease)) {
                return Err(RecordError::Held(Box::new(held)));
            }
        }
        for dead in &self.dead {
            lease::give_back(&mut self.current, &plan.stack, &dead.holder);
        }
        if writes {
            lease::take(&mut self.current, plan, &self.read, &self.lease);
            self.leased = true;
        }
        if writes {
            self.sending = Some(self.proof.now());
            let writing = self.writing(&plan.stack).relying_on_what_was_read();
            let saved = writing.run(self.store).await.map_err(|unsaved| unsaved.error)?;
            self.take(saved, &plan.stack);
        }
        self.owner = Some((plan.stack.clone(), plan.goal));
        Ok(())
    }

    /// Notes that a change is done. Written with the next beat, or at the end.
    pub fn note(&mut self, change: &Change, outputs: &Outputs) {
        if let Some((stack, _)) = &self.owner {
            record::done(&mut self.current, stack, change, outputs);
        }
    }

    /// Notes that a change was never begun: its intent is taken back.
    pub fn untouched(&mut self, change: &Change) {
        if let Some((stack, _)) = &self.owner {
            record::untouched(&mut self.current, &self.read, stack, change);
        }
    }

    /// By number: the changes of a plan for which what stacks share is held.
    pub(crate) fn shared_changes(&self, plan: &Plan) -> BTreeSet<usize> {
        let changes = plan.changes.iter().enumerate();
        changes.filter(|(_, change)| lease::is_shared(change, plan, &self.read)).map(|(at, _)| at).collect()
    }

    /// Gives back what stacks share, as soon as no more of it is to be changed: others wait for it.
    pub(crate) fn shared_is_done(&mut self) {
        self.awaited |= lease::give_back_shared(&mut self.current, &self.lease.holder);
    }

    /// What this run still holds, by what is stored now: asked before each step, so that a run that was taken for dead
    /// does no more. Errors: [`RecordError::Moved`] if not even its stack; whatever the store says.
    pub(crate) fn fence(
        &self,
    ) -> impl Future<Output = Result<StillHeld, RecordError>> + Send + use<'store, S> {
        let look = Look {
            store: self.store,
            known: self.generation,
            last: still_held(&self.stored, &self.lease.holder),
            holder: self.lease.holder.clone(),
            stack: self.owner.as_ref().map(|(stack, _)| stack.clone()),
        };
        let fresh = self.fresh();
        async move {
            for _ in 0..LOOKS {
                let asked = Instant::now();
                let held = look.look().await?;
                // A process that was stopped in between would act on old news: others had time to take it for dead.
                if asked.elapsed() < fresh {
                    return Ok(held);
                }
            }
            let problem = "the record answers too slowly to tell whether this run still holds the stack";
            Err(RecordError::Cloud(CloudError::new(ErrorKind::Timeout, problem)))
        }
    }

    /// The same for what begins first. The write of the intents has shown that the stack is ours, unless its answer came
    /// late.
    pub(crate) fn first_fence(
        &self,
    ) -> impl Future<Output = Result<StillHeld, RecordError>> + Send + use<'store, S> {
        let (fence, fresh, proof) = (self.fence(), self.fresh(), self.proof.clone());
        async move {
            match proof.held_within(fresh) {
                Some(held) => Ok(held),
                None => fence.await,
            }
        }
    }

    /// What steps ask before each of their writes.
    pub(crate) fn proof(&self) -> &Proof {
        &self.proof
    }

    /// For how long a look at the record is good. Together with a beat and the longest call this stays below what others
    /// wait before they take over.
    fn fresh(&self) -> Duration {
        self.rhythm.fresh
    }

    /// After another run took something over: gives back what is still held, so that nobody has to wait for it. What
    /// cannot be given back any more is not this run's.
    pub(crate) async fn abandon(&mut self) {
        let Some((stack, _)) = self.owner.clone() else { return };
        lease::give_back(&mut self.current, &stack, &self.lease.holder);
        if let Err(Unsaved { error, .. }) = self.writing(&stack).run(self.store).await {
            debug!(%error, "nothing of the record was given back");
        }
    }

    /// Gives the leases back and writes what is not written yet. When a destroy has left no stack, the record itself is removed.
    pub async fn finish(&mut self) -> Result<(), RecordError> {
        let Some((stack, goal)) = self.owner.clone() else { return Ok(()) };
        lease::give_back(&mut self.current, &stack, &self.lease.holder);
        let nothing_left = self.current.stacks.is_empty() && self.current.shared.is_empty();
        // Even without a record: a run that was cut off may have left the place where it would be.
        if goal == Goal::Absent && nothing_left {
            match self.store.remove(self.generation).await {
                Ok(()) => {
                    debug!(%stack, "the record is empty and was removed");
                    self.generation = 0;
                    return Ok(());
                }
                // Another stack has begun meanwhile: the record stays, without ours.
                Err(RecordError::Moved) => {}
                Err(
                    error @ (RecordError::Held(_)
                    | RecordError::Unusable { .. }
                    | RecordError::Foreign { .. }
                    | RecordError::Cloud(_)),
                ) => {
                    return Err(error);
                }
            }
        }
        if self.current != self.stored {
            if let Some(due) = self.due() {
                tokio::time::sleep_until(due).await;
            }
            let writing = self.writing(&stack);
            let writing = if self.leased { writing } else { writing.relying_on_the_whole() };
            let saved = writing.run(self.store).await.map_err(|unsaved| unsaved.error)?;
            self.take(saved, &stack);
        }
        Ok(())
    }

    /// When the next write may go out; none: at once.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.last_write.map(|last| last + self.rhythm.pace)
    }

    /// When a write must go out to keep the lease alive.
    pub(crate) fn beat_due(&self) -> Option<Instant> {
        self.last_write.map(|last| last + self.rhythm.beat)
    }

    /// Whether others wait for a write.
    pub(crate) fn is_awaited(&self) -> bool {
        self.awaited
    }

    /// A write of what is noted so far, to be driven beside the work; its result goes to [`Ledger::written`].
    pub(crate) fn progress(&mut self) -> Option<Saving<'store>> {
        let (stack, _) = self.owner.clone()?;
        self.awaited = false;
        self.last_write = Some(Instant::now());
        self.sending = Some(self.proof.now());
        lease::beat(&mut self.current, &stack, &self.lease.holder);
        let writing = self.writing(&stack);
        let store = self.store;
        Some(Box::pin(async move { writing.run(store).await }))
    }

    /// Takes the result of a write beside the work. Errors: another run moved the record.
    ///
    /// Any other failure is no reason to stop: the intents are written, and the last write tries again.
    pub(crate) fn written(&mut self, result: Result<Saved, Unsaved>) -> Result<(), RecordError> {
        let Some((stack, _)) = self.owner.clone() else { return Ok(()) };
        match result {
            Ok(saved) => self.take(saved, &stack),
            Err(Unsaved { error: RecordError::Moved, .. }) => return Err(RecordError::Moved),
            Err(Unsaved { error, perhaps }) => {
                debug!(%error, "progress was not written to the record; the end of the run will");
                self.unsettled.extend(perhaps);
                self.awaited = self.current.shared_lease != self.stored.shared_lease;
            }
        }
        Ok(())
    }

    fn writing(&self, stack: &StackName) -> Writing {
        Writing::new(stack, &self.lease.holder, &self.stored, &self.current, self.generation)
            .knowing(&self.unsettled)
    }

    /// What was noted since the write began goes on top of what was written.
    fn take(&mut self, saved: Saved, stack: &StackName) {
        let Saved { sent, stored, generation } = saved;
        // `stored` carries our own part as sent, so merging cannot fail.
        if let Some(merged) = record::merge(&sent, &self.current, &stored, stack, &self.lease.holder) {
            self.current = merged;
        }
        self.stored = stored;
        self.generation = generation;
        self.unsettled.clear();
        if let Some(sent) = self.sending.take() {
            self.proof.confirm(sent, still_held(&self.stored, &self.lease.holder));
        }
        self.last_write = Some(Instant::now());
    }
}

/// What a step is told that may not go on.
pub(crate) fn lost(what: &str, error: &RecordError) -> CloudError {
    CloudError::new(ErrorKind::Stopped, format!("{what}: {error}"))
        .with_help("see who holds the stack: gemmactl record show; then run the command again")
}

fn still_held(record: &Inventory, holder: &str) -> StillHeld {
    if lease::is_shared_held_by(record, holder) { StillHeld::StackAndShared } else { StillHeld::Stack }
}
