//! A record in memory with a generation, and writers that get in between.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use model::{CloudError, ErrorKind, Inventory, RecordError, RecordStore, Versioned};

type Between = Box<dyn FnOnce(&mut Inventory) + Send>;

#[derive(Default)]
pub(crate) struct Store {
    pub(crate) kept: Mutex<Option<(Inventory, i64)>>,
    /// Every inventory that was written.
    pub(crate) saves: Mutex<Vec<Inventory>>,
    /// What other writers do just before a write or removal, one for each.
    between: Mutex<VecDeque<Option<Between>>>,
    /// Writes that fail, counted from now; `true` fails.
    failing: Mutex<VecDeque<bool>>,
    /// Writes whose answers are lost, counted from now; `true` is.
    losing: Mutex<VecDeque<bool>>,
    /// How long an answer takes in milliseconds; half of it passes before anything happens.
    takes: Mutex<u64>,
}

impl Store {
    pub(crate) fn inventory(&self) -> Option<Inventory> {
        self.kept.lock().unwrap().as_ref().map(|(inventory, _)| inventory.clone())
    }

    /// What `record rename` does.
    pub(crate) fn rename(&self, old: &str, new: &str) {
        let mut kept = self.kept.lock().unwrap();
        let (inventory, generation) = kept.take().unwrap();
        let (old, new) = (super::stack(old), super::stack(new));
        let renamed = engine::rename(&inventory, &old, &new, "rename", Clone::clone).unwrap();
        *kept = Some((renamed, generation + 1));
    }

    pub(crate) fn before_write(&self, number: usize, other: impl FnOnce(&mut Inventory) + Send + 'static) {
        let mut between = self.between.lock().unwrap();
        while between.len() <= number {
            between.push_back(None);
        }
        between[number] = Some(Box::new(other));
    }

    pub(crate) fn fail_writes(&self, pattern: &[bool]) {
        self.failing.lock().unwrap().extend(pattern);
    }

    pub(crate) fn lose_answers_of_writes(&self, pattern: &[bool]) {
        self.losing.lock().unwrap().extend(pattern);
    }

    /// Writes work again.
    pub(crate) fn heal(&self) {
        self.failing.lock().unwrap().clear();
        self.losing.lock().unwrap().clear();
    }

    pub(crate) fn slow(&self, millis: u64) {
        *self.takes.lock().unwrap() = millis;
    }

    async fn travel(&self) {
        let half = *self.takes.lock().unwrap() / 2;
        if half > 0 {
            tokio::time::sleep(Duration::from_millis(half)).await;
        }
    }

    /// What is kept, after the writer that gets in between.
    fn kept_after_others(&self) -> MutexGuard<'_, Option<(Inventory, i64)>> {
        let other = self.between.lock().unwrap().pop_front().flatten();
        let mut kept = self.kept.lock().unwrap();
        if let Some(other) = other {
            let (mut inventory, generation) =
                kept.take().unwrap_or_else(|| (Inventory::new(super::project()), 0));
            other(&mut inventory);
            inventory.serial += 1;
            *kept = Some((inventory, generation + 1));
        }
        kept
    }

    pub(crate) fn count(&self) -> usize {
        self.saves.lock().unwrap().len()
    }
}

impl RecordStore for Store {
    async fn load(&self) -> Result<Versioned, RecordError> {
        self.travel().await;
        let read = match &*self.kept.lock().unwrap() {
            Some((inventory, generation)) => {
                Versioned { inventory: inventory.clone(), generation: *generation }
            }
            None => Versioned { inventory: Inventory::new(super::project()), generation: 0 },
        };
        self.travel().await;
        Ok(read)
    }

    async fn generation(&self) -> Result<i64, RecordError> {
        self.travel().await;
        let generation = self.kept.lock().unwrap().as_ref().map_or(0, |(_, generation)| *generation);
        self.travel().await;
        Ok(generation)
    }

    async fn save(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
        self.travel().await;
        let saved = self.saved(inventory, generation);
        self.travel().await;
        saved
    }

    async fn remove(&self, generation: i64) -> Result<(), RecordError> {
        self.travel().await;
        let removed = self.removed(generation);
        self.travel().await;
        removed
    }
}

impl Store {
    fn saved(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
        let mut kept = self.kept_after_others();
        if self.failing.lock().unwrap().pop_front() == Some(true) {
            return Err(RecordError::Cloud(CloudError::new(ErrorKind::Unavailable, "503")));
        }
        if kept.as_ref().map_or(0, |(_, generation)| *generation) != generation {
            return Err(RecordError::Moved);
        }
        // What is written can be read again.
        let text = serde_json::to_string(inventory).unwrap();
        assert_eq!(serde_json::from_str::<Inventory>(&text).unwrap(), *inventory);
        self.saves.lock().unwrap().push(inventory.clone());
        *kept = Some((inventory.clone(), generation + 1));
        if self.losing.lock().unwrap().pop_front() == Some(true) {
            return Err(RecordError::Cloud(CloudError::new(ErrorKind::Unavailable, "the answer was lost")));
        }
        Ok(generation + 1)
    }

    fn removed(&self, generation: i64) -> Result<(), RecordError> {
        let mut kept = self.kept_after_others();
        if kept.as_ref().map_or(0, |(_, generation)| *generation) != generation {
            return Err(RecordError::Moved);
        }
        *kept = None;
        Ok(())
    }
}
