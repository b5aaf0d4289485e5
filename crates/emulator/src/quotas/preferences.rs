//! Requests for other quotas, as Cloud Quotas v1 `quotaPreferences` keep them: what is preferred, what is granted, and whether somebody
//! still looks at it. What becomes of one is set by the control routes (`quotaReviews`). Only GPU quotas of Cloud Run can be asked for.
//! Shapes: discovery document and recorded answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::SERVICE;
use crate::call::{Answer, Call, Handled, refuse_unknown};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::run::{GpuQuota, gpu_quotas};
use crate::world::{Project, World};

/// What is preferred by who wants no limit at all.
const UNLIMITED: i64 = -1;

/// The requests of a project, by the ends of their names.
pub(crate) type State = BTreeMap<String, Preference>;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preference {
    quota_id: String,
    region: String,
    preferred: i64,
    granted: i64,
    reconciling: bool,
    #[serde(default)]
    justification: String,
    created: Timestamp,
    updated: Timestamp,
}

impl Preference {
    fn etag(&self) -> String {
        self.updated.as_microsecond().to_string()
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Review {
    /// All of it is granted, at once.
    Grant,
    /// Nothing more is granted than there was.
    Deny,
    /// Somebody still looks at it.
    Wait,
    /// So many are granted, in whole GPUs.
    UpTo(i64),
}

/// Answers `projects/P/locations/global/quotaPreferences[/ID]`.
pub(super) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let ["v1", "projects", project, "locations", "global", "quotaPreferences", rest @ ..] = parts.as_slice()
    else {
        return None;
    };
    if call.verb.is_some() {
        return None;
    }
    let now = call.now();
    let Some(project) = world.project_mut(project) else {
        return Some(Err(no_such_project()));
    };
    match (call.method.as_str(), rest) {
        ("GET", []) => Some(Ok(list(project))),
        ("POST", []) => Some(create(call, project, now)),
        ("GET", [id]) => Some(match project.quota_preferences.get(*id) {
            Some(preference) => Ok(Answer::json(shown(project, id, preference))),
            None => Err(not_found(project, id)),
        }),
        ("PATCH", [id]) => Some(patch(call, project, id, now)),
        _ => None,
    }
}

fn list(project: &Project) -> Answer {
    let all: Vec<Value> =
        project.quota_preferences.iter().map(|(id, preference)| shown(project, id, preference)).collect();
    Answer::json(json!({ "quotaPreferences": all }))
}

fn create(call: &Call, project: &mut Project, now: Timestamp) -> Result<Answer, ApiError> {
    let id = match call.query.get("quotaPreferenceId") {
        Some(id) if !id.is_empty() => id.to_owned(),
        Some(_) | None => format!("preference-{}", project.quota_preferences.len() + 1),
    };
    if project.quota_preferences.contains_key(&id) {
        let name = format!("{}/{id}", parent(project));
        return Err(ApiError::already_exists(format!("Resource '{name}' already exists")));
    }
    keep(call, project, &id, now)
}

fn patch(call: &Call, project: &mut Project, id: &str, now: Timestamp) -> Result<Answer, ApiError> {
    if !project.quota_preferences.contains_key(id) && !call.query.is_on("allowMissing") {
        return Err(not_found(project, id));
    }
    let kept = project.quota_preferences.get(id).map(Preference::etag);
    let body = call.json()?;
    if let (Some(kept), Some(given)) = (kept, body.get("etag").and_then(Value::as_str))
        && !given.is_empty()
        && kept != given
    {
        return Err(ApiError::aborted("The etag of the quota preference is not the current one."));
    }
    keep(call, project, id, now)
}

/// Keeps a request, and decides it. One quota of one region has one request.
fn keep(call: &Call, project: &mut Project, id: &str, now: Timestamp) -> Result<Answer, ApiError> {
    let body = call.json()?;
    let known =
        ["name", "dimensions", "quotaConfig", "etag", "service", "quotaId", "justification", "contactEmail"];
    refuse_unknown(&body, &known, "")?;
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let earlier = project.quota_preferences.get(id).cloned();
    let of = |given: &str, kept: Option<&String>| match (given, kept) {
        ("", Some(kept)) => kept.clone(),
        (given, _) => given.to_owned(),
    };
    let region = body.pointer("/dimensions/region").and_then(Value::as_str).unwrap_or_default();
    let region = of(region, earlier.as_ref().map(|earlier| &earlier.region));
    let quota_id = of(text("quotaId"), earlier.as_ref().map(|earlier| &earlier.quota_id));
    let quota = gpu_quotas(project).into_iter().find(|quota| quota.id == quota_id);
    let Some(quota) =
        quota.filter(|quota| text("service") == SERVICE && quota.regions.contains(&region.as_str()))
    else {
        return Err(ApiError::invalid(format!(
            "Quota {quota_id} of {} has no such dimensions.",
            text("service")
        )));
    };
    let preferred = body.pointer("/quotaConfig/preferredValue").and_then(Value::as_str);
    let Some(preferred) = preferred.and_then(|value| value.parse::<i64>().ok()) else {
        return Err(ApiError::invalid("quota_config.preferred_value must be a number."));
    };
    // Source: the reference of `QuotaConfig`, "Must be greater than or equal to -1".
    let wanted = match preferred {
        UNLIMITED => i64::MAX,
        ..UNLIMITED => {
            return Err(ApiError::invalid("quota_config.preferred_value must be -1 (unlimited) or more."));
        }
        number => number,
    };
    let current = value_in(&quota, &region);
    if wanted > current && text("contactEmail").is_empty() {
        return Err(ApiError::invalid("contact_email is required to ask for more."));
    }
    let is_same = |(other, preference): (&String, &Preference)| {
        other != id && preference.quota_id == quota_id && preference.region == region
    };
    if project.quota_preferences.iter().any(is_same) {
        return Err(ApiError::already_exists(format!(
            "A preference for {quota_id} in {region} exists already."
        )));
    }
    let review = project.tuning.quota_reviews.get(&quota_id).copied().unwrap_or(Review::Grant);
    let counted_as = quota.counted_as;
    let (granted, reconciling) = match review {
        Review::Grant => (wanted, false),
        Review::Deny => (current, false),
        Review::Wait => (current, true),
        Review::UpTo(most) => (wanted.min(most.saturating_mul(counted_as)), false),
    };
    project.tuning.quotas.insert(format!("{quota_id}/{region}"), granted / counted_as);
    let preference = Preference {
        quota_id,
        region,
        preferred,
        granted,
        reconciling,
        justification: text("justification").to_owned(),
        created: earlier.map_or(now, |earlier| earlier.created),
        updated: now,
    };
    let answer = shown(project, id, &preference);
    project.quota_preferences.insert(id.to_owned(), preference);
    Ok(Answer::json(answer))
}

/// What a region has now, in the units of the API.
fn value_in(quota: &GpuQuota, region: &str) -> i64 {
    let own = quota.regional.iter().find(|(name, _)| *name == region);
    own.map_or(quota.elsewhere, |(_, value)| *value)
}

fn parent(project: &Project) -> String {
    format!("projects/{}/locations/global/quotaPreferences", project.id)
}

fn not_found(project: &Project, id: &str) -> ApiError {
    ApiError::not_found(format!("Resource '{}/{id}' was not found", parent(project)))
}

/// The contact is taken and never told again.
fn shown(project: &Project, id: &str, preference: &Preference) -> Value {
    let granted = if preference.granted == i64::MAX { UNLIMITED } else { preference.granted };
    let mut value = json!({
        "name": format!("{}/{id}", parent(project)),
        "service": SERVICE,
        "quotaId": preference.quota_id,
        "dimensions": { "region": preference.region },
        "quotaConfig": {
            "preferredValue": preference.preferred.to_string(),
            "grantedValue": granted.to_string(),
        },
        "etag": preference.etag(),
        "createTime": preference.created.to_string(),
        "updateTime": preference.updated.to_string(),
    });
    if let Value::Object(fields) = &mut value {
        if preference.reconciling {
            fields.insert("reconciling".to_owned(), json!(true));
        }
        if !preference.justification.is_empty() {
            fields.insert("justification".to_owned(), json!(preference.justification));
        }
    }
    value
}
