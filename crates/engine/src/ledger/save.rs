//! One conditional write, merged with what other stacks wrote in between.

use model::{Inventory, RecordError, RecordStore, StackName, StackRecord};

use crate::record;

/// So often a write is put upon another stack's before it gives up.
const ROUNDS: usize = 5;

/// What a write came to.
#[derive(Debug)]
pub(crate) struct Saved {
    /// What was to be written.
    pub(super) sent: Inventory,
    /// What is stored now: the same, and what other stacks wrote.
    pub(super) stored: Inventory,
    pub(super) generation: i64,
}

/// A write that came to nothing, as far as is known.
#[derive(Debug)]
pub(crate) struct Unsaved {
    pub(super) error: RecordError,
    /// The stack's part of a write whose answer was lost: it may be stored.
    pub(super) perhaps: Option<Unsettled>,
}

impl From<RecordError> for Unsaved {
    fn from(error: RecordError) -> Self {
        Self { error, perhaps: None }
    }
}

/// A stack's part of the record, as a write sent it. None: the stack was to be forgotten.
pub(super) type Unsettled = Option<StackRecord>;

/// A write with everything that it needs, so that it can run beside the work.
#[derive(Debug)]
pub(super) struct Writing {
    stack: StackName,
    run: String,
    base: Inventory,
    ours: Inventory,
    generation: i64,
    reliance: Reliance,
    unsettled: Vec<Unsettled>,
}

/// What a write was decided on, and so what must not have moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reliance {
    /// What this run holds: its stack's part.
    Leases,
    /// What the plan read of shared things, too.
    SharedThings,
    /// The whole record as it was read.
    Whole,
}

impl Writing {
    pub(super) fn new(
        stack: &StackName,
        run: &str,
        base: &Inventory,
        ours: &Inventory,
        generation: i64,
    ) -> Self {
        Self {
            stack: stack.clone(),
            run: run.to_owned(),
            base: base.clone(),
            ours: ours.clone(),
            generation,
            reliance: Reliance::Leases,
            unsettled: Vec::new(),
        }
    }

    /// A write of intents: what the plan read of shared things must still stand, or it was decided on old facts.
    pub(super) fn relying_on_what_was_read(mut self) -> Self {
        self.reliance = Reliance::SharedThings;
        self
    }

    /// A write of a run that holds no lease: it is one atomic step, or none.
    pub(super) fn relying_on_the_whole(mut self) -> Self {
        self.reliance = Reliance::Whole;
        self
    }

    /// Earlier writes of this run whose answers were lost: what they sent may be what is stored.
    pub(super) fn knowing(mut self, unsettled: &[Unsettled]) -> Self {
        self.unsettled = unsettled.to_vec();
        self
    }

    /// Writes. Errors: [`RecordError::Moved`] when another run of this stack has written.
    pub(super) async fn run<S: RecordStore>(self, store: &S) -> Result<Saved, Unsaved> {
        let mut candidate = self.ours.clone();
        let mut serial = self.base.serial;
        let mut generation = self.generation;
        for _ in 0..ROUNDS {
            candidate.serial = serial + 1;
            candidate.write_id = format!("{}/{}/{}", self.run, self.stack, candidate.serial);
            match store.save(&candidate, generation).await {
                Ok(generation) => {
                    return Ok(Saved { sent: self.ours, stored: candidate, generation });
                }
                Err(RecordError::Moved) => {
                    let theirs = store.load().await?;
                    // A record that was put back to an older one knows less than what was done.
                    let is_older = theirs.inventory.serial < self.base.serial;
                    let is_ours = self.left_as_it_was(&theirs.inventory);
                    if is_older || !is_ours || !self.still_stands(&theirs.inventory) {
                        return Err(RecordError::Moved.into());
                    }
                    let (base, ours) = (&self.base, &self.ours);
                    candidate = record::merge(base, ours, &theirs.inventory, &self.stack, &self.run)
                        .ok_or(RecordError::Moved)?;
                    serial = theirs.inventory.serial;
                    generation = theirs.generation;
                }
                Err(
                    error @ (RecordError::Held(_)
                    | RecordError::Unusable { .. }
                    | RecordError::Foreign { .. }
                    | RecordError::Cloud(_)),
                ) => {
                    let perhaps = Some(candidate.stacks.remove(&self.stack));
                    return Err(Unsaved { error, perhaps });
                }
            }
        }
        Err(RecordError::Moved.into())
    }

    /// Whether the stack's part is as this run left it, be it by a write whose answer was lost.
    fn left_as_it_was(&self, theirs: &Inventory) -> bool {
        let part = theirs.stacks.get(&self.stack);
        let lost = || self.unsettled.iter().any(|sent| sent.as_ref() == part);
        part == self.base.stacks.get(&self.stack) || lost()
    }

    /// Whether what the write was decided on is as it was read: of shared things, those that this stack holds, held, or
    /// means to hold.
    fn still_stands(&self, theirs: &Inventory) -> bool {
        match self.reliance {
            Reliance::Leases => return true,
            Reliance::Whole => return false,
            Reliance::SharedThings => {}
        }
        let ours = |inventory: &Inventory, name: &String| {
            inventory.shared.get(name).is_some_and(|key| key.holders.contains(&self.stack))
        };
        let names = self.base.shared.keys().chain(self.ours.shared.keys());
        names
            .filter(|name| ours(&self.base, name) || ours(&self.ours, name))
            .all(|name| self.base.shared.get(name) == theirs.shared.get(name))
    }
}
