//! The record's object: read with its generation in one round trip, written and deleted conditionally.

use model::{
    Api, ApiRequest, Body, CloudError, ErrorKind, Inventory, Json, Method, RecordError, Unsupervised,
    Versioned,
};

use super::decode::decode;
use super::{BucketRecord, OBJECT};
use crate::errors::{Failure, Fate, Reason, Speaker};
use crate::http::{Answer, Outgoing};
use crate::retry::Repeat;

impl BucketRecord<'_> {
    pub(super) fn object_path(&self) -> String {
        format!("storage/v1/b/{}/o/{OBJECT}", self.bucket)
    }

    /// Reads the object. Only the API's own "not found" means that there is none. What cannot be understood is read once
    /// more: it may have been damaged on its way.
    pub(super) async fn read_object(&self) -> Result<Option<Versioned>, RecordError> {
        match self.read_once().await {
            Err(RecordError::Unusable { .. }) => self.read_once().await,
            read => read,
        }
    }

    async fn read_once(&self) -> Result<Option<Versioned>, RecordError> {
        let request = ApiRequest::get(Api::Storage, self.object_path()).with_query("alt", "media");
        let answer = match self.media(&request).await {
            Ok(answer) => answer,
            Err(failure) if is_absent(&failure) => return Ok(None),
            Err(failure) => return Err(self.unreadable(failure, &request).await),
        };
        // The media of an object comes with its generation in a header; where a proxy strips it, the metadata is
        // read and then exactly that generation.
        match answer.header("x-goog-generation").and_then(|text| text.parse().ok()) {
            Some(generation) => self.understood(&answer.body, generation).map(Some),
            None => self.read_by_metadata().await,
        }
    }

    async fn read_by_metadata(&self) -> Result<Option<Versioned>, RecordError> {
        let metadata = ApiRequest::get(Api::Storage, self.object_path());
        let found = match self.cloud.ask(&metadata, &Unsupervised).await {
            Ok(found) => found,
            Err(failure) if is_absent(&failure) => return Ok(None),
            Err(failure) => return Err(self.unreadable(failure, &metadata).await),
        };
        let Some(generation) = generation_of(&found) else {
            return Err(self.unusable("the object has no generation"));
        };
        let media = ApiRequest::get(Api::Storage, self.object_path())
            .with_query("alt", "media")
            .with_query("generation", generation.to_string());
        match self.media(&media).await {
            Ok(answer) => self.understood(&answer.body, generation).map(Some),
            Err(failure) if is_absent(&failure) => Err(RecordError::Moved),
            Err(failure) => Err(self.unreadable(failure, &media).await),
        }
    }

    /// The generation alone; 0: there is no object. A fraction of the record, which may be large.
    pub(super) async fn read_generation(&self) -> Result<i64, RecordError> {
        let request = ApiRequest::get(Api::Storage, self.object_path()).with_query("fields", "generation");
        match self.cloud.ask(&request, &Unsupervised).await {
            Ok(found) => generation_of(&found).ok_or_else(|| self.unusable("the object has no generation")),
            Err(failure) if is_absent(&failure) => Ok(0),
            Err(failure) => Err(self.unreadable(failure, &request).await),
        }
    }

    pub(super) async fn media(&self, request: &ApiRequest) -> Result<Answer, Failure> {
        let outgoing = Outgoing::new(&self.cloud.target.endpoint, request)?;
        self.cloud.exchange(&outgoing, Repeat::Safe, &Unsupervised).await
    }

    /// Understands the object. A newer form, another project or anything else unexpected stops everything.
    fn understood(&self, bytes: &[u8], generation: i64) -> Result<Versioned, RecordError> {
        let inventory = decode(bytes, &self.project).map_err(|problem| self.unusable(&problem))?;
        Ok(Versioned { inventory, generation })
    }

    /// Writes the object if its generation is still the given one.
    pub(super) async fn write_object(
        &self,
        inventory: &Inventory,
        generation: i64,
    ) -> Result<i64, RecordError> {
        let bytes = model::encoding::encode(inventory).map_err(|error| {
            RecordError::Cloud(CloudError::new(
                ErrorKind::Local,
                format!("writing the record as JSON: {error}"),
            ))
        })?;
        let mut request =
            ApiRequest::new(Api::Storage, Method::Post, format!("upload/storage/v1/b/{}/o", self.bucket))
                .with_query("uploadType", "media")
                .with_query("name", OBJECT)
                .with_query("ifGenerationMatch", generation.to_string());
        request.body = Body::Bytes { content_type: "application/json".to_owned(), bytes };
        match self.cloud.ask(&request, &Unsupervised).await {
            Ok(object) => {
                generation_of(&object).ok_or_else(|| self.unusable("the written object has no generation"))
            }
            Err(failure) => {
                // A bucket that is gone was taken away by the destroy of another run.
                let moved = failure.problem().is_some_and(|problem| {
                    matches!(problem.reason(), Reason::Precondition | Reason::NotFound)
                });
                if !moved && failure.fate == Fate::NotDone {
                    return Err(RecordError::Cloud(self.cloud.explain(failure, &request)));
                }
                // An attempt may have been carried out whose answer was lost.
                match self.read_object().await? {
                    Some(found)
                        if !inventory.write_id.is_empty()
                            && found.inventory.write_id == inventory.write_id =>
                    {
                        Ok(found.generation)
                    }
                    Some(_) | None if moved => Err(RecordError::Moved),
                    Some(found) if found.generation != generation => Err(RecordError::Moved),
                    Some(_) | None => Err(RecordError::Cloud(self.cloud.explain(failure, &request))),
                }
            }
        }
    }

    /// Deletes the object if its generation is still the given one.
    pub(super) async fn delete_object(&self, generation: i64) -> Result<(), RecordError> {
        if generation == 0 {
            return Ok(());
        }
        let request = ApiRequest::delete(Api::Storage, self.object_path())
            .with_query("ifGenerationMatch", generation.to_string());
        match self.cloud.ask(&request, &Unsupervised).await {
            Ok(_) => Ok(()),
            Err(failure) => match failure.problem().map(crate::errors::Problem::reason) {
                Some(Reason::NotFound) => Ok(()),
                Some(Reason::Precondition) => Err(RecordError::Moved),
                _ => Err(RecordError::Cloud(self.cloud.explain(failure, &request))),
            },
        }
    }

    pub(super) fn unusable(&self, problem: &str) -> RecordError {
        RecordError::Unusable { location: self.location(), problem: problem.to_owned() }
    }

    pub(super) async fn unreadable(&self, failure: Failure, request: &ApiRequest) -> RecordError {
        let denied = failure.problem().is_some_and(|problem| problem.reason() == Reason::Denied);
        let error = RecordError::Cloud(self.cloud.explain(failure, request));
        if denied { self.denied_or_foreign(error).await } else { error }
    }
}

pub(super) fn is_absent(failure: &Failure) -> bool {
    failure
        .problem()
        .is_some_and(|problem| problem.from == Speaker::Api && problem.reason() == Reason::NotFound)
}

/// 64-bit integers are text in JSON answers.
pub(super) fn generation_of(object: &Json) -> Option<i64> {
    match object.get("generation")? {
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.as_i64(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
