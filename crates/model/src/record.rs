//! The ownership record: what this stack made, what was there before, who else holds a shared switch.
//!
//! One JSON object per project, written only conditionally on its generation. Pure transitions live in the
//! engine; where it is kept is behind [`RecordStore`].

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::{CloudError, FieldPath, Json, ProjectId, ResourceId, StackName};

/// The form of the record that this program writes. Of newer ones it reads those that say it may.
pub const SCHEMA: u32 = 3;

/// The oldest form whose readers understand what this program writes: older ones know neither where an entry's stamp
/// bears another name, nor that nobody knows what was there before.
pub const MIN_READER: u32 = 3;

/// The whole record of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// Form of the record.
    pub schema: u32,
    /// The oldest form whose readers may use it. A reader of an older one must leave it alone.
    #[serde(default)]
    pub min_reader: u32,
    /// The project it speaks about; another one is refused.
    pub project: ProjectId,
    /// The project's number, once a write has learned it: ids are easily mistaken for each other, numbers are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_number: Option<String>,
    /// Counts the writes.
    pub serial: u64,
    /// The random mark of the last write, by which a writer whose answer was lost knows its own.
    #[serde(default)]
    pub write_id: String,
    /// Stacks by name.
    #[serde(default)]
    pub stacks: BTreeMap<StackName, StackRecord>,
    /// What several stacks may hold, by full name.
    #[serde(default)]
    pub shared: BTreeMap<String, SharedKey>,
    /// Who changes what several stacks hold: one run at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_lease: Option<Lease>,
    /// What a newer form says beyond this one: written back as it was read.
    #[serde(flatten)]
    pub other: BTreeMap<String, Json>,
}

impl Inventory {
    /// The record of a project in which nothing was made yet.
    pub fn new(project: ProjectId) -> Self {
        Self {
            schema: SCHEMA,
            min_reader: MIN_READER,
            project,
            project_number: None,
            serial: 0,
            write_id: String::new(),
            stacks: BTreeMap::new(),
            shared: BTreeMap::new(),
            shared_lease: None,
            other: BTreeMap::new(),
        }
    }

    /// The entry of a resource of a stack.
    pub fn entry(&self, stack: &StackName, id: &ResourceId) -> Option<&Entry> {
        self.stacks.get(stack)?.entries.get(id)
    }
}

/// The right of one run to change a stack, or what stacks share, for as long as its beat goes on.
///
/// Nothing compares times: whoever waits looks whether the beat changes, by its own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// The random mark of the run.
    pub holder: String,
    /// Grows with each write of the holder.
    pub beat: u64,
    /// Who runs it, for people.
    #[serde(default)]
    pub who: String,
    /// What it does, such as `apply`, for people.
    #[serde(default)]
    pub operation: String,
    /// When it began (RFC 3339), for people.
    #[serde(default)]
    pub started: String,
    /// What a newer form says beyond this one: written back as it was read.
    #[serde(flatten)]
    pub other: BTreeMap<String, Json>,
}

/// What one stack made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackRecord {
    /// Entries by resource.
    #[serde(default)]
    pub entries: BTreeMap<ResourceId, Entry>,
    /// The run that changes the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// How many runs have held it: tells that one came and went since the record was read, even if it left every entry
    /// as it was.
    #[serde(default)]
    pub runs: u64,
    /// What a newer form says beyond this one: written back as it was read.
    #[serde(flatten)]
    pub other: BTreeMap<String, Json>,
}

/// How far a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// To be made or changed; whether it was done is not known.
    Intent,
    /// It is there.
    Present,
    /// To be deleted; whether it was done is not known.
    Removing,
}

/// How it came to this stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// This stack made it.
    Created,
    /// It was there and was taken over.
    Adopted,
    /// The record was lost, and its stamp says that this stack made it. Nobody knows what was there before.
    Recovered,
}

/// Whether it was there before any stack touched it. Written once, never replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Prior {
    /// It was not.
    Absent,
    /// It was.
    Present,
    /// Nobody knows: the record was lost when it was noted.
    Unknown,
}

