//! What a caller may set on a repository, which values are taken, and how they come back.
//! Source: the Repository resource; unset fields are absent, as in every answer made from protocol buffers.

use serde_json::{Map, Value as Json, json};

use crate::error::ApiError;
use crate::labels;

/// Settable fields, and whether they can change later.
const FIELDS: [(&str, Change); 13] = [
    ("cleanupPolicies", Change::Free),
    ("cleanupPolicyDryRun", Change::Free),
    ("description", Change::Free),
    ("disallowUnspecifiedMode", Change::Never),
    ("dockerConfig", Change::Free),
    ("format", Change::Never),
    ("kmsKeyName", Change::Never),
    ("labels", Change::Free),
    ("mavenConfig", Change::Never),
    ("mode", Change::Never),
    ("platformLogsConfig", Change::Free),
    ("remoteRepositoryConfig", Change::Free),
    ("virtualRepositoryConfig", Change::Free),
];

/// Fields with a shape of their own, or which only the service writes; sending them back changes nothing.
const OTHERS: [&str; 8] = [
    "createTime",
    "name",
    "registryUri",
    "satisfiesPzi",
    "satisfiesPzs",
    "sizeBytes",
    "updateTime",
    "vulnerabilityScanningConfig",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Free,
    Never,
}

const FORMATS: [&str; 12] =
    ["DOCKER", "MAVEN", "NPM", "APT", "YUM", "GOOGET", "PYTHON", "KFP", "GO", "GENERIC", "RUBY", "CONDA"];
const MODES: [&str; 3] = ["STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"];

/// The settings of a new repository.
pub(super) fn fresh(body: &Map<String, Json>) -> Result<Map<String, Json>, ApiError> {
    refuse_unknown(body)?;
    let format = enumeration(body, "format", &FORMATS, "FORMAT_UNSPECIFIED")?
        .ok_or_else(|| ApiError::invalid("repository format must be specified"))?;
    let mode = enumeration(body, "mode", &MODES, "MODE_UNSPECIFIED")?.unwrap_or("STANDARD_REPOSITORY");
    let mut settings = Map::new();
    settings.insert("format".into(), json!(format));
    for (field, _) in FIELDS {
        if let Some(value) = body.get(field)
            && !matches!(field, "format" | "mode")
        {
            set(&mut settings, field, value)?;
        }
    }
    settings.insert("mode".into(), json!(mode));
    scanning(&mut settings, body);
    Ok(settings)
}

/// The settings after a patch of the fields that the mask names, in `camelCase` or `snake_case`.
pub(super) fn patched(
    before: &Map<String, Json>,
    body: &Map<String, Json>,
    mask: &str,
) -> Result<Map<String, Json>, ApiError> {
    refuse_unknown(body)?;
    let mut settings = before.clone();
    let mut paths = mask.split(',').map(str::trim).filter(|path| !path.is_empty()).peekable();
    if paths.peek().is_none() {
        return Err(ApiError::invalid("update mask must be specified"));
    }
    if mask.trim() == "*" {
        for (field, _) in FIELDS.iter().filter(|(_, change)| *change == Change::Free) {
            replace(&mut settings, field, body.get(*field))?;
        }
        return Ok(settings);
    }
    for path in paths {
        let path = camel_case(path);
        let (field, inner) =
            path.split_once('.').map_or((path.as_str(), None), |(field, rest)| (field, Some(rest)));
        let change = FIELDS.iter().find(|(known, _)| *known == field).map(|(_, change)| *change);
        match (change, field) {
            (Some(Change::Free), _) => {}
            (Some(Change::Never), _) => {
                if body.get(field).is_none_or(|value| Some(value) == before.get(field)) {
                    continue;
                }
                return Err(ApiError::invalid(format!("field {field} of a repository cannot be changed")));
            }
            (None, "vulnerabilityScanningConfig") => {
                scanning(&mut settings, body);
                continue;
            }
            (None, _) => return Err(ApiError::invalid(format!("invalid field in update mask: {path}"))),
        }
        match inner {
            None => replace(&mut settings, field, body.get(field))?,
            Some(inner) => {
                let mut whole = before.get(field).cloned().unwrap_or_else(|| json!({}));
                let value = body.get(field).and_then(|value| value.get(inner));
                if let Some(parts) = whole.as_object_mut() {
                    match value {
                        Some(value) => parts.insert(inner.to_owned(), value.clone()),
                        None => parts.remove(inner),
                    };
                }
                replace(&mut settings, field, Some(&whole))?;
            }
        }
    }
    Ok(settings)
}

fn replace(settings: &mut Map<String, Json>, field: &str, value: Option<&Json>) -> Result<(), ApiError> {
    settings.remove(field);
    match value {
        Some(value) => set(settings, field, value),
        None => Ok(()),
    }
}

