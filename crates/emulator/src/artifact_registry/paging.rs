//! Pages of a list (AIP-158): `pageSize`, `pageToken`, `nextPageToken`. A token is the last key of the page before.

use serde_json::{Map, Value as Json, json};

use crate::call::{Answer, Query};
use crate::error::ApiError;

/// Cuts the page that a query asks for out of lines in order of their key, and answers with it under `field`.
pub(super) fn page(
    query: &Query,
    field: &str,
    lines: impl Iterator<Item = (String, Json)>,
) -> Result<Answer, ApiError> {
    let asked = query.integer("pageSize")?.unwrap_or(0);
    if asked < 0 {
        return Err(ApiError::invalid("page_size must not be negative"));
    }
    let size = match usize::try_from(asked).unwrap_or(usize::MAX) {
        0 => 100,
        size => size.min(1000),
    };
    let after = query.get("pageToken").unwrap_or_default();
    let mut rest = lines.filter(|(key, _)| key.as_str() > after);
    let page: Vec<(String, Json)> = rest.by_ref().take(size).collect();
    let next = rest.next().and(page.last().map(|(key, _)| key.clone()));
    let mut answer = Map::new();
    if !page.is_empty() {
        answer.insert(field.to_owned(), page.into_iter().map(|(_, line)| line).collect());
    }
    if let Some(next) = next {
        answer.insert("nextPageToken".into(), json!(next));
    }
    Ok(Answer::json(Json::Object(answer)))
}
