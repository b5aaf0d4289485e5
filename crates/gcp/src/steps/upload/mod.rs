//! Puts content into Cloud Storage under a name that tells its digest, so that an object of that name is the same.
//! Small content goes in one request, large content in chunks that survive a broken connection.
//! Source: Cloud Storage JSON v1, uploads by `media` and `resumable`.

mod chunks;
mod session;

use std::sync::Arc;

use model::{Api, ApiRequest, Archive, Body, CloudError, Done, ErrorKind, Json, Method, Progress, Upload};

use super::encoded;
use super::outputs::done_with;
use crate::GoogleCloud;
use crate::errors::{Failure, Reason};
use crate::exchange::{Quiet, Supervised};
use chunks::{Chunks, local};

/// Up to this size one request is sent.
const SMALL: u64 = 5 << 20;

impl GoogleCloud {
    /// Uploads content, unless an object of its name is there already. Gives the object's `generation`.
    pub(crate) async fn upload(
        &self,
        upload: &Upload,
        supervisor: Supervised<'_>,
    ) -> Result<Done, CloudError> {
        supervisor.tell(Progress::Waiting("packing".to_owned()));
        let content = Arc::clone(&upload.content);
        let Archive { file, length } = tokio::task::spawn_blocking(move || content.archive())
            .await
            .map_err(|error| local(&error))?
            .map_err(|error| local(&error))?;
        let mut chunks = Chunks::new(file, length);
        supervisor.tell(Progress::Sent { bytes: 0, of: length });
        let request = insert_request(upload);
        let sent = if length <= SMALL {
            self.upload_at_once(upload, request.clone(), &mut chunks, supervisor).await
        } else {
            self.upload_in_chunks(upload, request.clone(), &mut chunks, supervisor).await
        };
        let object = match sent {
            Ok(object) => object,
            // It is there already: the name tells its digest, so it is the same content.
            Err(failure)
                if failure.problem().is_some_and(|problem| problem.reason() == Reason::Precondition) =>
            {
                self.uploaded_object(upload, supervisor).await?
            }
            Err(failure) => return Err(self.explain(failure, &request)),
        };
        supervisor.tell(Progress::Sent { bytes: length, of: length });
        if object.get("generation").and_then(Json::as_str).is_none() {
            return Err(
                CloudError::new(ErrorKind::Malformed, "the uploaded object has no generation").at(&request)
            );
        }
        Ok(done_with(object))
    }

    async fn upload_at_once(
        &self,
        upload: &Upload,
        request: ApiRequest,
        chunks: &mut Chunks,
        supervisor: Supervised<'_>,
    ) -> Result<Json, Failure> {
        let bytes = chunks.read(0, SMALL).await?;
        let body = Body::Bytes { content_type: upload.content_type.clone(), bytes: bytes.to_vec() };
        let request = ApiRequest { body, ..request.with_query("uploadType", "media") };
        self.ask(&request, &Quiet(supervisor)).await
    }

    async fn uploaded_object(&self, upload: &Upload, supervisor: Supervised<'_>) -> Result<Json, CloudError> {
        let get = ApiRequest::get(
            Api::Storage,
            format!("storage/v1/b/{}/o/{}", encoded(&upload.bucket), encoded(&upload.object)),
        );
        self.ask(&get, supervisor).await.map_err(|failure| self.explain(failure, &get))
    }
}

/// The insert that creates and never overwrites.
fn insert_request(upload: &Upload) -> ApiRequest {
    ApiRequest::new(Api::Storage, Method::Post, format!("upload/storage/v1/b/{}/o", encoded(&upload.bucket)))
        .with_query("name", upload.object.as_str())
        .with_query("ifGenerationMatch", "0")
}
