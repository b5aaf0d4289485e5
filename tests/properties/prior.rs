//! What was in the project before any stack: APIs, role members, and things of other names.

use std::collections::BTreeSet;

use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use crate::draft::{OTHER_APIS, PEOPLE, PROJECT, ROLES, condition};
use crate::lab::Lab;

/// A prior world.
#[derive(Debug, Clone)]
pub(crate) struct Prior {
    apis: Vec<&'static str>,
    /// Role, member, condition.
    grants: BTreeSet<(usize, usize, usize)>,
    audited: bool,
    bucket: bool,
    repository: bool,
    service: bool,
}

/// Any prior world.
pub(crate) fn priors() -> impl Strategy<Value = Prior> {
    let mut apis = OTHER_APIS.to_vec();
    apis.extend(["run.googleapis.com", "artifactregistry.googleapis.com", "cloudbuild.googleapis.com"]);
    let count = apis.len();
    let grants = btree_set((0..ROLES.len(), 0..PEOPLE.len(), 0..3_usize), 0..8);
    (subsequence(apis, 0..=count), grants, any::<[bool; 4]>()).prop_map(
        |(apis, grants, [audited, bucket, repository, service])| Prior {
            apis,
            grants,
            audited,
            bucket,
            repository,
            service,
        },
    )
}

impl Prior {
    /// Lays it out in a fresh project.
    pub(crate) async fn lay_out(&self, lab: &Lab) {
        let mut enable = self.apis.clone();
        if self.repository {
            enable.push("artifactregistry.googleapis.com");
        }
        if self.service {
            enable.push("run.googleapis.com");
        }
        lab.bend(json!({"enable": enable})).await;
        self.set_policy(lab).await;
        if self.bucket {
            let body = json!({"name": "somebody-elses-bucket", "location": "EU"});
            lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), Some(body)).await;
        }
        let parent = format!("projects/{PROJECT}/locations/europe-west1");
        if self.repository {
            let path = format!("/v1/{parent}/repositories?repositoryId=somebody-elses");
            let body = json!({"format": "DOCKER", "labels": {"team": "other"}});
            let operation = lab.call("POST", &path, Some(body)).await;
            lab.finish("v1", &operation).await;
        }
        if self.service {
            let path = format!("/v2/{parent}/services?serviceId=somebody-elses");
            let body = json!({"template": {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}});
            let operation = lab.call("POST", &path, Some(body)).await;
            lab.finish("v2", &operation).await;
        }
    }

    async fn set_policy(&self, lab: &Lab) {
        let path = format!("/v3/projects/{PROJECT}");
        let ask = json!({"options": {"requestedPolicyVersion": 3}});
        let mut policy = lab.call("POST", &format!("{path}:getIamPolicy"), Some(ask)).await;
        let bindings = policy["bindings"].as_array_mut().unwrap();
        bindings.push(json!({"role": "roles/viewer", "members": ["group:auditors@example.com"]}));
        for (role, member, at) in &self.grants {
            let mut binding = json!({"role": ROLES[*role], "members": [PEOPLE[*member]]});
            if let Some(condition) = condition(*at) {
                binding["condition"] = condition;
            }
            bindings.push(binding);
        }
        policy["version"] = json!(3);
        if self.audited {
            policy["auditConfigs"] =
                json!([{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]);
        }
        let body: Value = json!({"policy": policy, "updateMask": "bindings,etag,version,auditConfigs"});
        lab.call("POST", &format!("{path}:setIamPolicy"), Some(body)).await;
    }

    /// Whether a member held a role under a condition.
    pub(crate) fn held(&self, role: &str, member: &str, title: Option<&str>) -> bool {
        self.grants.iter().any(|(own_role, own_member, at)| {
            let own_title = condition(*at).map(|condition| condition["title"].as_str().unwrap().to_owned());
            ROLES[*own_role] == role && PEOPLE[*own_member] == member && own_title.as_deref() == title
        })
    }
}