/// Sets one field in the form in which it is read back: empty values of plain fields and maps are absent.
fn set(settings: &mut Map<String, Json>, field: &str, value: &Json) -> Result<(), ApiError> {
    let value = match (field, value) {
        ("cleanupPolicies", Json::Object(policies)) => Json::Object(cleanup_policies(policies)?),
        ("labels", Json::Object(labels)) => match labels::problem(labels) {
            Some(problem) => return Err(ApiError::invalid(problem)),
            None => value.clone(),
        },
        ("dockerConfig", Json::Object(config)) => {
            if let Some(unknown) = config.keys().find(|key| *key != "immutableTags") {
                return Err(unknown_name(unknown, "repository.docker_config"));
            }
            let on = config.get("immutableTags").and_then(Json::as_bool) == Some(true);
            if on { json!({ "immutableTags": true }) } else { json!({}) }
        }
        (_, other) => other.clone(),
    };
    let is_message = field.ends_with("Config");
    let empty = match &value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Object(parts) => parts.is_empty() && !is_message,
        Json::Array(items) => items.is_empty(),
        Json::Bool(true) | Json::Number(_) => false,
    };
    if !empty {
        settings.insert(field.to_owned(), value);
    }
    Ok(())
}

/// Policies by id; the service writes the id into each. Durations are seconds with an `s`.
fn cleanup_policies(policies: &Map<String, Json>) -> Result<Map<String, Json>, ApiError> {
    let mut checked = Map::new();
    for (id, policy) in policies {
        let at = format!("repository.cleanup_policies[{id}]");
        let Json::Object(policy) = policy else {
            return Err(ApiError::invalid(format!("Invalid value at '{at}': not an object")));
        };
        refuse_others(policy, &["action", "condition", "id", "mostRecentVersions"], &at)?;
        if let Some(Json::String(held)) = policy.get("id")
            && held != id
        {
            return Err(ApiError::invalid(format!("cleanup policy id {held} does not match its key {id}")));
        }
        enumeration(policy, "action", &["DELETE", "KEEP"], "ACTION_UNSPECIFIED")?
            .ok_or_else(|| ApiError::invalid(format!("cleanup policy {id} has no action")))?;
        match (policy.get("condition"), policy.get("mostRecentVersions")) {
            (Some(Json::Object(condition)), None) => {
                let known = [
                    "newerThan",
                    "olderThan",
                    "packageNamePrefixes",
                    "tagPrefixes",
                    "tagState",
                    "versionNamePrefixes",
                ];
                refuse_others(condition, &known, &format!("{at}.condition"))?;
                enumeration(condition, "tagState", &["TAGGED", "UNTAGGED", "ANY"], "TAG_STATE_UNSPECIFIED")?;
                for field in ["newerThan", "olderThan"] {
                    check_duration(condition.get(field), &format!("{at}.condition.{field}"))?;
                }
            }
            (None, Some(Json::Object(recent))) => {
                refuse_others(
                    recent,
                    &["keepCount", "packageNamePrefixes"],
                    &format!("{at}.most_recent_versions"),
                )?;
            }
            _ => {
                return Err(ApiError::invalid(format!(
                    "cleanup policy {id} must have exactly one of condition and mostRecentVersions"
                )));
            }
        }
        let mut policy = policy.clone();
        policy.insert("id".into(), json!(id));
        checked.insert(id.clone(), Json::Object(policy));
    }
    Ok(checked)
}

fn check_duration(value: Option<&Json>, at: &str) -> Result<(), ApiError> {
    let seconds = |value: &Json| value.as_str()?.strip_suffix('s')?.parse::<f64>().ok();
    match value {
        Some(value) if seconds(value).is_none() => Err(ApiError::invalid(format!(
            "Invalid value at '{at}' (type.googleapis.com/google.protobuf.Duration), {value}"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// What a caller may set of the scanning configuration; the rest of it is the service's.
fn scanning(settings: &mut Map<String, Json>, body: &Map<String, Json>) {
    if let Some(wanted) =
        body.get("vulnerabilityScanningConfig").and_then(|config| config.get("enablementConfig"))
    {
        settings.insert("vulnerabilityScanningConfig".into(), json!({ "enablementConfig": wanted }));
    }
}

/// An enumeration's value; its unspecified value counts as unset.
fn enumeration<'body>(
    body: &'body Map<String, Json>,
    field: &str,
    known: &[&str],
    unspecified: &str,
) -> Result<Option<&'body str>, ApiError> {
    match body.get(field) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(value)) if value == unspecified => Ok(None),
        Some(Json::String(value)) if known.contains(&value.as_str()) => Ok(Some(value)),
        Some(other) => {
            Err(ApiError::invalid(format!("Invalid value at 'repository.{field}' (TYPE_ENUM), {other}")))
        }
    }
}

fn refuse_unknown(body: &Map<String, Json>) -> Result<(), ApiError> {
    let known = |key: &String| FIELDS.iter().any(|(field, _)| field == key) || OTHERS.contains(&key.as_str());
    match body.keys().find(|key| !known(key)) {
        Some(key) => Err(unknown_name(key, "repository")),
        None => Ok(()),
    }
}

fn refuse_others(object: &Map<String, Json>, known: &[&str], at: &str) -> Result<(), ApiError> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(unknown_name(key, at)),
        None => Ok(()),
    }
}

fn unknown_name(name: &str, at: &str) -> ApiError {
    ApiError::invalid(format!(
        "Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field."
    ))
}

fn camel_case(path: &str) -> String {
    let mut upper = false;
    path.chars()
        .filter_map(|letter| {
            let raise = std::mem::replace(&mut upper, letter == '_');
            (letter != '_').then(|| if raise { letter.to_ascii_uppercase() } else { letter })
        })
        .collect()
}
