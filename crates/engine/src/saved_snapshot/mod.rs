//! Saved snapshots: the live reads that a plan of one spec needs, as data, and a plan made from them alone. It needs no
//! credentials and no network, and comes out as the live plan would: the fingerprint is the same.
//!
//! [`Recorder`] keeps what passes between a plan and its cloud, [`SavedSnapshot`] answers with it in place of cloud and record
//! store, `file` is its form. Values that look like secrets are hidden before they are kept. Knows no kind and no file system.

mod answer;
mod file;
mod recorder;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use model::{
    ApiRequest, Cloud, CloudError, Done, Entry, ErrorKind, Found, Inventory, Json, ProjectId, RecordError,
    RecordStore, StackName, StackRecord, Step, Supervisor, Versioned,
};

pub use file::{ReadError, VERSION};
pub use recorder::Recorder;

/// What was read for the plans of one stack.
#[derive(Debug)]
pub struct SavedSnapshot {
    /// Where.
    pub project: ProjectId,
    /// Whose.
    pub stack: StackName,
    /// Who ran, where that was known without asking: it decides which roles may be given without asking.
    pub caller: Option<String>,
    record: Versioned,
    answers: Answers,
    missing: Mutex<BTreeSet<String>>,
}

/// Answers by the text of their request, which also gives their order.
type Answers = BTreeMap<String, Kept>;

/// A read with what came of it.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    request: ApiRequest,
    answer: Result<Found, CloudError>,
}

impl SavedSnapshot {
    /// The snapshot of a stack: what was recorded, and what the record says of this stack and of what stacks share. Of
    /// leases nothing is kept, and of other stacks only which of their things may bear this stack's name, which was
    /// theirs before.
    pub fn new<C: Cloud>(
        stack: StackName,
        caller: Option<String>,
        record: &Versioned,
        recorder: Recorder<'_, C>,
    ) -> Self {
        let Versioned { inventory, generation } = record;
        let mut kept = Inventory::new(inventory.project.clone());
        kept.project_number.clone_from(&inventory.project_number);
        kept.serial = inventory.serial;
        kept.shared.clone_from(&inventory.shared);
        kept.stacks.extend(inventory.stacks.get(&stack).map(|entries| {
            let mut entries = entries.clone();
            entries.lease = None;
            (stack.clone(), entries)
        }));
        let others = inventory.stacks.iter().filter(|(other, _)| **other != stack);
        kept.stacks
            .extend(others.filter_map(|(other, record)| Some((other.clone(), renamed(record, &stack)?))));
        Self {
            project: inventory.project.clone(),
            stack,
            caller,
            record: Versioned { inventory: kept, generation: *generation },
            answers: recorder.into_answers(),
            missing: Mutex::default(),
        }
    }

    /// How many reads it holds.
    pub fn reads(&self) -> usize {
        self.answers.len()
    }

    /// The reads that failed, with their problems.
    pub fn failed(&self) -> impl Iterator<Item = (String, &CloudError)> {
        self.answers.values().filter_map(|kept| Some((kept.request.shown(), kept.answer.as_ref().err()?)))
    }

    /// The reads that were asked for and are not in it, in order.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// What of another stack may bear a name in its stamp that it had before: its things by their names, and no more. None: nothing.
fn renamed(record: &StackRecord, stack: &StackName) -> Option<StackRecord> {
    let bear = record.entries.iter().filter(|(_, entry)| entry.stamps.contains(stack));
    let entries: BTreeMap<_, _> = bear
        .map(|(id, entry)| {
            let kept = Entry {
                applied: BTreeMap::new(),
                before: BTreeMap::new(),
                after: Vec::new(),
                remembered: Json::Null,
                other: BTreeMap::new(),
                ..entry.clone()
            };
            (id.clone(), kept)
        })
        .collect();
    (!entries.is_empty()).then(|| StackRecord { entries, ..StackRecord::default() })
}

/// What tells one request from every other.
fn key(request: &ApiRequest) -> String {
    format!(
        "{}/{} {} {:?} {:?} {:?}",
        request.api.host(),
        request.path,
        request.method.as_str(),
        request.query,
        request.body,
        request.pages
    )
}

fn written() -> CloudError {
    CloudError::new(ErrorKind::Local, "a saved snapshot is only read")
}

impl Cloud for SavedSnapshot {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        if let Some(kept) = self.answers.get(&key(request)) {
            return kept.answer.clone();
        }
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).insert(request.shown());
        Err(CloudError::new(ErrorKind::Local, "this read is not in the snapshot").at(request))
    }

    async fn run(&self, _: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        Err(written())
    }
}

impl RecordStore for SavedSnapshot {
    async fn load(&self) -> Result<Versioned, RecordError> {
        Ok(self.record.clone())
    }

    async fn generation(&self) -> Result<i64, RecordError> {
        Ok(self.record.generation)
    }

    async fn save(&self, _: &Inventory, _: i64) -> Result<i64, RecordError> {
        Err(RecordError::Cloud(written()))
    }

    async fn remove(&self, _: i64) -> Result<(), RecordError> {
        Err(RecordError::Cloud(written()))
    }
}
