//! The generations of the record's object: listed, read, and brought back from among the deleted ones. Writes nothing but
//! what [`BucketRecord::undelete`] says.

use futures_util::{StreamExt as _, TryStreamExt as _};
use model::{
    Api, ApiRequest, Body, Found, Inventory, Json, Method, RecordError, RecordVersion, Standing,
    Unsupervised, VersionContent,
};

use super::decode::decode_generation;
use super::object::{generation_of, is_absent};
use super::{BucketRecord, OBJECT};
use crate::errors::Reason;
use crate::steps::encoded;

/// So many generations are read at once: the bucket keeps twenty.
const AT_ONCE: usize = 16;

/// Fields of an object that a list is asked for.
const FIELDS: &str = "items(name,generation,timeCreated,timeDeleted,hardDeleteTime),nextPageToken";

impl BucketRecord<'_> {
    /// Every generation that can be brought back, newest first, with what it says. Without a bucket there is none.
    ///
    /// Errors: the bucket is another project's; it may not be listed; whatever the cloud says.
    pub async fn history(&self) -> Result<Vec<RecordVersion>, RecordError> {
        let number = self.own_number().await?;
        let objects = self.objects("versions").await?;
        let reads = objects
            .iter()
            .filter_map(|object| Some(self.version(object, generation_of(object)?, number.as_deref())));
        let read: Vec<Option<RecordVersion>> =
            futures_util::stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let mut versions: Vec<RecordVersion> = read.into_iter().flatten().collect();
        for object in self.objects("softDeleted").await? {
            let Some(generation) = generation_of(&object) else { continue };
            let until = text(&object, "hardDeleteTime");
            let (standing, content) = (Standing::Deleted { until }, VersionContent::Unread);
            versions.push(RecordVersion { generation, written: written(&object), standing, content });
        }
        versions.sort_by_key(|version| std::cmp::Reverse(version.generation));
        Ok(versions)
    }

    /// Reads a generation that was deleted for good. Cloud Storage lets nobody read it while it is, so a copy of it is
    /// made the record, on the condition that there is none, read, and set aside again as an older generation.
    ///
    /// Errors: there is a record meanwhile ([`RecordError::Moved`]); it is no record that can be used.
    pub async fn undelete(&self, generation: i64) -> Result<Inventory, RecordError> {
        let number = self.own_number().await?;
        let path = format!("storage/v1/b/{}/o/{OBJECT}/restore", encoded(&self.bucket));
        let mut restore = ApiRequest::new(Api::Storage, Method::Post, path)
            .with_query("generation", generation.to_string())
            .with_query("ifGenerationMatch", "0");
        restore.body = Body::Empty;
        let copy = match self.cloud.ask(&restore, &Unsupervised).await {
            Ok(object) => generation_of(&object)
                .ok_or_else(|| self.unusable("the restored object has no generation"))?,
            Err(failure) => {
                let moved =
                    failure.problem().is_some_and(|problem| matches!(problem.reason(), Reason::Precondition));
                let error = RecordError::Cloud(self.cloud.explain(failure, &restore));
                return Err(if moved { RecordError::Moved } else { error });
            }
        };
        let content = self.content(copy, number.as_deref()).await;
        self.delete_object(copy).await?;
        match content? {
            Some(VersionContent::Record(inventory)) => Ok(*inventory),
            Some(VersionContent::Unusable(problem)) => Err(self.unusable_generation(generation, &problem)),
            Some(VersionContent::Unread) | None => Err(RecordError::Moved),
        }
    }

    /// The error for a generation that is no record that can be used.
    pub fn unusable_generation(&self, generation: i64, problem: &str) -> RecordError {
        let location = format!("{}#{generation}", self.location());
        RecordError::Unusable { location, problem: problem.to_owned() }
    }

    /// The number of the project, as its own bucket tells it. None: there is no bucket, or it does not tell.
    async fn own_number(&self) -> Result<Option<String>, RecordError> {
        Ok(self.listed().await?.as_ref().and_then(super::bucket::number_of))
    }

    async fn objects(&self, which: &'static str) -> Result<Vec<Json>, RecordError> {
        let list = ApiRequest::get(Api::Storage, format!("storage/v1/b/{}/o", encoded(&self.bucket)))
            .with_query(which, "true")
            .with_query("prefix", OBJECT)
            .with_query("fields", FIELDS)
            .with_pages("items");
        let body = match self.cloud.find(&list).await {
            Ok(Found::Body(body)) => body,
            Ok(Found::Absent | Found::ApiDisabled(_)) => return Ok(Vec::new()),
            Err(error) if error.kind == model::ErrorKind::Denied => {
                return Err(self.denied_or_foreign(RecordError::Cloud(error)).await);
            }
            Err(error) => return Err(RecordError::Cloud(error)),
        };
        let objects = body.get("items").and_then(Json::as_array).into_iter().flatten();
        Ok(objects.filter(|object| text(object, "name") == OBJECT).cloned().collect())
    }

    /// A generation of the list with what it says. None: it is gone.
    async fn version(
        &self,
        object: &Json,
        generation: i64,
        number: Option<&str>,
    ) -> Result<Option<RecordVersion>, RecordError> {
        let is_present = object.get("timeDeleted").is_none();
        let standing = if is_present { Standing::Present } else { Standing::Older };
        let content = self.content(generation, number).await?;
        Ok(content.map(|content| RecordVersion { generation, written: written(object), standing, content }))
    }

    /// What a generation says. None: it is gone.
    async fn content(
        &self,
        generation: i64,
        number: Option<&str>,
    ) -> Result<Option<VersionContent>, RecordError> {
        let media = ApiRequest::get(Api::Storage, self.object_path())
            .with_query("alt", "media")
            .with_query("generation", generation.to_string());
        let answer = match self.media(&media).await {
            Ok(answer) => answer,
            Err(failure) if is_absent(&failure) => return Ok(None),
            Err(failure) => return Err(self.unreadable(failure, &media).await),
        };
        let understood = decode_generation(&answer.body, &self.project);
        let ours = understood.and_then(|inventory| match (&inventory.project_number, number) {
            (Some(recorded), Some(number)) if recorded != number => Err(format!(
                "it speaks about the project with number {recorded}, but {} has number {number}",
                self.project
            )),
            (Some(_) | None, _) => Ok(inventory),
        });
        Ok(Some(match ours {
            Ok(inventory) => VersionContent::Record(Box::new(inventory)),
            Err(problem) => VersionContent::Unusable(problem),
        }))
    }
}

fn written(object: &Json) -> String {
    text(object, "timeCreated")
}

fn text(object: &Json, field: &str) -> String {
    object.get(field).and_then(Json::as_str).unwrap_or_default().to_owned()
}
