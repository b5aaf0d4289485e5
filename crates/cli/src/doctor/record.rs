//! The ownership record: whether it can be read, and whether its bucket is the project's own.

use gcp::BucketPresence;
use model::{Api, ApiRequest, Cloud, ErrorKind, Found, Json, RecordError};

use super::answer::unread;
use super::permissions;
use super::project;
use super::setup::counted;
use super::subject::Subject;
use crate::error::CliError;
use crate::flow::Prepared;
use views::finding::check::{Check, CheckId, Level};

/// Whose the record's bucket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bucket {
    /// The project's own.
    Ours,
    /// There is none of that name yet.
    NotThere,
    /// Another project's.
    Foreign,
    /// It could not be looked at; why.
    Unknown(String),
}

impl Bucket {
    /// Whether apply has to make it.
    pub(super) fn presence(&self) -> BucketPresence {
        match self {
            Self::Ours => BucketPresence::There,
            Self::NotThere | Self::Foreign | Self::Unknown(_) => BucketPresence::NotThere,
        }
    }
}

/// Asks for the record's bucket.
pub(super) fn bucket_request(subject: &Subject<'_>) -> ApiRequest {
    ApiRequest::get(Api::Storage, format!("storage/v1/b/{}", subject.bucket))
        .with_query("fields", "name,projectNumber")
}

/// Looks at the bucket. Names are global, so anyone can own the one that we expect.
pub(super) async fn bucket<C: Cloud>(subject: &Subject<'_>, cloud: &C) -> Bucket {
    let request = bucket_request(subject);
    let (found, number, held) = tokio::join!(
        cloud.read(&request),
        project::number(subject.project(), cloud),
        permissions::held(subject, cloud)
    );
    match found {
        Ok(Found::Body(body)) => match (body.get("projectNumber").and_then(Json::as_str), number) {
            (Some(its), Some(ours)) if its == ours => Bucket::Ours,
            (Some(_), Some(_)) => Bucket::Foreign,
            (None, _) | (_, None) => Bucket::Unknown("nobody tells whose its bucket is".to_owned()),
        },
        Ok(Found::Absent) => Bucket::NotThere,
        Ok(Found::ApiDisabled(api)) => Bucket::Unknown(format!("{api} is off")),
        // Whoever may read buckets of the project and is refused this one looks at somebody else's.
        Err(error) if error.kind == ErrorKind::Denied && held.has("storage.objects.get") == Some(true) => {
            match held.has("storage.buckets.list") {
                Some(true) => Bucket::Foreign,
                Some(false) | None => Bucket::Unknown(error.message),
            }
        }
        Err(error) => Bucket::Unknown(error.message),
    }
}

/// Judges what was read.
pub(super) fn check(subject: &Subject<'_>, bucket: &Bucket, prepared: &Result<Prepared, CliError>) -> Check {
    let id = CheckId::Record;
    let name = subject.bucket;
    let stranger = || {
        Check::new(id, Level::Failed, format!("the bucket {name} belongs to another project"))
            .say("bucket names are shared by all of Google Cloud: ask its owner, or use another project")
    };
    if *bucket == Bucket::Foreign {
        return stranger();
    }
    let record = match prepared {
        Ok(prepared) => &prepared.record,
        Err(CliError::Record(RecordError::Foreign { .. })) => return stranger(),
        Err(CliError::Record(RecordError::Cloud(error)) | CliError::Cloud(error)) => {
            return unread(id, error);
        }
        Err(error) => return Check::new(id, Level::Failed, error.to_string()),
    };
    let inventory = &record.inventory;
    if *bucket == Bucket::NotThere && record.generation == 0 {
        return Check::new(id, Level::Ok, format!("none yet; the first apply makes the bucket {name}"));
    }
    let stacks = match record.generation {
        0 => "no record in it yet".to_owned(),
        _ => format!("a record of {}", counted(inventory.stacks.len(), "stack")),
    };
    let check = Check::new(id, Level::Ok, format!("bucket {name}, {stacks}"));
    let check = match bucket {
        Bucket::Unknown(why) => {
            check.seeing(format!("its bucket could not be looked at: {why}")).at_least(Level::Unknown)
        }
        Bucket::Ours | Bucket::NotThere | Bucket::Foreign => check,
    };
    let own = inventory.stacks.get(&subject.spec.document.stack).and_then(|stack| stack.lease.as_ref());
    own.into_iter()
        .chain(&inventory.shared_lease)
        .fold(check, |check, lease| check.seeing(format!("held: {}", lease.said())).at_least(Level::Warning))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]
mod tests {
    use std::path::Path;

    use model::CloudError;
    use serde_json::json;
    use spec::Variables;

    use super::*;
    use crate::doctor::testing::Scripted;

    /// Looks at the bucket of a project of number 12 that lets its caller do all that is asked.
    async fn looked(bucket_answers: fn() -> Result<Found, CloudError>) -> (Bucket, Level) {
        let text = "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\n";
        let spec = spec::parse("gemmactl.yaml", text, Path::new("."), &Variables::gather(&[], &[])).unwrap();
        let graph = crate::doctor::graph(&spec).unwrap_or_else(|error| panic!("{error}"));
        let subject = Subject { spec: &spec, graph: &graph, bucket: "gemmactl-demo-project" };
        let cloud = Scripted::new(move |request| match (request.api, &request.body) {
            (Api::Storage, _) => bucket_answers(),
            (_, model::Body::Json(asked)) => Ok(Found::Body(asked.clone())),
            _ => Ok(Found::Body(json!({"name": "projects/12", "state": "ACTIVE"}))),
        });
        let bucket = bucket(&subject, &cloud).await;
        let error = CloudError::new(ErrorKind::Denied, "no");
        let level = check(&subject, &bucket, &Err(CliError::Record(RecordError::Cloud(error)))).level;
        (bucket, level)
    }

    #[tokio::test]
    async fn a_bucket_is_ours_by_its_project_number_and_never_by_its_name() {
        let refused = || Err(CloudError::new(ErrorKind::Denied, "no"));
        let later = || Err(CloudError::new(ErrorKind::Unavailable, "later"));
        assert_eq!(looked(|| Ok(Found::Absent)).await.0, Bucket::NotThere);
        assert!(matches!(looked(later).await, (Bucket::Unknown(_), Level::Unknown)));
        assert_eq!(looked(refused).await, (Bucket::Foreign, Level::Failed));
        assert_eq!(looked(|| Ok(Found::Body(json!({"projectNumber": "12"})))).await.0, Bucket::Ours);
        let foreign = looked(|| Ok(Found::Body(json!({"projectNumber": "13"})))).await;
        assert_eq!(foreign, (Bucket::Foreign, Level::Failed));
    }
}
