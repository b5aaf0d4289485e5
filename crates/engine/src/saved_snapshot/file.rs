//! The form of saved snapshots: JSON, version 1. Equal snapshots give equal bytes; a file is any bytes until it is read.

use std::collections::BTreeMap;
use std::sync::Mutex;

use model::{Inventory, Json, ProjectId, StackName, Versioned};
use serde::{Deserialize, Serialize};

use super::answer::ReadPart;
use super::{Kept, SavedSnapshot, key};

/// The version of this form.
pub const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    version: u64,
    project: String,
    stack: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
    record: RecordPart,
    reads: Vec<ReadPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordPart {
    generation: i64,
    inventory: Inventory,
}

/// Why a text is no saved snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It has a form that this program does not know.
    #[error("it has version {0} of the form of snapshots; this gemmactl reads version {VERSION}")]
    OtherVersion(u64),
    /// It is something else, or damaged.
    #[error("it is no snapshot: {0}")]
    Malformed(String),
}

impl SavedSnapshot {
    /// The file's text.
    pub fn text(&self) -> String {
        let file = File {
            version: VERSION,
            project: self.project.to_string(),
            stack: self.stack.to_string(),
            caller: self.caller.clone(),
            record: RecordPart {
                generation: self.record.generation,
                inventory: self.record.inventory.clone(),
            },
            reads: self.answers.values().map(ReadPart::from).collect(),
        };
        // Keys are texts, so this does not fail.
        format!("{}\n", serde_json::to_string_pretty(&file).unwrap_or_default())
    }

    /// Reads a file. Errors: it is none, or of another version, or contradicts itself.
    pub fn read(text: &[u8]) -> Result<Self, ReadError> {
        let malformed = |problem: &dyn std::fmt::Display| ReadError::Malformed(problem.to_string());
        let value: Json = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
        match value.get("version").and_then(Json::as_u64) {
            Some(VERSION) if value.get("reads").is_some() => {}
            Some(VERSION) => return Err(malformed(&"it has no `reads`")),
            Some(version) => return Err(ReadError::OtherVersion(version)),
            None => return Err(malformed(&"it has no `version`")),
        }
        let file: File = serde_json::from_value(value).map_err(|error| malformed(&error))?;
        let project = ProjectId::parse(&file.project).map_err(|error| malformed(&error))?;
        let stack = StackName::parse(&file.stack).map_err(|error| malformed(&error))?;
        let inventory = file.record.inventory;
        if inventory.schema != model::record::SCHEMA {
            return Err(malformed(&format!("its record has form {}", inventory.schema)));
        }
        if inventory.project != project {
            return Err(malformed(&format!(
                "it is of project {project}, its record of {}",
                inventory.project
            )));
        }
        let mut answers = BTreeMap::new();
        for part in file.reads {
            let kept = Kept::try_from(part).map_err(|problem| malformed(&problem))?;
            let (key, shown) = (key(&kept.request), kept.request.shown());
            if answers.insert(key, kept).is_some() {
                return Err(malformed(&format!("it has two answers to {shown}")));
            }
        }
        let record = Versioned { inventory, generation: file.record.generation };
        Ok(Self { project, stack, caller: file.caller, record, answers, missing: Mutex::default() })
    }
}
