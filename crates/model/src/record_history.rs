//! What Cloud Storage keeps of the ownership record: its present generation, older ones, and deleted ones. Knows no
//! place where it is kept.

use crate::Inventory;

/// One generation of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordVersion {
    /// Its generation: grows with each write.
    pub generation: i64,
    /// When it was written (RFC 3339), as the API says.
    pub written: String,
    /// What became of it.
    pub standing: Standing,
    /// What it says.
    pub content: VersionContent,
}

/// What became of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is the record.
    Present,
    /// It was, and is kept.
    Older,
    /// It was deleted for good, and can be restored for a while.
    Deleted {
        /// Until when (RFC 3339), as the API says.
        until: String,
    },
}

/// What a generation says.
#[derive(Debug, Clone, PartialEq)]
pub enum VersionContent {
    /// A whole record of this project.
    Record(Box<Inventory>),
    /// No record that can be used: damaged, of a newer form, or of another project. What is wrong, as a fragment.
    Unusable(String),
    /// Nobody can read it while it is deleted.
    Unread,
}

impl RecordVersion {
    /// The record that it says, if it can be used.
    pub fn record(&self) -> Option<&Inventory> {
        match &self.content {
            VersionContent::Record(inventory) => Some(inventory),
            VersionContent::Unusable(_) | VersionContent::Unread => None,
        }
    }
}
