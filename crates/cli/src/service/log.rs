//! The log of a service. Source: Cloud Logging v2, `entries.list`, and its query language.

use std::time::Duration;

use jiff::Timestamp;
use model::{Api, ApiRequest, Cloud, CloudError, ErrorKind, Found, Json};
use serde_json::json;

use super::Chosen;

/// Which entries are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection<'run> {
    /// Of this revision only.
    pub(crate) revision: Option<&'run str>,
    /// Of this severity, or a worse one.
    pub(crate) severity: Option<&'run str>,
    /// That say this.
    pub(crate) text: Option<&'run str>,
    /// Written at this time, or later.
    pub(crate) since: Option<Timestamp>,
    /// At most so many, the newest.
    pub(crate) limit: u16,
}

/// The read of some entries of a service, the newest first.
fn request(chosen: &Chosen, selection: &Selection<'_>) -> ApiRequest {
    let mut filter = vec![
        "resource.type=\"cloud_run_revision\"".to_owned(),
        format!("resource.labels.service_name=\"{}\"", chosen.name),
        format!("resource.labels.location=\"{}\"", chosen.region),
    ];
    // Names of revisions come from the server, so only plain ones are put into a filter.
    if let Some(revision) = selection.revision.filter(|name| is_plain(name)) {
        filter.push(format!("resource.labels.revision_name=\"{revision}\""));
    }
    if let Some(severity) = selection.severity {
        filter.push(format!("severity>={severity}"));
    }
    if let Some(text) = selection.text {
        filter.push(format!("textPayload:\"{text}\""));
    }
    if let Some(since) = selection.since {
        filter.push(format!("timestamp>=\"{since:.6}\""));
    }
    ApiRequest::post(
        Api::Logging,
        "v2/entries:list",
        json!({
            "resourceNames": [format!("projects/{}", chosen.project)],
            "filter": filter.join(" AND "),
            "orderBy": "timestamp desc",
            "pageSize": selection.limit,
        }),
    )
}

fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Reads entries, the oldest first. Errors: they cannot be read, or the API is off.
pub(crate) async fn read(
    cloud: &impl Cloud,
    chosen: &Chosen,
    selection: &Selection<'_>,
) -> Result<Vec<Json>, CloudError> {
    let request = request(chosen, selection);
    match cloud.read(&request).await? {
        Found::Body(mut body) => {
            let mut entries = match body.get_mut("entries").map(Json::take) {
                Some(Json::Array(entries)) => entries,
                Some(_) | None => Vec::new(),
            };
            entries.reverse();
            Ok(entries)
        }
        Found::Absent => Err(CloudError::new(ErrorKind::NotFound, "the project has no log").at(&request)),
        Found::ApiDisabled(api) => {
            Err(CloudError::new(ErrorKind::ApiDisabled, format!("{api} is not enabled"))
                .at(&request)
                .with_help(format!("gcloud services enable {api} --project={}", chosen.project)))
        }
    }
}

/// So long ago.
#[expect(clippy::disallowed_methods, reason = "how far back a log is read is told by the wall clock")]
pub(crate) fn ago(age: Duration) -> Option<Timestamp> {
    Timestamp::now().checked_sub(jiff::SignedDuration::try_from(age).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use model::Body;

    use super::*;

    #[test]
    fn the_filter_names_the_service_and_what_is_asked_for() {
        let chosen =
            Chosen { project: "p".to_owned(), region: "europe-west1".to_owned(), name: "gemma".to_owned() };
        let filter = |selection: &Selection<'_>| match request(&chosen, selection).body {
            Body::Json(body) => body.get("filter").and_then(Json::as_str).unwrap_or_default().to_owned(),
            Body::Empty | Body::Bytes { .. } => String::new(),
        };
        let always = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"gemma\" AND \
                      resource.labels.location=\"europe-west1\"";
        assert_eq!(filter(&Selection { limit: 1, ..Selection::default() }), always);
        let all = Selection {
            revision: Some("gemma-00001-abc"),
            severity: Some("ERROR"),
            text: Some("inference compute"),
            since: Some(Timestamp::UNIX_EPOCH),
            limit: 1,
        };
        assert_eq!(
            filter(&all),
            format!(
                "{always} AND resource.labels.revision_name=\"gemma-00001-abc\" AND severity>=ERROR AND \
                 textPayload:\"inference compute\" AND timestamp>=\"1970-01-01T00:00:00.000000Z\""
            )
        );
        let hostile = Selection { revision: Some("x\" OR \"a\"=\"a"), ..Selection::default() };
        assert_eq!(filter(&hostile), always);
    }
}
