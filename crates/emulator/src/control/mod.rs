//! Routes of the emulator itself, under `/emulator/`. They need no token: only this machine reaches them.
//!
//! | call | does |
//! |---|---|
//! | `GET /emulator/identity-token?audience=URL[&account=EMAIL]` | an identity token for calling a deployed service, as `{"token": ...}`, or as plain text with `&format=text`; the account defaults to the caller |
//! | `GET /emulator/journal` | every exchange so far, oldest first |
//! | `GET /emulator/project[?project=ID]` | what is set by the next call |
//! | `POST /emulator/project[?project=ID]` | seeds and bends a project, see below; one that is not there is made |
//! | `GET`, `POST /emulator/faults` | the rules that make calls go wrong, see [`crate::Rule`] |
//! | `POST /emulator/settle` | lets everything that is not seen yet take effect, as minutes would |
//! | `POST /emulator/reset` | forgets the whole world and begins with a fresh project |
//!
//! The body of `POST /emulator/project` may hold any of:
//! `enable` (API names that were on before), `grant` (`[{role, member}]` bindings that were there before),
//! `deniedPermissions` (permissions that the caller lacks), `quotas` (`{"QUOTA_ID": 5, "QUOTA_ID/REGION": 1}`, whole
//! GPUs), `quotaReviews` (`{"QUOTA_ID": "grant" | "deny" | "wait" | {"upTo": 5}}`, what becomes of requests for more), `billingDisabled`, `failures` (`[{kind: "revision" | "build" | "operation", name, message, cause, code, times}]`, what is to fail
//! next), `lags` (`{"reads": 2, "all": 1}`, how many calls each lag holds back; 0 is off). Each given field replaces what was
//! set before, except `enable` and `grant`, which add.
//!
//! Any access token is good for the imitated APIs and stands for the caller of the settings. `Bearer as:EMAIL` stands
//! for someone else, so that a change by another person can be shown; a token minted by IAM Credentials stands for its
//! service account.

pub(crate) mod tokens;

use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::clock::later;
use crate::consistency::{self, Settle};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::world::{Project, World};

/// How long an identity token is good for.
const TOKEN_LIFETIME: std::time::Duration = std::time::Duration::from_hours(1);

/// Answers the control routes; `None` for every other path.
pub(crate) fn handle(call: &Call, world: &mut World) -> Option<Result<Answer, ApiError>> {
    let parts = call.parts();
    let ["emulator", rest @ ..] = parts.as_slice() else {
        return None;
    };
    Some(match (call.method.as_str(), rest) {
        ("GET", ["identity-token"]) => identity_token(call, world),
        ("GET", ["project"]) => tuning(call, world),
        ("POST", ["project"]) => seed(call, world),
        ("POST", ["settle"]) => {
            consistency::settle(world, &call.context, Settle::All);
            Ok(Answer::empty_object())
        }
        ("POST", ["reset"]) => {
            *world = World::default();
            let settings = &call.context.settings;
            world.ensure_project(&settings.project, &settings.caller, call.now());
            Ok(Answer::empty_object())
        }
        _ => Err(ApiError::not_found(format!(
            "The emulator has no control route {} {}.",
            call.method, call.path
        ))),
    })
}

fn project_id(call: &Call) -> &str {
    call.query.get("project").unwrap_or(&call.context.settings.project)
}

fn identity_token(call: &Call, world: &World) -> Result<Answer, ApiError> {
    let Some(audience) = call.query.get("audience").filter(|audience| !audience.is_empty()) else {
        return Err(ApiError::invalid(
            "Say for which service the token is: /emulator/identity-token?audience=https://NAME-NUMBER.REGION.run.app",
        ));
    };
    let email = call.query.get("account").unwrap_or_else(|| call.caller_email());
    let project = world.project(project_id(call)).ok_or_else(no_such_project)?;
    let token = identity_for(call, project, email, audience)?;
    if call.query.get("format") == Some("text") {
        return Ok(Answer::bytes("text/plain; charset=utf-8", token.into_bytes().into()));
    }
    Ok(Answer::json(json!({ "token": token })))
}

/// An identity token of an account or a person.
pub(crate) fn identity_for(
    call: &Call,
    project: &Project,
    email: &str,
    audience: &str,
) -> Result<String, ApiError> {
    if !project.knows_account(email) {
        return Err(ApiError::not_found(format!("Service account {email} does not exist.")));
    }
    let subject = project
        .iam
        .accounts
        .get(email)
        .map_or_else(|| crate::iam::unique_id_of(email), |account| account.unique_id.clone());
    Ok(tokens::issue(email, &subject, audience, later(call.now(), TOKEN_LIFETIME), call.now()))
}

fn tuning(call: &Call, world: &World) -> Result<Answer, ApiError> {
    let project = world.project(project_id(call)).ok_or_else(no_such_project)?;
    let tuning =
        serde_json::to_value(&project.tuning).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(Answer::json(tuning))
}

fn seed(call: &Call, world: &mut World) -> Result<Answer, ApiError> {
    let Value::Object(body) = call.json()? else {
        return Err(ApiError::invalid("Expected an object."));
    };
    world.ensure_project(project_id(call), &call.context.settings.caller, call.now());
    let project = world.project_mut(project_id(call)).ok_or_else(no_such_project)?;
    let wrong = |field: &str, error: serde_json::Error| {
        ApiError::invalid(format!("The field {field} of the seed is not understood: {error}"))
    };
    for (field, value) in body {
        match field.as_str() {
            "enable" => {
                let services: Vec<String> =
                    serde_json::from_value(value).map_err(|error| wrong("enable", error))?;
                for service in services {
                    crate::service_usage::turn_on(project, &service, &call.context);
                }
            }
            "grant" => {
                let bindings: Vec<Grant> =
                    serde_json::from_value(value).map_err(|error| wrong("grant", error))?;
                for grant in bindings {
                    project.policy.grant(&grant.role, &grant.member, call.now());
                }
            }
            "deniedPermissions" => {
                project.tuning.denied_permissions =
                    serde_json::from_value(value).map_err(|error| wrong("deniedPermissions", error))?;
            }
            "quotas" => {
                project.tuning.quotas =
                    serde_json::from_value(value).map_err(|error| wrong("quotas", error))?;
            }
            "quotaReviews" => {
                project.tuning.quota_reviews =
                    serde_json::from_value(value).map_err(|error| wrong("quotaReviews", error))?;
            }
            "billingDisabled" => {
                project.tuning.billing_disabled =
                    serde_json::from_value(value).map_err(|error| wrong("billingDisabled", error))?;
            }
            "failures" => {
                project.tuning.failures =
                    serde_json::from_value(value).map_err(|error| wrong("failures", error))?;
            }
            "lags" => {
                let lags: consistency::Lags =
                    serde_json::from_value(value).map_err(|error| wrong("lags", error))?;
                lags.check().map_err(|error| ApiError::invalid(error.to_string()))?;
                project.tuning.lags = lags;
            }
            other => {
                return Err(ApiError::invalid(format!(
                    "The seed has no field {other}; it has enable, grant, deniedPermissions, quotas, quotaReviews, billingDisabled, failures and lags."
                )));
            }
        }
    }
    Ok(Answer::empty_object())
}

/// One binding that was there before.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    role: String,
    member: String,
}
