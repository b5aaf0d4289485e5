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

/// More the API gives in no page (`pageSize` of `entries.list`).
const MOST_OF_A_PAGE: usize = 1000;

/// The read of at most so many entries of a service, the newest first.
fn request(chosen: &Chosen, selection: &Selection<'_>, count: usize, page_token: Option<&str>) -> ApiRequest {
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
    let mut body = json!({
        "resourceNames": [format!("projects/{}", chosen.project)],
        "filter": filter.join(" AND "),
        "orderBy": "timestamp desc",
        "pageSize": count.min(MOST_OF_A_PAGE),
    });
    if let (Some(token), Some(body)) = (page_token, body.as_object_mut()) {
        body.insert("pageToken".to_owned(), token.into());
    }
    ApiRequest::post(Api::Logging, "v2/entries:list", body)
}

fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Reads entries, the oldest first, page after page: a page may hold fewer entries than were asked for although there
/// are more (`nextPageToken` of `entries.list`). Errors: they cannot be read, or the API is off.
pub(crate) async fn read(
    cloud: &impl Cloud,
    chosen: &Chosen,
    selection: &Selection<'_>,
) -> Result<Vec<Json>, CloudError> {
    let limit = usize::from(selection.limit);
    let mut entries = Vec::new();
    let mut token: Option<String> = None;
    while entries.len() < limit {
        let request = request(chosen, selection, limit - entries.len(), token.as_deref());
        let mut page = page(cloud, chosen, &request).await?;
        if let Some(Json::Array(found)) = page.get_mut("entries").map(Json::take) {
            entries.extend(found);
        }
        let next = page.get("nextPageToken").and_then(Json::as_str).filter(|next| !next.is_empty());
        // A token that comes again would lead in a circle.
        if next.is_none() || next == token.as_deref() {
            break;
        }
        token = next.map(str::to_owned);
    }
    entries.truncate(limit);
    entries.reverse();
    Ok(entries)
}

async fn page(cloud: &impl Cloud, chosen: &Chosen, request: &ApiRequest) -> Result<Json, CloudError> {
    match cloud.read(request).await? {
        Found::Body(body) => Ok(body),
        Found::Absent => Err(CloudError::new(ErrorKind::NotFound, "the project has no log").at(request)),
        Found::ApiDisabled(api) => {
            Err(CloudError::new(ErrorKind::ApiDisabled, format!("{api} is not enabled"))
                .at(request)
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
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]
mod tests {
    use model::Body;

    use super::*;
    use crate::doctor::testing::Scripted;

    #[test]
    fn the_filter_names_the_service_and_what_is_asked_for() {
        let chosen =
            Chosen { project: "p".to_owned(), region: "europe-west1".to_owned(), name: "gemma".to_owned() };
        let filter = |selection: &Selection<'_>| match request(&chosen, selection, 1, None).body {
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

    /// The texts that are read of these pages, and how many entries each request asked for.
    async fn read_of(pages: &[(&[&str], &str)], limit: u16) -> (Vec<String>, Vec<u64>) {
        let asked = std::sync::Mutex::new(Vec::new());
        let cloud = Scripted::new(|request: &ApiRequest| {
            let Body::Json(body) = &request.body else { panic!("{request:?}") };
            asked.lock().unwrap().push(body["pageSize"].as_u64().unwrap());
            let (texts, next) = match body.get("pageToken").and_then(Json::as_str) {
                None => pages[0],
                Some(token) => pages[token.parse::<usize>().unwrap()],
            };
            let entries: Vec<Json> = texts.iter().map(|text| json!({ "textPayload": text })).collect();
            Ok(Found::Body(json!({ "entries": entries, "nextPageToken": next })))
        });
        let chosen =
            Chosen { project: "p".to_owned(), region: "europe-west1".to_owned(), name: "gemma".to_owned() };
        let entries = read(&cloud, &chosen, &Selection { limit, ..Selection::default() }).await.unwrap();
        let texts = entries.iter().map(|entry| entry["textPayload"].as_str().unwrap().to_owned());
        (texts.collect(), asked.into_inner().unwrap())
    }

    #[tokio::test]
    async fn pages_are_joined_until_the_limit_even_if_one_of_them_is_empty() {
        let pages: &[(&[&str], &str)] = &[(&["e", "d"], "1"), (&[], "2"), (&["c"], "3"), (&["b", "a"], "")];
        assert_eq!(read_of(pages, 100).await, (texts("a b c d e"), vec![100, 98, 98, 97]));
        assert_eq!(read_of(pages, 3).await, (texts("c d e"), vec![3, 1, 1]));
        assert_eq!(read_of(pages, 2).await, (texts("d e"), vec![2]));
        assert_eq!(read_of(pages, 4000).await.1, [1000, 1000, 1000, 1000]);
    }

    #[tokio::test]
    async fn a_page_that_leads_to_itself_ends_the_reading() {
        let pages: &[(&[&str], &str)] = &[(&["c"], "1"), (&["b"], "1"), (&["a"], "")];
        assert_eq!(read_of(pages, 100).await.0, texts("b c"));
    }

    fn texts(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }
}
