//! `entries:list`: filtered, in the order of time, in pages.

use serde_json::{Value, json};

use super::filter::Filter;
use crate::call::{Answer, Call, refuse_unknown};
use crate::error::ApiError;
use crate::gate::{no_such_project, require_enabled, require_permission};
use crate::world::World;

/// Entries of a page when the caller does not say, and at most.
const PAGE: (usize, usize) = (50, 1000);

/// Entries of one project.
pub(super) fn entries(call: &Call, world: &World) -> Result<Answer, ApiError> {
    let body = call.json()?;
    refuse_unknown(
        &body,
        &["filter", "orderBy", "pageSize", "pageToken", "projectIds", "resourceNames"],
        "",
    )?;
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or("");
    let named = ["resourceNames", "projectIds"]
        .iter()
        .filter_map(|field| body.get(field)?.get(0)?.as_str())
        .map(|name| name.strip_prefix("projects/").unwrap_or(name))
        .map(|name| name.split('/').next().unwrap_or(name))
        .next()
        .ok_or_else(|| ApiError::invalid("resource_names must be set."))?;
    let project = world.project(named).ok_or_else(no_such_project)?;
    require_enabled(project, "logging.googleapis.com")?;
    let resource = format!("projects/{}", project.id);
    require_permission(project, "logging.logEntries.list", &resource)?;
    let filter = Filter::parse(text("filter"))?;
    let start: usize = match text("pageToken") {
        "" => 0,
        token => token.parse().map_err(|_| ApiError::invalid("The page token is not valid."))?,
    };
    let size = match body.get("pageSize").and_then(Value::as_u64) {
        None | Some(0) => PAGE.0,
        Some(size) => usize::try_from(size).unwrap_or(PAGE.1).min(PAGE.1),
    };
    let mut found: Vec<&Value> = project
        .logging
        .entries
        .iter()
        .filter(|entry| filter.takes(entry))
        .map(|entry| &entry.shown)
        .collect();
    match text("orderBy") {
        "" | "timestamp" | "timestamp asc" => {}
        "timestamp desc" => found.reverse(),
        other => {
            return Err(ApiError::invalid(format!(
                "order_by must be \"timestamp asc\" or \"timestamp desc\", not \"{other}\"."
            )));
        }
    }
    let page: Vec<&Value> = found.iter().skip(start).take(size).copied().collect();
    let mut answer = json!({});
    if let Some(answer) = answer.as_object_mut() {
        if !page.is_empty() {
            answer.insert("entries".into(), json!(page));
        }
        if start + size < found.len() {
            answer.insert("nextPageToken".into(), json!((start + size).to_string()));
        }
    }
    Ok(Answer::json(answer))
}
