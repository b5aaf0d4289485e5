//! Deletes every object of a bucket, all generations, so that the bucket can go. Source: Cloud Storage JSON v1,
//! `objects.list` with `versions`, `objects.delete` with `generation`.

use futures_util::{StreamExt, TryStreamExt, stream};
use model::{Api, ApiRequest, CloudError, Done, ErrorKind, Json, Progress};

use crate::GoogleCloud;
use crate::exchange::{Quiet, Supervised};

/// Deletions in flight.
const AT_ONCE: usize = 16;

/// Listings until the bucket must be empty: someone else may be filling it.
const ROUNDS: u32 = 3;

impl GoogleCloud {
    /// Empties a bucket. A bucket that is not there is empty.
    pub(crate) async fn empty_bucket(
        &self,
        bucket: &str,
        supervisor: Supervised<'_>,
    ) -> Result<Done, CloudError> {
        let list = ApiRequest::get(Api::Storage, format!("storage/v1/b/{}/o", encoded(bucket)))
            .with_query("versions", "true")
            .with_query("fields", "items(name,generation),nextPageToken")
            .with_pages("items");
        for _ in 0..ROUNDS {
            let Some(body) = self.list(&list).await? else { return Ok(Done::default()) };
            let objects = body.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
            if objects.is_empty() {
                return Ok(Done::default());
            }
            supervisor.tell(Progress::Waiting(format!("deleting {} objects", objects.len())));
            let deletions: Vec<_> =
                objects.iter().map(|object| self.delete_object(bucket, object, supervisor)).collect();
            stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        }
        Err(CloudError::new(ErrorKind::Conflict, format!("gs://{bucket} is being filled by someone else"))
            .at(&list)
            .with_help("find out who writes into it, then run the same command again"))
    }

    /// Deletes one generation of an object; one that is gone already is fine.
    pub(crate) async fn delete_object(
        &self,
        bucket: &str,
        object: &Json,
        supervisor: Supervised<'_>,
    ) -> Result<(), CloudError> {
        let text = |field: &str| object.get(field).and_then(Json::as_str);
        let (Some(name), Some(generation)) = (text("name"), text("generation")) else {
            return Err(CloudError::new(
                ErrorKind::Malformed,
                "an object of the list has no name or generation",
            ));
        };
        let delete =
            ApiRequest::delete(Api::Storage, format!("storage/v1/b/{}/o/{}", encoded(bucket), encoded(name)))
                .with_query("generation", generation);
        match self.ask(&delete, &Quiet(supervisor)).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.http() == 404 => Ok(()),
            Err(failure) => Err(self.explain(failure, &delete)),
        }
    }
}

/// A name as one segment of a path.
pub(crate) fn encoded(name: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_name_becomes_one_segment() {
        assert_eq!(encoded("a/b c+d.tar.gz"), "a%2Fb%20c%2Bd.tar.gz");
        assert_eq!(encoded("\u{e9}"), "%C3%A9");
    }
}