/// What is known of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Full name of the thing in the cloud.
    pub full_name: String,
    /// How far it is.
    pub state: State,
    /// How it came to the stack.
    pub origin: Origin,
    /// Whether it was there before.
    pub prior: Prior,
    /// What tells it from a later namesake, where the API gives such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Fields as the spec last asked for them; long texts as `sha256:` digests. Tells an edit from drift.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub applied: BTreeMap<FieldPath, Json>,
    /// For adopted things: what our changes replaced (null: was not there).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub before: BTreeMap<FieldPath, Json>,
    /// What it was made after, for deleting in the right order when the spec no longer tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<ResourceId>,
    /// What its kind needs to recall it ([`crate::Resource::remember`]).
    #[serde(default)]
    pub remembered: Json,
    /// Earlier names of this stack that its stamp may still bear. The next apply rewrites the stamp.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stamps: BTreeSet<StackName>,
    /// Of a service: revisions that an apply gave all requests to, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub served: Vec<String>,
    /// Of a service: the revision that `rollback` gave all requests to, until the next apply of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back: Option<String>,
    /// What a newer form says beyond this one: written back as it was read.
    #[serde(flatten)]
    pub other: BTreeMap<String, Json>,
}

/// Something that several stacks may hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedKey {
    /// Whether it was there before any stack. Written once.
    pub prior: Prior,
    /// The stacks that need it.
    pub holders: BTreeSet<StackName>,
    /// What a newer form says beyond this one: written back as it was read.
    #[serde(flatten)]
    pub other: BTreeMap<String, Json>,
}

/// A record as read, with the generation that a conditional write needs; 0 when there is none yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned {
    /// The record.
    pub inventory: Inventory,
    /// Generation of the object it was read from; 0: there is no such object.
    pub generation: i64,
}

/// What can go wrong with the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Another writer was faster: read and plan again.
    #[error("the ownership record was changed by another run")]
    Moved,
    /// Another run holds the stack, or what stacks share.
    #[error("another run holds {}: {}", .0.what, .0.lease.said())]
    Held(Box<Held>),
    /// It cannot be understood; nothing is done.
    #[error("the ownership record {location} cannot be used: {problem}")]
    Unusable {
        /// `gs://bucket/inventory.json`.
        location: String,
        /// What is wrong.
        problem: String,
    },
    /// The record's bucket belongs to another project.
    #[error("the record's bucket {bucket} belongs to another project")]
    Foreign {
        /// The bucket.
        bucket: String,
    },
    /// The cloud did not answer.
    #[error("the ownership record")]
    Cloud(#[source] CloudError),
}

impl RecordError {
    /// The same of a write after which things are not as they were before.
    #[must_use]
    pub fn begun(self) -> Self {
        match self {
            Self::Cloud(error) => Self::Cloud(error.begun()),
            other @ (Self::Moved | Self::Held(_) | Self::Unusable { .. } | Self::Foreign { .. }) => other,
        }
    }
}

/// A lease that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What is held.
    pub what: HeldThing,
    /// By whom.
    pub lease: Lease,
}

/// What a lease is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldThing {
    /// A stack.
    Stack(StackName),
    /// What several stacks may hold: APIs and the project's role members.
    Shared,
}

impl std::fmt::Display for HeldThing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stack(stack) => write!(formatter, "stack {stack}"),
            Self::Shared => formatter.write_str("the APIs and role members that stacks share"),
        }
    }
}

impl Lease {
    /// `apply by me (process 4711), since 2026-11-23T10:00:00Z`
    pub fn said(&self) -> String {
        let operation = if self.operation.is_empty() { "a run" } else { &self.operation };
        let who = if self.who.is_empty() { "somebody" } else { &self.who };
        let since = if self.started.is_empty() { "an unknown time" } else { &self.started };
        format!("{operation} by {who}, since {since}")
    }
}

/// Where the record is kept.
pub trait RecordStore: Send + Sync {
    /// Reads it. A missing bucket or object is an empty record of generation 0; forbidden is an error.
    fn load(&self) -> impl Future<Output = Result<Versioned, RecordError>> + Send;

    /// The generation that is stored now, without the record: what a run looks at before each step. 0: none.
    fn generation(&self) -> impl Future<Output = Result<i64, RecordError>> + Send;

    /// Writes it if the stored generation is still `generation`, making the bucket first when there is none.
    /// A lost answer is settled by reading back. Gives the new generation.
    fn save(
        &self,
        inventory: &Inventory,
        generation: i64,
    ) -> impl Future<Output = Result<i64, RecordError>> + Send;

    /// Deletes the record if the stored generation is still `generation`, and then its bucket. With generation 0 there
    /// is no record, and only a bucket that was made for one and has none goes.
    /// A bucket that is not empty stays: another stack has begun.
    fn remove(&self, generation: i64) -> impl Future<Output = Result<(), RecordError>> + Send;
}
