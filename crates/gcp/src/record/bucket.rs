//! The record's bucket: made when there is none, never written into when it belongs to another project.
//! Bucket names are global, so anyone can own the one that we expect.

use model::{Api, ApiRequest, Found, Json, RecordError, Unsupervised};

use tokio::time::Instant;

use super::object::generation_of;
use super::{BucketRecord, OBJECT};
use crate::caused::NAME_REUSE;
use crate::errors::{Failure, Fate, Reason};
use crate::steps::encoded;

/// Attempts in all to make a bucket, while it is not known whether one of them was carried out and none has made one.
const UNKNOWN: u32 = 6;

/// Whether the bucket is known to be the project's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ownership {
    Unknown,
    /// It is, and the project has this number where the API has said it.
    Ours(Option<String>),
}

impl BucketRecord<'_> {
    /// Makes sure, once a run, that the bucket is there and belongs to the project. Gives the project's number.
    pub(super) async fn ensure_bucket(&self) -> Result<Option<String>, RecordError> {
        let mut checked = self.checked.lock().await;
        if let Ownership::Ours(number) = &*checked {
            return Ok(number.clone());
        }
        let number = match self.listed().await? {
            Some(bucket) => number_of(&bucket),
            None => self.create_bucket().await?,
        };
        *checked = Ownership::Ours(number.clone());
        Ok(number)
    }

    /// Whether the project's own list of buckets has it. A read of the bucket itself would also find a foreign one.
    async fn is_listed(&self) -> Result<bool, RecordError> {
        self.listed().await.map(|bucket| bucket.is_some())
    }

    /// Whether there is a bucket that was made for a record and has none: a run was cut off before it wrote the first
    /// one, or after it deleted the last one. Who may not look has nothing to take away.
    pub(super) async fn is_left_over(&self) -> bool {
        let marked = |bucket: Json| bucket.pointer("/labels/gemmactl-record").is_some();
        self.listed().await.ok().flatten().is_some_and(marked)
    }

    pub(super) async fn listed(&self) -> Result<Option<Json>, RecordError> {
        let list = ApiRequest::get(Api::Storage, "storage/v1/b")
            .with_query("project", self.project.as_str())
            .with_query("prefix", self.bucket.as_str())
            .with_query("fields", "items(name,labels,projectNumber),nextPageToken")
            .with_pages("items");
        let body = match self.cloud.all_pages(&list).await {
            Ok(body) => body,
            Err(failure) => return Err(RecordError::Cloud(self.cloud.explain(failure, &list))),
        };
        let mut buckets = body.get("items").and_then(Json::as_array).into_iter().flatten();
        let ours = |bucket: &&Json| bucket.get("name").and_then(Json::as_str) == Some(self.bucket.as_str());
        Ok(buckets.find(ours).cloned())
    }

    async fn create_bucket(&self) -> Result<Option<String>, RecordError> {
        let create = ApiRequest::post(
            Api::Storage,
            "storage/v1/b",
            serde_json::json!({
                "name": self.bucket,
                "location": self.location.as_str(),
                "labels": { "gemmactl-record": "true" },
                "iamConfiguration": {
                    "uniformBucketLevelAccess": { "enabled": true },
                    "publicAccessPrevention": "enforced",
                },
                "versioning": { "enabled": true },
                "lifecycle": { "rule": [
                    { "action": { "type": "Delete" }, "condition": { "numNewerVersions": 20 } },
                ] },
            }),
        )
        .with_query("project", self.project.as_str());
        let began = Instant::now();
        let mut attempt = 0;
        let failure = loop {
            attempt += 1;
            let failure = match self.cloud.ask(&create, &Unsupervised).await {
                Ok(made) => return Ok(number_of(&made)),
                Err(failure) => failure,
            };
            let again = if failure.fate == Fate::PerhapsDone {
                match self.listed().await? {
                    Some(bucket) => return Ok(number_of(&bucket)),
                    None => attempt < UNKNOWN,
                }
            } else {
                began.elapsed() < NAME_REUSE.min(self.cloud.pace.propagation) && self.is_going(&failure).await
            };
            if !again {
                break failure;
            }
            tokio::time::sleep(self.cloud.pace.backoff(attempt).max(self.cloud.pace.poll_floor)).await;
        };
        // Another run may have made it in between, or someone else owns the name.
        let exists = failure.problem().is_some_and(|problem| {
            matches!(problem.reason(), Reason::Exists | Reason::Aborted | Reason::Denied)
        });
        let denied = failure.problem().is_some_and(|problem| problem.reason() == Reason::Denied);
        let error = RecordError::Cloud(self.cloud.explain(failure, &create));
        if !exists {
            return Err(error);
        }
        match (self.listed().await?, denied) {
            (Some(bucket), _) => Ok(number_of(&bucket)),
            (None, true) => Err(error),
            (None, false) => Err(RecordError::Foreign { bucket: self.bucket.clone() }),
        }
    }

    /// Whether a name is taken although no bucket has it: a destroy took away the one that had it not long ago. A
    /// stranger's bucket would be refused, not absent.
    async fn is_going(&self, failure: &Failure) -> bool {
        let taken = failure
            .problem()
            .is_some_and(|problem| matches!(problem.reason(), Reason::Exists | Reason::Aborted));
        let get = ApiRequest::get(Api::Storage, format!("storage/v1/b/{}", encoded(&self.bucket)));
        taken && matches!(self.cloud.find(&get).await, Ok(Found::Absent))
    }

    /// Tells a bucket of ours that we may not read from one that is not ours.
    pub(super) async fn denied_or_foreign(&self, denied: RecordError) -> RecordError {
        match self.is_listed().await {
            Ok(false) => RecordError::Foreign { bucket: self.bucket.clone() },
            Ok(true) | Err(_) => denied,
        }
    }

    /// Deletes the generations of the record up to the one that was deleted; a newer one is another stack's beginning.
    /// Without one that was deleted, all of them, unless there is a record again.
    pub(super) async fn delete_old_versions(&self, newest: i64) -> Result<(), RecordError> {
        let list = ApiRequest::get(Api::Storage, format!("storage/v1/b/{}/o", encoded(&self.bucket)))
            .with_query("versions", "true")
            .with_query("prefix", OBJECT)
            .with_query("fields", "items(name,generation,timeDeleted),nextPageToken")
            .with_pages("items");
        let Some(body) = self.cloud.list(&list).await.map_err(RecordError::Cloud)? else { return Ok(()) };
        let objects = || {
            let objects = body.get("items").and_then(Json::as_array).into_iter().flatten();
            objects.filter(|object| object.get("name").and_then(Json::as_str) == Some(OBJECT))
        };
        let none_is_live = newest == 0 && objects().all(|object| object.get("timeDeleted").is_some());
        for object in objects() {
            if none_is_live || generation_of(object).is_some_and(|generation| generation <= newest) {
                self.cloud
                    .delete_object(&self.bucket, object, &Unsupervised)
                    .await
                    .map_err(RecordError::Cloud)?;
            }
        }
        Ok(())
    }

    /// Deletes the bucket. One that is not empty stays: Cloud Storage refuses, so another stack's record is safe.
    pub(super) async fn delete_bucket(&self) -> Result<(), RecordError> {
        let delete = ApiRequest::delete(Api::Storage, format!("storage/v1/b/{}", encoded(&self.bucket)));
        match self.cloud.ask(&delete, &Unsupervised).await {
            Ok(_) => Ok(()),
            Err(failure) => match failure.problem().map(crate::errors::Problem::reason) {
                Some(Reason::NotFound | Reason::Aborted | Reason::Exists) => Ok(()),
                _ => Err(RecordError::Cloud(self.cloud.explain(failure, &delete))),
            },
        }
    }
}

/// The number of the project that a bucket is in: text, as 64-bit integers are in JSON answers.
pub(super) fn number_of(bucket: &Json) -> Option<String> {
    match bucket.get("projectNumber")? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
