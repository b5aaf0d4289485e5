//! Steps and their progress in words: `create service (Cloud Run)` in place of a request line. What is no known
//! request is said as it is.

use model::{Api, Progress};

use crate::document::references_named;

/// A step, given as [`model::Step::shown`] says it.
pub(crate) fn words(shown: &str) -> String {
    request(shown).unwrap_or_else(|| references_named(shown))
}

/// `METHOD host/path` in words.
fn request(shown: &str) -> Option<String> {
    let (method, rest) = shown.split_once(' ')?;
    let (host, path) = rest.split_once('/')?;
    let api = Api::ALL.iter().find(|api| api.host() == host)?;
    let path = path.split('?').next()?;
    let (path, custom) = match path.rsplit_once(':') {
        Some((path, verb)) if !verb.contains('/') => (path, Some(verb)),
        Some(_) | None => (path, None),
    };
    let mut segments = path.rsplit('/');
    let (last, before) = (segments.next()?, segments.next());
    let words = match (custom, method) {
        (Some(verb), _) if method == "POST" => format!("{} {}", spaced(verb), noun(collection(last, before))),
        (Some(_), _) => return None,
        (None, "GET") => format!("look at {}", noun(before?)),
        (None, "POST") if *api == Api::CloudBuild && last == "builds" => "build the image".to_owned(),
        (None, "POST") => format!("create {}", noun(last)),
        (None, "PATCH" | "PUT") => format!("update {}", noun(before?)),
        (None, "DELETE") => format!("delete {}", noun(before?)),
        (None, _other) => return None,
    };
    Some(format!("{words} ({})", product(*api)))
}

/// Custom verbs stand after an item or after a collection; the collection is the plural of the two.
fn collection<'path>(last: &'path str, before: Option<&'path str>) -> &'path str {
    match before {
        Some(before) if !last.ends_with('s') || last.contains('.') => before,
        Some(_) | None => last,
    }
}

/// `serviceAccounts` as `service account`.
fn noun(collection: &str) -> String {
    match collection {
        "b" => return "bucket".to_owned(),
        "o" => return "object".to_owned(),
        _other => {}
    }
    let words = spaced(collection);
    match (words.strip_suffix("ies"), words.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) => stem.to_owned(),
        (None, None) => words,
    }
}

/// `batchEnable` as `batch enable`.
fn spaced(camel: &str) -> String {
    let mut words = String::new();
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

fn product(api: Api) -> &'static str {
    match api {
        Api::ArtifactRegistry => "Artifact Registry",
        Api::CloudBilling => "Cloud Billing",
        Api::CloudBuild => "Cloud Build",
        Api::CloudQuotas => "Cloud Quotas",
        Api::Iam => "IAM",
        Api::Logging => "Cloud Logging",
        Api::ResourceManager => "Resource Manager",
        Api::Run => "Cloud Run",
        Api::ServiceUsage => "Service Usage",
        Api::Storage => "Cloud Storage",
    }
}

/// How a step goes, in words.
pub(super) fn progress(progress: &Progress) -> String {
    match progress {
        Progress::Waiting(what) => what.clone(),
        Progress::Sent { bytes, of } => format!("sent {} of {}", mebibytes(*bytes), mebibytes(*of)),
        Progress::Link(link) => format!("follow it at {link}"),
    }
}

/// Bytes with one digit after the point, in MiB.
fn mebibytes(bytes: u64) -> String {
    let tenths = u128::from(bytes) * 10 / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_said_in_words() {
        for (shown, said) in [
            ("POST run.googleapis.com/v2/projects/p/locations/r/services", "create service (Cloud Run)"),
            ("PATCH run.googleapis.com/v2/projects/p/locations/r/services/s", "update service (Cloud Run)"),
            ("DELETE run.googleapis.com/v2/projects/p/locations/r/services/s", "delete service (Cloud Run)"),
            (
                "POST cloudbuild.googleapis.com/v1/projects/p/locations/r/builds",
                "build the image (Cloud Build)",
            ),
            (
                "POST serviceusage.googleapis.com/v1/projects/p/services:batchEnable",
                "batch enable service (Service Usage)",
            ),
            (
                "POST serviceusage.googleapis.com/v1/projects/p/services/run.googleapis.com:disable",
                "disable service (Service Usage)",
            ),
            (
                "POST artifactregistry.googleapis.com/v1/projects/p/locations/r/repositories",
                "create repository (Artifact Registry)",
            ),
            (
                "GET artifactregistry.googleapis.com/v1/projects/p/locations/r/repositories/x",
                "look at repository (Artifact Registry)",
            ),
            ("DELETE storage.googleapis.com/storage/v1/b/bucket", "delete bucket (Cloud Storage)"),
            ("POST iam.googleapis.com/v1/projects/p/serviceAccounts", "create service account (IAM)"),
            ("edit the policy of project p", "edit the policy of project p"),
            ("upload gs://b/o.tar.gz", "upload gs://b/o.tar.gz"),
            ("GET nobody.example/x", "GET nobody.example/x"),
        ] {
            assert_eq!(words(shown), said);
        }
    }

    #[test]
    fn progress_is_said_in_words() {
        assert_eq!(progress(&Progress::Sent { bytes: 3_355_443, of: 8_493_465 }), "sent 3.1 MiB of 8.0 MiB");
    }
}
