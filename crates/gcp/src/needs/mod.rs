//! Which permissions the calls of a plan need, and how to ask whether the caller holds them. Pure: sends nothing.
//! Must never know why a call is made.
//! Source: the permissions of each API method; "Deploying" and "Access control" of Cloud Run and Cloud Build.

mod holder;
mod roles;

use std::collections::BTreeSet;

use model::{Api, ApiRequest, Body, Json, Method, ProjectId, Step, Wait, last_part};
use serde_json::json;

use crate::errors::{needed, role_for};
pub use holder::PolicyHolder;
pub use roles::{RoleWith, is_held_by, narrowest_roles, role_with, tutorial_roles};

/// A permission that a call needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// As IAM spells it: `run.services.create`.
    pub permission: &'static str,
    /// The thing whose own policy may grant it beside the project's, where the call names one that can be there.
    pub on: Option<PolicyHolder>,
}

/// Whether the record's bucket is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketPresence {
    /// It is there.
    There,
    /// It has to be made, or nobody knows.
    NotThere,
}

/// What one request needs; empty where it needs nothing, or nothing that is known.
pub fn needs_of_request(request: &ApiRequest) -> Vec<Need> {
    let mut needs = Vec::new();
    if let Some(permission) = needed(request.api, request.method, &request.path) {
        needs.extend(need(permission, PolicyHolder::of(request)));
    }
    // Its reference page names the first, the roles that hold it hold both, and nobody has said which is asked.
    if request.api == Api::ServiceUsage && request.path.ends_with("/services:batchGet") {
        needs.extend(need("serviceusage.services.list", None));
    }
    needs
}

/// What a step needs, with what is asked while it is waited for.
pub fn needs_of_step(step: &Step) -> Vec<Need> {
    match step {
        Step::Call { request, wait } => of_call(request, *wait),
        Step::Gathered(gathered) => {
            of_call(&(gathered.gather)(&gathered.parent, &[&gathered.key]), gathered.wait)
        }
        Step::EditPolicy(edit) => {
            [&edit.policy.read, &edit.policy.write].into_iter().flat_map(needs_of_request).collect()
        }
        Step::Upload(upload) => {
            need("storage.objects.create", Some(PolicyHolder::Bucket(upload.bucket.clone()))).collect()
        }
        Step::Build { create, .. } => {
            let mut needs = needs_of_request(create);
            needs.extend(need("cloudbuild.builds.get", None));
            needs.extend(acting_as(create, "/serviceAccount"));
            needs
        }
        Step::EmptyBucket { bucket } => {
            let bucket = || Some(PolicyHolder::Bucket(bucket.clone()));
            need("storage.objects.list", bucket()).chain(need("storage.objects.delete", bucket())).collect()
        }
        // Whoever asks is one of the service's own callers, or the check says so.
        Step::Check(check) => of_call(&check.otherwise, Wait::Operation),
    }
}

/// What keeping the ownership record in its bucket needs, beside the right to read it.
pub fn needs_of_record(bucket: &str, presence: BucketPresence) -> Vec<Need> {
    let on = || Some(PolicyHolder::Bucket(bucket.to_owned()));
    let mut needs: Vec<Need> = need("storage.buckets.list", None).collect();
    if presence == BucketPresence::NotThere {
        needs.extend(need("storage.buckets.create", None));
    }
    // An object is replaced by whoever may also delete it.
    for permission in ["storage.objects.get", "storage.objects.create", "storage.objects.delete"] {
        needs.extend(need(permission, on()));
    }
    needs
}

/// The question which of some permissions the caller holds on the project. It needs no permission itself. A name that
/// IAM does not know makes it answer 400; at most 100 are asked at once.
pub fn question_on_project(project: &ProjectId, permissions: &BTreeSet<&str>) -> ApiRequest {
    ApiRequest::post(
        Api::ResourceManager,
        format!("v3/projects/{project}:testIamPermissions"),
        json!({ "permissions": permissions }),
    )
}

fn need(permission: &str, on: Option<PolicyHolder>) -> impl Iterator<Item = Need> {
    role_for(permission).map(|(permission, _)| Need { permission, on }).into_iter()
}

fn of_call(request: &ApiRequest, wait: Wait) -> Vec<Need> {
    let mut needs = needs_of_request(request);
    let polled: &[&str] = match (request.api, wait) {
        (Api::ServiceUsage, Wait::Operation) => &["serviceusage.operations.get"],
        (Api::Run, Wait::Operation) => &["run.operations.get"],
        (_, Wait::Ready) => &["run.operations.get", "run.services.get", "run.revisions.get"],
        (_, Wait::Nothing | Wait::Operation | Wait::Gone) => &[],
    };
    needs.extend(polled.iter().flat_map(|permission| need(permission, None)));
    let deploys = request.api == Api::Run
        && match request.method {
            Method::Post => request.path.ends_with("/services"),
            Method::Patch => true,
            Method::Get | Method::Put | Method::Delete => false,
        };
    if deploys {
        needs.extend(acting_as(request, "/template/serviceAccount"));
        needs.extend(of_images(request));
        if at(request, "/template/vpcAccess/networkInterfaces").is_some() {
            for permission in ["compute.networks.get", "compute.subnetworks.get", "compute.subnetworks.use"] {
                needs.extend(need(permission, None));
            }
        }
    }
    needs
}

