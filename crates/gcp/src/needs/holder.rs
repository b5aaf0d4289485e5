//! Things with a policy of their own, which may grant what the project's does not. Sends nothing.

use std::collections::BTreeSet;
use std::fmt;

use model::{Api, ApiRequest, Method, last_part};
use serde_json::json;

/// Something with a policy of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyHolder {
    /// `projects/P/serviceAccounts/EMAIL`
    Account(String),
    /// A bucket's name.
    Bucket(String),
    /// `projects/P/locations/L/repositories/R`
    Repository(String),
    /// `projects/P/locations/L/services/S`
    Service(String),
}

impl PolicyHolder {
    /// A service account of a project.
    pub fn account(project: &str, email: &str) -> Self {
        Self::Account(format!("projects/{project}/serviceAccounts/{email}"))
    }

    /// The thing that a request is about, if it has a policy and can be there before the call.
    pub(super) fn of(request: &ApiRequest) -> Option<Self> {
        let path = request.path.as_str();
        match request.api {
            Api::Storage => {
                let (_, rest) = path.split_once("/b/")?;
                Some(Self::Bucket(rest.split('/').next()?.to_owned()))
            }
            Api::ArtifactRegistry => named(path, "/repositories/").map(Self::Repository),
            Api::Run => named(path, "/services/").map(Self::Service),
            Api::Iam => named(path, "/serviceAccounts/").map(Self::Account),
            Api::CloudBilling
            | Api::CloudBuild
            | Api::CloudQuotas
            | Api::Logging
            | Api::ResourceManager
            | Api::ServiceUsage => None,
        }
    }

    /// The repository of an image in Artifact Registry, by its reference.
    pub fn of_image(image: &str) -> Option<Self> {
        let (location, rest) = image.split_once("-docker.pkg.dev/")?;
        let (project, rest) = rest.split_once('/')?;
        let repository = rest.split('/').next()?;
        Some(Self::Repository(format!("projects/{project}/locations/{location}/repositories/{repository}")))
    }

    /// The read of its policy, with its conditions. Source: discovery documents.
    pub fn policy(&self) -> ApiRequest {
        let (api, path) = match self {
            Self::Bucket(bucket) => {
                return ApiRequest::get(Api::Storage, format!("storage/v1/b/{bucket}/iam"))
                    .with_query("optionsRequestedPolicyVersion", "3");
            }
            Self::Account(name) => {
                let asked = json!({"options": {"requestedPolicyVersion": 3}});
                return ApiRequest::post(Api::Iam, format!("v1/{name}:getIamPolicy"), asked);
            }
            Self::Repository(name) => (Api::ArtifactRegistry, format!("v1/{name}:getIamPolicy")),
            Self::Service(name) => (Api::Run, format!("v2/{name}:getIamPolicy")),
        };
        ApiRequest::get(api, path).with_query("options.requestedPolicyVersion", "3")
    }

    /// The question which of some permissions the caller holds on it.
    pub fn question(&self, permissions: &BTreeSet<&str>) -> ApiRequest {
        let (api, version, name) = match self {
            Self::Bucket(bucket) => {
                let get = ApiRequest::new(
                    Api::Storage,
                    Method::Get,
                    format!("storage/v1/b/{bucket}/iam/testPermissions"),
                );
                return permissions
                    .iter()
                    .fold(get, |request, permission| request.with_query("permissions", *permission));
            }
            Self::Account(name) => (Api::Iam, "v1", name),
            Self::Repository(name) => (Api::ArtifactRegistry, "v1", name),
            Self::Service(name) => (Api::Run, "v2", name),
        };
        ApiRequest::post(
            api,
            format!("{version}/{name}:testIamPermissions"),
            json!({ "permissions": permissions }),
        )
    }
}

/// The full name of the thing behind a word of a path, without what follows it.
fn named(path: &str, word: &str) -> Option<String> {
    let (parent, rest) = path.split_once(word)?;
    let (_, parent) = parent.split_once('/')?;
    let name = rest.split(['/', ':']).next().filter(|name| !name.is_empty())?;
    Some(format!("{parent}{word}{name}"))
}

impl fmt::Display for PolicyHolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(name) => formatter.write_str(last_part(name)),
            Self::Bucket(name) => write!(formatter, "bucket {name}"),
            Self::Repository(name) => write!(formatter, "repository {}", last_part(name)),
            Self::Service(name) => write!(formatter, "service {}", last_part(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thing_that_a_call_is_about_is_asked_by_its_own_api() {
        for (api, path, question) in [
            (
                Api::Run,
                "v2/projects/p/locations/l/services/s:getIamPolicy",
                "POST run.googleapis.com/v2/projects/p/locations/l/services/s:testIamPermissions",
            ),
            (
                Api::ArtifactRegistry,
                "v1/projects/p/locations/l/repositories/r/packages/i/tags/t",
                "POST artifactregistry.googleapis.com/v1/projects/p/locations/l/repositories/r:testIamPermissions",
            ),
            (
                Api::Iam,
                "v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com",
                "POST iam.googleapis.com/v1/projects/p/serviceAccounts/a@p.iam.gserviceaccount.com:testIamPermissions",
            ),
            (
                Api::Storage,
                "upload/storage/v1/b/bucket/o",
                "GET storage.googleapis.com/storage/v1/b/bucket/iam/testPermissions",
            ),
        ] {
            let holder = PolicyHolder::of(&ApiRequest::get(api, path)).unwrap();
            assert_eq!(holder.question(&BTreeSet::from(["x.y.z"])).shown(), question);
        }
        for (api, path) in [
            (Api::Run, "v2/projects/p/locations/l/services"),
            (Api::Storage, "storage/v1/b"),
            (Api::ResourceManager, "v3/projects/p:getIamPolicy"),
        ] {
            assert_eq!(PolicyHolder::of(&ApiRequest::get(api, path)), None, "{path}");
        }
    }
}
