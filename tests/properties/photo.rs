//! A picture of the whole project, to compare with one from another time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::draft::{Draft, PROJECT};
use crate::lab::Lab;

const LOCATIONS: &[&str] = &["europe-west1", "europe-west4", "us-central1"];

/// The project number that every emulated project begins with; Google's own accounts carry it.
const NUMBER: &str = "123456789012";

/// What is in a project.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Photo {
    /// Role, member, condition.
    pub(crate) grants: BTreeSet<(String, String, String)>,
    audit: Value,
    apis: BTreeSet<String>,
    accounts: BTreeSet<String>,
    /// Buckets, repositories and services, each as it is.
    pub(crate) things: BTreeMap<String, Value>,
}

impl Photo {
    /// Takes the picture.
    pub(crate) async fn of(lab: &Lab) -> Self {
        let ask = json!({"options": {"requestedPolicyVersion": 3}});
        let policy = lab.call("POST", &format!("/v3/projects/{PROJECT}:getIamPolicy"), Some(ask)).await;
        let enabled = format!("/v1/projects/{PROJECT}/services?filter=state:ENABLED&pageSize=200");
        let apis = texts(&lab.call("GET", &enabled, None).await["services"], "name");
        let accounts = format!("/v1/projects/{PROJECT}/serviceAccounts");
        let accounts = texts(&lab.call("GET", &accounts, None).await["accounts"], "email");
        let mut things = BTreeMap::new();
        let buckets = lab.call("GET", &format!("/storage/v1/b?project={PROJECT}"), None).await;
        keep(&buckets["items"], "bucket", &mut things);
        for location in LOCATIONS {
            let parent = format!("projects/{PROJECT}/locations/{location}");
            // An API that is off has nothing.
            let (_, found) = lab.try_call("GET", &format!("/v1/{parent}/repositories"), None).await;
            keep(&found["repositories"], "repository", &mut things);
            let (_, found) = lab.try_call("GET", &format!("/v2/{parent}/services"), None).await;
            keep(&found["services"], "service", &mut things);
        }
        Self {
            grants: grants(&policy),
            audit: policy["auditConfigs"].clone(),
            apis: apis.into_iter().map(|name| name.rsplit('/').next().unwrap().to_owned()).collect(),
            accounts,
            things,
        }
    }

    /// Everything of an earlier picture must still be there, as it was.
    #[track_caller]
    pub(crate) fn still_has_all_of(&self, before: &Self) {
        let lost: Vec<_> = before.grants.difference(&self.grants).collect();
        assert!(lost.is_empty(), "grants were lost: {lost:?}");
        assert_eq!(self.audit, before.audit, "audit configs");
        assert!(self.apis.is_superset(&before.apis), "{:?}", before.apis.difference(&self.apis));
        assert!(self.accounts.is_superset(&before.accounts));
        for (name, thing) in &before.things {
            assert_eq!(self.things.get(name), Some(thing), "{name}");
        }
    }

    /// Nothing but the documented residue may have been added to an earlier picture: APIs that are kept, and what
    /// Google makes along with an API.
    #[track_caller]
    pub(crate) fn adds_only_residue_to(&self, before: &Self, draft: &Draft) {
        self.still_has_all_of(before);
        let own = |member: &&String| !member.contains(NUMBER);
        let grants: Vec<_> =
            self.grants.difference(&before.grants).filter(|(_, member, _)| own(&member)).collect();
        assert!(grants.is_empty(), "grants were left: {grants:?}");
        let accounts: Vec<_> = self.accounts.difference(&before.accounts).filter(own).collect();
        assert!(accounts.is_empty(), "accounts were left: {accounts:?}");
        let things: Vec<_> = self.things.keys().filter(|name| !before.things.contains_key(*name)).collect();
        assert!(things.is_empty(), "things were left: {things:?}");
        for api in self.apis.difference(&before.apis) {
            let asked = draft.document["apis"].as_array().unwrap().iter();
            let kept = asked
                .clone()
                .any(|entry| entry == api || entry["name"] == json!(api) && entry["onDestroy"] == "keep");
            assert!(kept, "the API {api} was left on");
        }
    }
}

/// The grants of a policy, one by one.
pub(crate) fn grants(policy: &Value) -> BTreeSet<(String, String, String)> {
    let mut grants = BTreeSet::new();
    for binding in policy["bindings"].as_array().into_iter().flatten() {
        for member in binding["members"].as_array().into_iter().flatten() {
            let role = binding["role"].as_str().unwrap().to_owned();
            grants.insert((role, member.as_str().unwrap().to_owned(), binding["condition"].to_string()));
        }
    }
    grants
}

fn texts(list: &Value, key: &str) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

fn keep(list: &Value, kind: &str, things: &mut BTreeMap<String, Value>) {
    for item in list.as_array().into_iter().flatten() {
        things.insert(format!("{kind} {}", item["name"].as_str().unwrap()), item.clone());
    }
}
