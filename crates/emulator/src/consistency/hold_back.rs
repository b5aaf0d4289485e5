//! Calls that are refused because something that was done is not seen yet.

use serde_json::Value;

use super::note::{created, thing};
use super::{Lag, Refused, project_of, text};
use crate::call::Call;
use crate::error::ApiError;
use crate::gate;
use crate::routes::Api;
use crate::world::{Project, World};

/// Refuses a call, or lets it through. To be asked after the gate has let the call through.
pub(crate) fn hold_back(call: &Call, api: Api, world: &mut World) -> Refused {
    let service = gate::service_of(call, api, world);
    let Some(project) = project_of(call, api, world) else { return Ok(()) };
    if let Some(service) = &service {
        rate(call, project, service)?;
        if project.consistency.take(Lag::Apis, call.now(), |late| late == service).is_some() {
            return Err(gate::disabled(project, service));
        }
    }
    grants(call, api, project)?;
    names(call, api, project)?;
    reads(call, api, project)?;
    accounts(call, api, project)
}

/// The first call of each API, and of each way to use it, comes too fast.
fn rate(call: &Call, project: &mut Project, service: &str) -> Refused {
    let way = if call.is_read() { "Read" } else { "Write" };
    let times = project.times(Lag::RateLimits, &call.context);
    let about = format!("{way} {service}");
    if project.consistency.first_sight(Lag::RateLimits, &about, times, call.now()) {
        return Err(text::too_fast(service, way, &project.number));
    }
    Ok(())
}

/// What the caller was just granted does not hold yet. The caller is taken to have nothing else but what grants take.
fn grants(call: &Call, api: Api, project: &mut Project) -> Refused {
    let Some(permission) = gate::needed(call, api) else { return Ok(()) };
    let caller = &call.caller;
    let holds_it = |grant: &str| {
        grant.split_once(' ').is_some_and(|(role, member)| member == caller && covers(role, permission))
    };
    if project.consistency.take(Lag::Grants, call.now(), holds_it).is_none() {
        return Ok(());
    }
    Err(gate::denied(call, api, permission))
}

/// Whether a role is of the service that a permission belongs to: `roles/run.admin` and `run.services.create`.
fn covers(role: &str, permission: &str) -> bool {
    let service = |text: &str| text.split('.').next().unwrap_or_default().to_owned();
    // This role holds one permission only, which no method asks for by itself.
    role != "roles/iam.serviceAccountUser"
        && !permission.starts_with("resourcemanager.")
        && role.strip_prefix("roles/").map(service) == Some(service(permission))
}

/// A name that was just freed is still taken.
fn names(call: &Call, api: Api, project: &mut Project) -> Refused {
    let Some(path) = created(call, api, &Value::Null) else { return Ok(()) };
    match project.consistency.take(Lag::Names, call.now(), |late| late == path) {
        Some(_) => Err(text::taken(api, &path)),
        None => Ok(()),
    }
}

/// What was just created is not found, be it by itself or as what something belongs to.
fn reads(call: &Call, api: Api, project: &mut Project) -> Refused {
    let asks = call.method == "GET" || matches!(call.verb.as_deref(), Some("getIamPolicy" | "setIamPolicy"));
    let path = thing(call);
    let is_it =
        |late: &str| path.strip_prefix(late).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if !asks || project.consistency.take(Lag::Reads, call.now(), is_it).is_none() {
        return Ok(());
    }
    Err(text::not_found(api, &path, &project.id))
}

/// A new account does not exist yet for those who name it.
fn accounts(call: &Call, api: Api, project: &mut Project) -> Refused {
    let creates_or_changes = matches!(call.method.as_str(), "POST" | "PATCH");
    let (way, refusal): (&str, fn(&str) -> ApiError) = match (api, call.verb.as_deref()) {
        (_, Some("setIamPolicy")) => ("member", text::no_such_member),
        (Api::Storage, _) if call.method == "PUT" && call.path.ends_with("/iam") => {
            ("member", text::no_such_member)
        }
        (Api::Run, None) if creates_or_changes => ("runtime", text::may_not_act_as),
        (Api::CloudBuild, None) if creates_or_changes => ("build", text::no_such_builder),
        _ => return Ok(()),
    };
    let body = String::from_utf8_lossy(&call.body);
    let named =
        |late: &str| late.split_once(' ').is_some_and(|(known, email)| known == way && body.contains(email));
    match project.consistency.take(Lag::Accounts, call.now(), named) {
        Some(late) => Err(refusal(late.split_once(' ').map_or(late.as_str(), |(_, email)| email))),
        None => Ok(()),
    }
}
