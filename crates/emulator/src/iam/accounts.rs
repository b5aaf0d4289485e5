//! `projects/P/serviceAccounts`: create, get, list, patch, delete, switch, policy.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Account;
use crate::call::{Answer, Call, Handled, refuse_unknown};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::part::Part;
use crate::policy::{Anonymous, Policy};
use crate::world::{Project, World};

/// The etag that every recorded account carried; it never changes.
const ETAG: &str = "MDEwMjE5MjA=";

/// Answers calls on service accounts.
pub(super) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    let (project, account) = match parts.as_slice() {
        ["v1", "projects", project, "serviceAccounts"] => (*project, None),
        ["v1", "projects", project, "serviceAccounts", account] => (*project, Some(*account)),
        _ => return None,
    };
    // `-` is allowed for the project where the e-mail already says which.
    let own = call.context.settings.project.clone();
    let id = if project == "-" { own.as_str() } else { project };
    let Some(project) = world.project_mut(id) else {
        return Some(Err(no_such_project()));
    };
    let method = call.method.as_str();
    Some(match (method, account, call.verb.as_deref()) {
        ("POST", None, None) => create(call, project),
        ("GET", None, None) => list(call, project),
        ("GET", Some(account), None) => {
            find(project, account).map(|account| Answer::json(view(project, account)))
        }
        ("PATCH", Some(account), None) => patch(call, project, account),
        ("DELETE", Some(account), None) => delete(project, account),
        ("POST", Some(account), Some("enable")) => switch(project, account, false),
        ("POST", Some(account), Some("disable")) => switch(project, account, true),
        ("POST", Some(account), Some("getIamPolicy")) => {
            find(project, account).map(|account| Answer::json(account.policy.to_json()))
        }
        ("POST", Some(account), Some("setIamPolicy")) => set_policy(call, project, account),
        ("POST", Some(account), Some("testIamPermissions")) => {
            find(project, account).and_then(|_| crate::resource_manager::granted(call, project))
        }
        _ => return None,
    })
}

/// The account with this e-mail or unique id.
pub(super) fn find<'project>(project: &'project Project, asked: &str) -> Result<&'project Account, ApiError> {
    project
        .iam
        .accounts
        .get(asked)
        .or_else(|| project.iam.accounts.values().find(|account| account.unique_id == asked))
        .map(|account| &**account)
        .ok_or_else(|| missing(project, asked))
}

/// 404 in one of the two texts that were recorded: for an account that never was, and for one that was.
fn missing(project: &Project, asked: &str) -> ApiError {
    if !project.iam.deleted.contains(asked) {
        return ApiError::not_found("Unknown service account");
    }
    ApiError::not_found(format!(
        "Service account projects/{}/serviceAccounts/{asked} does not exist.",
        project.id
    ))
}

fn find_mut<'project>(
    project: &'project mut Project,
    asked: &str,
) -> Result<&'project mut Account, ApiError> {
    let email = find(project, asked)?.email.clone();
    let found = project.iam.accounts.get_mut(&email).map(|account| &mut **account);
    found.ok_or_else(|| ApiError::not_found("Unknown service account"))
}

fn view(project: &Project, account: &Account) -> Value {
    let mut answer = Map::new();
    let name = format!("projects/{}/serviceAccounts/{}", project.id, account.email);
    answer.insert("name".into(), json!(name));
    answer.insert("projectId".into(), json!(project.id));
    answer.insert("uniqueId".into(), json!(account.unique_id));
    answer.insert("email".into(), json!(account.email));
    if !account.display_name.is_empty() {
        answer.insert("displayName".into(), json!(account.display_name));
    }
    if !account.description.is_empty() {
        answer.insert("description".into(), json!(account.description));
    }
    answer.insert("etag".into(), json!(ETAG));
    answer.insert("oauth2ClientId".into(), json!(account.unique_id));
    if account.disabled {
        answer.insert("disabled".into(), json!(true));
    }
    Value::Object(answer)
}

fn create(call: &Call, project: &mut Project) -> Result<Answer, ApiError> {
    let body = call.json()?;
    refuse_unknown(&body, &["accountId", "serviceAccount"], "")?;
    let id = body.get("accountId").and_then(Value::as_str).unwrap_or("");
    if !well_formed(id) {
        return Err(ApiError::invalid(format!(
            "The account ID \"{id}\" does not have a length between 6 and 30, or is not lower-case letters, digits \
             and dashes starting with a letter and ending with a letter or digit."
        ))
        .with_field_violation("account_id", "must match [a-z]([-a-z0-9]*[a-z0-9]), 6 to 30 characters"));
    }
    let email = format!("{id}@{}.iam.gserviceaccount.com", project.id);
    if project.iam.accounts.contains_key(&email) {
        return Err(ApiError::already_exists(format!(
            "Service account {id} already exists within project projects/{}.",
            project.id
        )));
    }
    let details = body.get("serviceAccount").cloned().unwrap_or_else(|| json!({}));
    refuse_unknown(&details, &["displayName", "description"], "service_account")?;
    let account = Account {
        email: email.clone(),
        unique_id: new_unique_id(),
        display_name: text(&details, "displayName"),
        description: text(&details, "description"),
        disabled: false,
        policy: Policy::default(),
    };
    let answer = view(project, &account);
    project.iam.accounts.insert(email, account.into());
    Ok(Answer::json(answer))
}