fn at<'request>(request: &'request ApiRequest, pointer: &str) -> Option<&'request Json> {
    match &request.body {
        Body::Json(body) => body.pointer(pointer),
        Body::Empty | Body::Bytes { .. } => None,
    }
}

/// Whoever lets something run as an account must be allowed to act as it. Without a name it is the project's default.
fn acting_as(request: &ApiRequest, pointer: &str) -> Option<Need> {
    let account = at(request, pointer).and_then(Json::as_str);
    let email = account.map(last_part);
    let on =
        email.zip(project_of(&request.path)).map(|(email, project)| PolicyHolder::account(project, email));
    need("iam.serviceAccounts.actAs", on).next()
}

/// Images of the project itself are pulled with the rights of the one who deploys.
fn of_images(request: &ApiRequest) -> Vec<Need> {
    let containers = at(request, "/template/containers").and_then(Json::as_array);
    let images = containers.into_iter().flatten().filter_map(|container| container.get("image")?.as_str());
    let own = images.filter_map(PolicyHolder::of_image).filter(|on| match on {
        PolicyHolder::Repository(name) => project_of(name) == project_of(&request.path),
        PolicyHolder::Account(_) | PolicyHolder::Bucket(_) | PolicyHolder::Service(_) => false,
    });
    own.flat_map(|on| need("artifactregistry.repositories.downloadArtifacts", Some(on))).collect()
}

fn project_of(path: &str) -> Option<&str> {
    path.split_once("projects/")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use model::PolicyEdit;
    use model::PolicyRef;

    use super::*;

    fn said(needs: &[Need]) -> Vec<String> {
        needs
            .iter()
            .map(|need| match &need.on {
                Some(on) => format!("{} on {on}", need.permission),
                None => need.permission.to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_deployment_acts_as_an_account_and_pulls_an_image() {
        let body = json!({"template": {
            "serviceAccount": "run@demo-project.iam.gserviceaccount.com",
            "containers": [{"image": "europe-west1-docker.pkg.dev/demo-project/ollama/gemma@sha256:1"}],
            "vpcAccess": {"networkInterfaces": [{"network": "default"}]},
        }});
        let request =
            ApiRequest::post(Api::Run, "v2/projects/demo-project/locations/europe-west1/services", body);
        let needs = needs_of_step(&Step::Call { request, wait: Wait::Ready });
        assert_eq!(
            said(&needs),
            [
                "run.services.create",
                "run.operations.get",
                "run.services.get",
                "run.revisions.get",
                "iam.serviceAccounts.actAs on run@demo-project.iam.gserviceaccount.com",
                "artifactregistry.repositories.downloadArtifacts on repository ollama",
                "compute.networks.get",
                "compute.subnetworks.get",
                "compute.subnetworks.use",
            ]
        );
    }

    #[test]
    fn an_image_of_another_project_asks_nothing_of_this_one() {
        let body = json!({"template": {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b"}]}});
        let request =
            ApiRequest::post(Api::Run, "v2/projects/demo-project/locations/us-central1/services", body);
        let needs = said(&needs_of_step(&Step::call(request)));
        assert_eq!(needs, ["run.services.create", "iam.serviceAccounts.actAs"]);
    }

    #[test]
    fn builds_uploads_policies_and_batches_name_what_they_need() {
        let build = ApiRequest::post(
            Api::CloudBuild,
            "v1/projects/p/locations/l/builds",
            json!({"serviceAccount": "projects/p/serviceAccounts/b@p.iam.gserviceaccount.com"}),
        );
        assert_eq!(
            said(&needs_of_step(&Step::Build { create: build, builds: String::new() })),
            [
                "cloudbuild.builds.create",
                "cloudbuild.builds.get",
                "iam.serviceAccounts.actAs on b@p.iam.gserviceaccount.com"
            ]
        );
        let call =
            |verb: &str| ApiRequest::post(Api::ResourceManager, format!("v3/projects/p:{verb}"), json!({}));
        let policy =
            PolicyRef { read: call("getIamPolicy"), write: call("setIamPolicy"), shown: String::new() };
        assert_eq!(
            said(&needs_of_step(&Step::EditPolicy(PolicyEdit { policy, add: vec![], remove: vec![] }))),
            ["resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"]
        );
        assert_eq!(
            said(&needs_of_request(&ApiRequest::get(Api::ServiceUsage, "v1/projects/p/services:batchGet"))),
            ["serviceusage.services.get", "serviceusage.services.list"]
        );
        assert_eq!(
            said(&needs_of_step(&Step::EmptyBucket { bucket: "b".to_owned() })),
            ["storage.objects.list on bucket b", "storage.objects.delete on bucket b"]
        );
    }

    #[test]
    fn a_bucket_that_is_there_is_not_made() {
        let creates = |presence| {
            needs_of_record("b", presence).iter().any(|need| need.permission == "storage.buckets.create")
        };
        assert!(creates(BucketPresence::NotThere) && !creates(BucketPresence::There));
    }
}
