//! Notes what a call did, so that later ones do not see it at once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Lag, project_of};
use crate::call::{Answer, Call, Payload};
use crate::routes::Api;
use crate::world::World;

/// The ways in which a service account is named by others; each learns of it by itself.
const WAYS: [&str; 3] = ["member", "runtime", "build"];

/// What must be known of the time before a call to tell what it did.
#[derive(Debug, Default)]
pub(crate) struct Before(Option<BTreeSet<(String, String)>>);

/// Looks before a call is carried out: at the grants, if it may change them.
pub(crate) fn before(call: &Call, api: Api, world: &mut World) -> Before {
    let edits = api == Api::ResourceManager && call.verb.as_deref() == Some("setIamPolicy");
    let project = if edits { project_of(call, api, world) } else { None };
    Before(project.map(|project| project.policy.grants().collect()))
}

/// Looks after a call was carried out.
pub(crate) fn note(call: &Call, api: Api, answer: &Answer, before: Before, world: &mut World) {
    let Some(project) = project_of(call, api, world).filter(|_| (200..300).contains(&answer.status)) else {
        return;
    };
    let now = call.now();
    let times = |project: &crate::world::Project, lag| project.times(lag, &call.context);
    let body = match &answer.payload {
        Payload::Json(body) => body,
        Payload::Bytes(..) | Payload::Empty => &Value::Null,
    };
    if let Some(path) = created(call, api, body) {
        // Buckets and objects are read back at once, everywhere.
        if api != Api::Storage {
            let first = u32::from(api == Api::Iam);
            let times = times(project, Lag::Reads);
            project.consistency.begin_after(Lag::Reads, &path, first, times, Lag::Reads.ends(&call.context));
        }
        if let Some(email) = body.get("email").and_then(Value::as_str).filter(|_| api == Api::Iam) {
            for way in WAYS {
                let (about, times) = (format!("{way} {email}"), times(project, Lag::Accounts));
                project.consistency.begin(Lag::Accounts, &about, times, Lag::Accounts.ends(&call.context));
            }
        }
    }
    if call.method == "DELETE" {
        let path = thing(call);
        project.consistency.forget(Lag::Reads, &path);
        if frees_its_name(api, &path) {
            let times = times(project, Lag::Names);
            project.consistency.begin(Lag::Names, &path, times, Lag::Names.ends(&call.context));
        }
    }
    if let Some(known) = before.0 {
        let new: Vec<_> = project.policy.grants().filter(|grant| !known.contains(grant)).collect();
        for (role, member) in new {
            let times = times(project, Lag::Grants);
            let about = format!("{role} {member}");
            project.consistency.begin(Lag::Grants, &about, times, Lag::Grants.ends(&call.context));
        }
    }
    if api == Api::ResourceManager && call.verb.as_deref() == Some("getIamPolicy") {
        // After the answer, so that the etag in it is stale at once.
        for (role, member) in project.consistency.arrives() {
            project.policy.grant(&role, &member, now);
        }
    }
    if api == Api::CloudBuild && call.method == "POST" && call.verb.is_none() {
        let account = body.pointer("/metadata/build/serviceAccount").and_then(Value::as_str).unwrap_or("");
        let email = account.rsplit('/').next().unwrap_or(account);
        project.consistency.take(Lag::Grants, now, |grant| is_granted_to(grant, email));
    }
}

impl crate::world::Project {
    /// Whether something that was just granted to an account does not hold yet.
    pub(crate) fn waits_for_grants(&self, email: &str, now: jiff::Timestamp) -> bool {
        self.consistency.is_late(Lag::Grants, now, |grant| is_granted_to(grant, email))
    }
}

fn is_granted_to(grant: &str, email: &str) -> bool {
    grant.split_once(' ').and_then(|(_, member)| member.strip_prefix("serviceAccount:")) == Some(email)
}

/// The path of what a call is about, without a verb.
pub(super) fn thing(call: &Call) -> String {
    call.segments.join("/")
}

/// The path of what a call creates. What the server names is only known from its answer.
pub(super) fn created(call: &Call, api: Api, answer: &Value) -> Option<String> {
    if call.method != "POST" || call.verb.is_some() {
        return None;
    }
    let parts = call.parts();
    let id = match (api, parts.as_slice()) {
        (Api::Run, [.., "services"]) => call.query.get("serviceId")?.to_owned(),
        (Api::ArtifactRegistry, [.., "repositories"]) => {
            call.query.get("repositoryId").or_else(|| call.query.get("repository_id"))?.to_owned()
        }
        (Api::Iam, [.., "serviceAccounts"]) => answer.get("email")?.as_str()?.to_owned(),
        (Api::CloudBuild, [.., "builds"]) => answer.pointer("/metadata/build/id")?.as_str()?.to_owned(),
        (Api::Storage, ["storage", "v1", "b"]) => call.json().ok()?.get("name")?.as_str()?.to_owned(),
        _ => return None,
    };
    Some(format!("{}/{id}", thing(call)))
}

/// Whether what is deleted can be made again under its name, and that may take a while.
fn frees_its_name(api: Api, path: &str) -> bool {
    let holder = path.rsplit('/').nth(1);
    matches!(
        (api, holder),
        (Api::Run, Some("services"))
            | (Api::ArtifactRegistry, Some("repositories"))
            | (Api::Storage, Some("b"))
    )
}
