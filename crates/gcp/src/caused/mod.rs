//! What this run did and what may therefore not have taken effect everywhere yet. Only such things are waited for:
//! the same refusal without a cause in this run is final.
//!
//! Sources for the limits: an enabled API answers after minutes, allow policies take effect after 2 to 10 minutes,
//! new service accounts are known after a minute or two (Google's guides and recorded replies).

mod grants;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Api, ApiRequest, Body, Json, Method, PolicyEdit, last_part};
use tokio::time::Instant;

use crate::created::created_path;
use crate::errors::{Problem, Reason, permission_of};
use crate::http::Outgoing;
use crate::retry::Settling;
use grants::{Granted, Refused};

const ENABLING: Duration = Duration::from_mins(5);
const GRANTING: Duration = Duration::from_mins(10);
const FIRST_CALLS: Duration = Duration::from_mins(1);
const ACCOUNT: Duration = Duration::from_mins(2);
const PARENT: Duration = Duration::from_mins(1);
/// How long a name stays taken after a deletion.
pub(crate) const NAME_REUSE: Duration = Duration::from_mins(5);

/// What this run did so far.
#[derive(Default)]
pub(crate) struct Caused(Mutex<Deeds>);

#[derive(Default)]
struct Deeds {
    enabled: BTreeMap<String, Instant>,
    granted: Vec<Granted>,
    accounts: BTreeMap<String, Instant>,
    made: BTreeMap<String, Instant>,
    deleted: BTreeMap<String, Instant>,
}

/// Why it is worth waiting, in words for the progress line.
pub(crate) struct Explanation {
    pub(crate) settling: Settling,
    pub(crate) waiting_for: String,
}

impl Caused {
    /// Notes a call that succeeded.
    pub(crate) fn note(&self, request: &ApiRequest, body: &Json) {
        let now = Instant::now();
        let mut deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for service in enabled_by(request) {
            deeds.enabled.insert(service, now);
        }
        if let Some(path) = created_path(request) {
            if let Some(email) = body.get("email").and_then(Json::as_str) {
                deeds.accounts.insert(email.to_owned(), now);
            }
            deeds.deleted.remove(&path);
            deeds.made.insert(path, now);
        }
        if request.method == Method::Delete {
            deeds.made.remove(&request.path);
            deeds.deleted.insert(request.path.clone(), now);
        }
    }

    /// Notes a thing that was made at a path which its request does not tell.
    pub(crate) fn note_made(&self, path: String) {
        let mut deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.made.insert(path, Instant::now());
    }

    /// Notes grants that are being written: others may be refused for want of them before the answer is here, and the
    /// answer may be lost.
    pub(crate) fn note_grants(&self, edit: &PolicyEdit) {
        let mut deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.granted.retain(|granted| !granted.is_of(edit));
        deeds.granted.extend(Granted::by(edit, Instant::now()));
    }

    /// Takes back grants that were not written after all.
    pub(crate) fn forget_grants(&self, edit: &PolicyEdit) {
        let mut deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.granted.retain(|granted| !granted.is_of(edit));
    }

    /// What this run did that explains why a build of an account could not do its work, if anything.
    pub(crate) fn explain_build(&self, account: &str) -> Option<Explanation> {
        let deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let granted = deeds.granted.iter().rev().find_map(|granted| granted.names(account));
        if let Some((since, shown)) = granted {
            return Some(Explanation::of(since, GRANTING, taking_effect(shown)));
        }
        if let Some(since) = deeds.accounts.get(account) {
            return Some(Explanation::of(*since, ACCOUNT, known_everywhere(account)));
        }
        let since = deeds.enabled.get(Api::CloudBuild.host())?;
        Some(Explanation::of(*since, FIRST_CALLS, ready_for_use(Api::CloudBuild)))
    }

