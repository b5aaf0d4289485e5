//! Reads with typed absence, and pages joined into one answer.

use model::{ApiRequest, CloudError, ErrorKind, Found, Json, Unsupervised};

use crate::errors::{Failure, Problem, Reason, Speaker};
use crate::{Endpoint, GoogleCloud};

/// A list of a project is a few pages; more means that the server goes in circles.
const MOST_PAGES: usize = 1000;

impl GoogleCloud {
    /// Reads. "Not found" and "the API is not enabled" are answers; anything else that is no body is an error.
    pub(crate) async fn find(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        match self.all_pages(request).await {
            Ok(body) => Ok(Found::Body(body)),
            Err(failure) => match self.absence(&failure) {
                Some(found) => Ok(found),
                None => Err(self.explain(failure, request)),
            },
        }
    }

    /// A list of what is to be deleted; none if what would hold it is not there. A disabled API is no absence here: the thing
    /// itself was there a moment ago.
    pub(crate) async fn list(&self, request: &ApiRequest) -> Result<Option<Json>, CloudError> {
        match self.find(request).await? {
            Found::Body(body) => Ok(Some(body)),
            Found::Absent => Ok(None),
            Found::ApiDisabled(api) => {
                Err(CloudError::new(ErrorKind::ApiDisabled, format!("{api} is not enabled"))
                    .at(request)
                    .with_help("enable it, or wait a minute, then run the same command again"))
            }
        }
    }

    /// The kind of absence that a failed read means, if it means one.
    fn absence(&self, failure: &Failure) -> Option<Found> {
        let problem = failure.problem()?;
        match (problem.from, problem.reason()) {
            (Speaker::Api, Reason::NotFound) => Some(Found::Absent),
            (Speaker::Api, Reason::ServiceDisabled) if self.counted_here(problem) => {
                Some(Found::ApiDisabled(problem.service.clone()?))
            }
            _ => None,
        }
    }

    /// Whether a refusal speaks about the provisioned project. Without a quota project, user credentials count
    /// against a project of gcloud's own, where other APIs are enabled.
    fn counted_here(&self, problem: &Problem) -> bool {
        let Some(consumer) = problem.consumer.as_deref().and_then(|text| text.strip_prefix("projects/"))
        else {
            return true;
        };
        if consumer.chars().all(|c| c.is_ascii_digit()) {
            return self.target.quota_project.is_some() || self.target.endpoint != Endpoint::Google;
        }
        consumer == self.target.project.as_str()
    }

    /// The answer, with the array field of every further page joined to the first one's.
    pub(crate) async fn all_pages(&self, request: &ApiRequest) -> Result<Json, Failure> {
        let mut first = self.ask(request, &Unsupervised).await?;
        let Some(field) = &request.pages else { return Ok(first) };
        let mut items = Vec::new();
        take_page(&mut first, field, &mut items, request)?;
        let mut next = page_token(&first);
        let mut pages = 1;
        while let Some(token) = next {
            pages += 1;
            if pages > MOST_PAGES {
                return Err(malformed(request, "the list has more than 1000 pages").into());
            }
            let further = request.clone().with_query("pageToken", token.clone());
            let mut page = self.ask(&further, &Unsupervised).await?;
            take_page(&mut page, field, &mut items, request)?;
            next = page_token(&page);
            if next.as_deref() == Some(token.as_str()) {
                return Err(malformed(request, "the list repeats a page").into());
            }
        }
        match &mut first {
            Json::Object(map) => {
                map.remove("nextPageToken");
                map.insert(field.clone(), Json::Array(items));
                Ok(first)
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                Err(malformed(request, "the list is no JSON object").into())
            }
        }
    }
}

fn page_token(page: &Json) -> Option<String> {
    page.get("nextPageToken").and_then(Json::as_str).filter(|token| !token.is_empty()).map(str::to_owned)
}

/// Moves a page's items. A list that leaves locations out (AIP-217) must not make things look absent.
fn take_page(
    page: &mut Json,
    field: &str,
    items: &mut Vec<Json>,
    request: &ApiRequest,
) -> Result<(), CloudError> {
    if page.get("unreachable").and_then(Json::as_array).is_some_and(|places| !places.is_empty()) {
        return Err(CloudError::new(
            ErrorKind::Unavailable,
            "the list leaves out locations that did not answer",
        )
        .at(request)
        .with_help("run the same command again later"));
    }
    match page.get_mut(field).map(Json::take) {
        None | Some(Json::Null) => Ok(()),
        Some(Json::Array(found)) => {
            items.extend(found);
            Ok(())
        }
        Some(Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_)) => {
            Err(malformed(request, &format!("`{field}` is no list")))
        }
    }
}

fn malformed(request: &ApiRequest, problem: &str) -> CloudError {
    CloudError::new(ErrorKind::Malformed, problem).at(request)
}