fn list(call: &Call, project: &Project) -> Result<Answer, ApiError> {
    let size = match call.query.integer("pageSize")? {
        None | Some(0) => 20,
        Some(asked) => usize::try_from(asked)
            .map_err(|_| ApiError::invalid("The page size must not be negative."))?
            .min(100),
    };
    let after = call.query.get("pageToken").unwrap_or("");
    let mut rest = project.iam.accounts.values().filter(|account| account.email.as_str() > after);
    let page: Vec<&Part<Account>> = rest.by_ref().take(size).collect();
    let mut answer = Map::new();
    if !page.is_empty() {
        let views: Vec<Value> = page.iter().map(|account| view(project, account)).collect();
        answer.insert("accounts".into(), json!(views));
    }
    if rest.next().is_some()
        && let Some(last) = page.last()
    {
        answer.insert("nextPageToken".into(), json!(last.email));
    }
    Ok(Answer::json(Value::Object(answer)))
}

/// PATCH: only masked fields change, the mask is in snake case, and the answer is partial, all as recorded.
fn patch(call: &Call, project: &mut Project, asked: &str) -> Result<Answer, ApiError> {
    let body = call.json()?;
    refuse_unknown(&body, &["serviceAccount", "updateMask"], "")?;
    let mask = text(&body, "updateMask");
    let wanted = body.get("serviceAccount").cloned().unwrap_or_else(|| json!({}));
    let name = format!("projects/{}/serviceAccounts/{asked}", project.id);
    let account = find_mut(project, asked)?;
    let mut answer = Map::new();
    answer.insert("name".into(), json!(name));
    for field in mask.split(',').map(str::trim) {
        match field {
            "display_name" | "displayName" => {
                account.display_name = text(&wanted, "displayName");
                answer.insert("displayName".into(), json!(account.display_name));
            }
            "description" => {
                account.description = text(&wanted, "description");
                answer.insert("description".into(), json!(account.description));
            }
            other => {
                return Err(ApiError::invalid(format!(
                    "The update mask \"{other}\" is not valid; allowed are display_name and description."
                )));
            }
        }
    }
    Ok(Answer::json(Value::Object(answer)))
}

/// DELETE: every policy keeps the member in its `deleted:` form, and its etag.
fn delete(project: &mut Project, asked: &str) -> Result<Answer, ApiError> {
    let gone = find(project, asked)?.clone();
    project.iam.accounts.remove(&gone.email);
    project.iam.deleted.insert(gone.email.clone());
    let member = format!("serviceAccount:{}", gone.email);
    let policies = project.run.policies_naming(&member);
    let policies = policies.chain(project.iam.policies_naming(&member));
    let policies = policies.chain(project.storage.policies_naming(&member));
    let policies = policies.chain(project.artifact_registry.policies_naming(&member));
    for policy in policies {
        policy.mark_deleted(&member, &gone.unique_id);
    }
    if project.policy.names(&member) {
        project.policy.mark_deleted(&member, &gone.unique_id);
    }
    Ok(Answer::empty_object())
}

fn switch(project: &mut Project, asked: &str, disabled: bool) -> Result<Answer, ApiError> {
    find_mut(project, asked)?.disabled = disabled;
    Ok(Answer::empty_object())
}

fn set_policy(call: &Call, project: &mut Project, asked: &str) -> Result<Answer, ApiError> {
    let body = call.json()?;
    let mut policy = find(project, asked)?.policy.clone();
    let answer = policy.set(&body, project, Anonymous::Refused, call.now())?;
    find_mut(project, asked)?.policy = policy;
    Ok(Answer::json(answer))
}

/// 6 to 30 characters: a letter, then letters, digits and dashes, no dash at the end.
fn well_formed(id: &str) -> bool {
    let bytes = id.as_bytes();
    (6..=30).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|last| *last != b'-')
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// A new 21-digit id.
pub(super) fn new_unique_id() -> String {
    digits(&Uuid::new_v4().simple().to_string())
}

/// 21 digits from hexadecimal text, beginning with 1 as recorded ones do.
pub(super) fn digits(hexadecimal: &str) -> String {
    let number = u64::from_str_radix(hexadecimal.get(..15).unwrap_or("0"), 16).unwrap_or(0);
    format!("1{number:020}")
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or("").to_owned()
}