    /// What this run did that explains a refusal, if anything. `caller` is who asked, if known.
    pub(crate) fn explain(
        &self,
        outgoing: &Outgoing,
        problem: &Problem,
        caller: Option<&str>,
    ) -> Option<Explanation> {
        // There is another way to follow an operation, so a refused wait method is not waited for.
        if outgoing.path.ends_with(":wait") {
            return None;
        }
        let deeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let explanation = |since, limit, waiting_for| Some(Explanation::of(since, limit, waiting_for));
        match problem.reason() {
            Reason::ServiceDisabled => {
                let service = problem.service.as_deref().unwrap_or_else(|| outgoing.api.host());
                explanation(
                    *deeds.enabled.get(service)?,
                    ENABLING,
                    format!("{service} to answer after it was enabled"),
                )
            }
            Reason::Denied => deeds.explain_denied(outgoing, problem, caller),
            Reason::UnknownAccount => {
                let (email, since) = deeds.account_in(&problem.message)?;
                explanation(since, ACCOUNT, known_everywhere(email))
            }
            Reason::NotFound if outgoing.method != Method::Delete => {
                let (path, since) = deeds.made.iter().find(|(path, _)| is_within(&outgoing.path, path))?;
                explanation(*since, PARENT, format!("{path} to be readable"))
            }
            Reason::Exists | Reason::Aborted => {
                let since = deeds.deleted.get(outgoing.creates.as_deref()?)?;
                explanation(*since, NAME_REUSE, "the deletion of the former one to end".to_owned())
            }
            Reason::NotFound
            | Reason::RateLimit
            | Reason::ActivationInProgress
            | Reason::Precondition
            | Reason::Server
            | Reason::Unauthenticated
            | Reason::Final => None,
        }
    }
}

impl Deeds {
    /// A new account that may not be acted as is refused like one that nobody may act as.
    fn explain_denied(
        &self,
        outgoing: &Outgoing,
        problem: &Problem,
        caller: Option<&str>,
    ) -> Option<Explanation> {
        let permission = permission_of(problem, outgoing.api, outgoing.method, &outgoing.path);
        let refused = Refused { permission, caller, message: &problem.message };
        let is_new = |email: &str| self.accounts.contains_key(email);
        let mut granted = self.granted.iter().rev();
        if let Some((since, shown)) = granted.find_map(|granted| granted.explains(outgoing, refused, is_new))
        {
            return Some(Explanation::of(since, GRANTING, taking_effect(shown)));
        }
        if let Some((email, since)) = self.account_in(&problem.message) {
            return Some(Explanation::of(since, ACCOUNT, known_everywhere(email)));
        }
        let since = self.enabled.get(outgoing.api.host())?;
        Some(Explanation::of(*since, FIRST_CALLS, ready_for_use(outgoing.api)))
    }

    /// The account of this run that a text names.
    fn account_in(&self, text: &str) -> Option<(&str, Instant)> {
        let mut accounts = self.accounts.iter();
        accounts
            .find(|(email, _)| text.contains(email.as_str()))
            .map(|(email, since)| (email.as_str(), *since))
    }
}

impl Explanation {
    fn of(since: Instant, limit: Duration, waiting_for: String) -> Self {
        Self { settling: Settling { age: since.elapsed(), limit }, waiting_for }
    }
}

fn taking_effect(shown: &str) -> String {
    format!("the roles granted on {shown} to take effect")
}

fn known_everywhere(email: &str) -> String {
    format!("the account {email} to be known everywhere")
}

fn ready_for_use(api: Api) -> String {
    format!("{} to be ready for use", api.host())
}

fn enabled_by(request: &ApiRequest) -> Vec<String> {
    if let Some(path) = request.path.strip_suffix(":enable") {
        return vec![last_part(path).to_owned()];
    }
    match &request.body {
        Body::Json(json) if request.path.ends_with("services:batchEnable") => json
            .get("serviceIds")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(|service| service.as_str().map(str::to_owned))
            .collect(),
        Body::Json(_) | Body::Empty | Body::Bytes { .. } => Vec::new(),
    }
}

/// Whether a call is about a thing or about something inside it.
fn is_within(path: &str, thing: &str) -> bool {
    path.strip_prefix("upload/")
        .unwrap_or(path)
        .strip_prefix(thing)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
}

#[cfg(test)]
mod tests {
    use model::{Grant, PolicyRef};
    use serde_json::json;

    use super::*;
    use crate::Endpoint;

    fn problem(http: u16, error: &Json) -> Problem {
        Problem::of_json(http, error)
    }

    fn outgoing(request: &ApiRequest) -> Outgoing {
        Outgoing::new(&Endpoint::Google, request).unwrap()
    }

