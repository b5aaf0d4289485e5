//! One conditional write, merged with what other stacks wrote in between.

use model::{Inventory, RecordError, RecordStore, StackName};

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

/// A write with everything that it needs, so that it can run beside the work.
#[derive(Debug)]
pub(super) struct Writing {
    stack: StackName,
    run: String,
    base: Inventory,
    ours: Inventory,
    generation: i64,
    strict: bool,
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
            strict: false,
        }
    }

    /// A write of intents: what the plan read of shared things must still stand, or it was decided on old facts.
    pub(super) fn relying_on_what_was_read(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Writes. Errors: [`RecordError::Moved`] when another run of this stack has written.
    pub(super) async fn run<S: RecordStore>(self, store: &S) -> Result<Saved, RecordError> {
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
                    if self.strict && !self.still_stands(&theirs.inventory) {
                        return Err(RecordError::Moved);
                    }
                    candidate = record::merge(&self.base, &self.ours, &theirs.inventory, &self.stack)
                        .ok_or(RecordError::Moved)?;
                    serial = theirs.inventory.serial;
                    generation = theirs.generation;
                }
                Err(
                    error @ (RecordError::Held(_)
                    | RecordError::Unusable { .. }
                    | RecordError::Foreign { .. }
                    | RecordError::Cloud(_)),
                ) => return Err(error),
            }
        }
        Err(RecordError::Moved)
    }

    /// Whether the shared things that this stack holds, held, or means to hold are as they were read.
    fn still_stands(&self, theirs: &Inventory) -> bool {
        let ours = |inventory: &Inventory, name: &String| {
            inventory.shared.get(name).is_some_and(|key| key.holders.contains(&self.stack))
        };
        let names = self.base.shared.keys().chain(self.ours.shared.keys());
        names
            .filter(|name| ours(&self.base, name) || ours(&self.ours, name))
            .all(|name| self.base.shared.get(name) == theirs.shared.get(name))
    }
}