    #[test]
    fn a_disabled_api_is_waited_for_only_after_this_run_enabled_it() {
        let caused = Caused::default();
        let call = outgoing(&ApiRequest::get(Api::Run, "v2/projects/p/locations/l/services/s"));
        let disabled = problem(
            403,
            &json!({"details": [{"@type": "google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
            "metadata": {"service": "run.googleapis.com"}}]}),
        );
        assert!(caused.explain(&call, &disabled, None).is_none());
        let enable = ApiRequest::post(
            Api::ServiceUsage,
            "v1/projects/p/services:batchEnable",
            json!({"serviceIds": ["run.googleapis.com"]}),
        );
        caused.note(&enable, &json!({}));
        let found = caused.explain(&call, &disabled, None).unwrap();
        assert_eq!(found.waiting_for, "run.googleapis.com to answer after it was enabled");
    }

    #[test]
    fn a_missing_parent_is_waited_for_only_while_this_run_keeps_it() {
        let caused = Caused::default();
        let create = ApiRequest::post(Api::Iam, "v1/projects/p/serviceAccounts", json!({"accountId": "run"}));
        let account = "v1/projects/p/serviceAccounts/run@p.iam.gserviceaccount.com";
        let read = outgoing(&ApiRequest::get(Api::Iam, account));
        let missing = problem(404, &json!({"message": "Unknown service account"}));
        assert!(caused.explain(&read, &missing, None).is_none());
        caused.note(&create, &json!({"email": "run@p.iam.gserviceaccount.com"}));
        assert!(caused.explain(&read, &missing, None).is_some());
        let unknown = problem(
            400,
            &json!({"message": "Service account run@p.iam.gserviceaccount.com does not exist."}),
        );
        assert!(caused.explain(&read, &unknown, None).is_some());
        caused.note(&ApiRequest::delete(Api::Iam, account), &json!({}));
        assert!(caused.explain(&read, &missing, None).is_none());
        assert!(!is_within("v1/a/services/ab", "v1/a/services/a"));
    }

    #[test]
    fn a_denial_is_waited_for_only_where_this_runs_grants_can_matter() {
        let caused = Caused::default();
        let call =
            |verb: &str| ApiRequest::post(Api::ResourceManager, format!("v3/projects/p:{verb}"), json!({}));
        let grant =
            |role: &str| Grant { role: role.into(), member: "user:me@example.com".into(), condition: None };
        let edit = PolicyEdit {
            policy: PolicyRef {
                read: call("getIamPolicy"),
                write: call("setIamPolicy"),
                shown: "project p".into(),
            },
            add: vec![grant("roles/run.admin")],
            remove: Vec::new(),
        };
        caused.note_grants(&edit);
        let services = "v2/projects/p/locations/l/services";
        let create = outgoing(&ApiRequest::post(Api::Run, services, json!({})));
        let bucket = outgoing(&ApiRequest::post(Api::Storage, "storage/v1/b", json!({"name": "b"})));
        let denied = problem(403, &json!({"message": "The caller does not have permission"}));
        let found = caused.explain(&create, &denied, None).unwrap();
        assert_eq!(found.waiting_for, "the roles granted on project p to take effect");
        assert!(caused.explain(&create, &denied, Some("user:me@example.com")).is_some());
        assert!(caused.explain(&create, &denied, Some("user:ana@example.com")).is_none());
        assert!(caused.explain(&bucket, &denied, None).is_none());
        assert!(caused.explain_build("build@p.iam.gserviceaccount.com").is_none());
        caused.forget_grants(&edit);
        assert!(caused.explain(&create, &denied, None).is_none());
    }

    #[test]
    fn a_new_account_that_may_not_be_acted_as_is_waited_for() {
        let caused = Caused::default();
        let create = ApiRequest::post(Api::Iam, "v1/projects/p/serviceAccounts", json!({"accountId": "run"}));
        let service = outgoing(&ApiRequest::post(Api::Run, "v2/projects/p/locations/l/services", json!({})));
        let denied = problem(
            403,
            &json!({"message": "Permission 'iam.serviceaccounts.actAs' denied on service account \
                run@p.iam.gserviceaccount.com (or it may not exist)."}),
        );
        assert!(caused.explain(&service, &denied, None).is_none());
        caused.note(&create, &json!({"email": "run@p.iam.gserviceaccount.com"}));
        let found = caused.explain(&service, &denied, None).unwrap();
        assert_eq!(found.waiting_for, "the account run@p.iam.gserviceaccount.com to be known everywhere");
        assert!(caused.explain_build("run@p.iam.gserviceaccount.com").is_some());
        assert!(caused.explain_build("build@p.iam.gserviceaccount.com").is_none());
    }
}
