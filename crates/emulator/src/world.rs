//! Everything that the emulated cloud remembers. One sub-state per service; no behaviour of theirs is known here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::operations::Operations;
use crate::part::Part;
use crate::policy::Policy;
use crate::{artifact_registry, cloud_build, consistency, iam, logging, quotas, run, service_usage, storage};

/// The number of the first project; further ones count on from it.
const FIRST_PROJECT_NUMBER: u64 = 123_456_789_012;

/// The whole emulated cloud.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct World {
    /// Projects by id.
    pub(crate) projects: BTreeMap<String, Project>,
    /// Long-running operations of all services.
    pub(crate) operations: Operations,
    /// How many requests each service has shared out among its revisions since it began, by its uid.
    #[serde(skip)]
    pub(crate) shared_out: BTreeMap<String, u64>,
}

/// One project and all that is in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Project {
    /// Project id.
    pub(crate) id: String,
    /// Project number, as digits.
    pub(crate) number: String,
    /// When it was made.
    pub(crate) create_time: Timestamp,
    /// The project's IAM policy.
    pub(crate) policy: Part<Policy>,
    /// What is decided about this project from outside, by the control routes.
    #[serde(default)]
    pub(crate) tuning: Tuning,
    /// What was done and is not seen yet.
    #[serde(default, skip_serializing_if = "consistency::State::is_empty")]
    pub(crate) consistency: consistency::State,
    /// Enabled APIs.
    pub(crate) service_usage: service_usage::State,
    /// Service accounts.
    #[serde(default)]
    pub(crate) iam: iam::State,
    /// Cloud Run services.
    #[serde(default)]
    pub(crate) run: run::State,
    /// Buckets and objects.
    #[serde(default)]
    pub(crate) storage: storage::State,
    /// Repositories and images.
    #[serde(default)]
    pub(crate) artifact_registry: artifact_registry::State,
    /// Builds.
    #[serde(default)]
    pub(crate) cloud_build: cloud_build::State,
    /// What services and builds have to say.
    #[serde(default)]
    pub(crate) logging: logging::State,
    /// Requests for other quotas.
    #[serde(default, skip_serializing_if = "quotas::State::is_empty")]
    pub(crate) quota_preferences: quotas::State,
}

/// What the control routes can set in a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Tuning {
    /// Permissions that the caller does not have, such as `run.services.create`.
    pub(crate) denied_permissions: Vec<String>,
    /// GPU quota by quota id and region, or by quota id alone; whole GPUs.
    pub(crate) quotas: BTreeMap<String, i64>,
    /// What becomes of requests for another quota, by quota id; all of it is granted unless it says otherwise.
    pub(crate) quota_reviews: BTreeMap<String, quotas::Review>,
    /// Whether nobody pays for the project.
    pub(crate) billing_disabled: bool,
    /// What is to fail, and with which text.
    pub(crate) failures: Vec<Failure>,
    /// By lag, how many calls it is to hold back.
    pub(crate) lags: consistency::Lags,
}

/// One thing that is to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Failure {
    /// Which kind of thing.
    pub(crate) kind: FailureKind,
    /// Its name: a Cloud Run service's short name, a build's tag or image, or the API of an operation; empty for every
    /// one of the kind.
    #[serde(default)]
    pub(crate) name: String,
    /// The text to fail with.
    #[serde(default)]
    pub(crate) message: Option<String>,
    /// Why a revision does not become ready; gives the real service's text where there is no other.
    #[serde(default)]
    pub(crate) cause: Option<Cause>,
    /// The `google.rpc.Code` that an operation ends with; 13, INTERNAL, where none is given.
    #[serde(default)]
    pub(crate) code: Option<i64>,
    /// How many times to fail; absent for always.
    #[serde(default)]
    pub(crate) times: Option<u32>,
}

/// What can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FailureKind {
    /// A new Cloud Run revision never becomes ready.
    Revision,
    /// A build step fails.
    Build,
    /// An operation ends with an error.
    Operation,
}

/// Why a revision does not become ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Cause {
    /// Its container does not listen on the port in time.
    Port,
    /// Its container needs more memory than it has.
    Memory,
    /// The region has no GPU left for the project, which shows only after the service was accepted.
    GpuQuota,
}

impl Tuning {
    /// How this thing is to fail now; counts down a limited failure.
    pub(crate) fn take_failure(&mut self, kind: FailureKind, name: &str) -> Option<Failure> {
        let found = self.failures.iter_mut().find(|failure| {
            failure.kind == kind
                && (failure.name.is_empty() || failure.name == name)
                && failure.times != Some(0)
        })?;
        if let Some(times) = &mut found.times {
            *times -= 1;
        }
        Some(found.clone())
    }
}

impl World {
    /// The project with this id or number.
    pub(crate) fn project(&self, id_or_number: &str) -> Option<&Project> {
        self.projects
            .get(id_or_number)
            .or_else(|| self.projects.values().find(|project| project.number == id_or_number))
    }

    /// The project with this id or number, to change.
    pub(crate) fn project_mut(&mut self, id_or_number: &str) -> Option<&mut Project> {
        let id = self.project(id_or_number)?.id.clone();
        self.projects.get_mut(&id)
    }

    /// The digests of all contents of objects that anything needs.
    pub(crate) fn contents(&self) -> BTreeSet<&str> {
        self.projects.values().flat_map(|project| project.storage.contents()).collect()
    }

    /// Makes the project if it is not there yet: fresh ones have the usual APIs on and the caller as owner.
    pub(crate) fn ensure_project(&mut self, id: &str, caller: &str, now: Timestamp) {
        if self.projects.contains_key(id) {
            return;
        }
        let number = self
            .projects
            .values()
            .filter_map(|project| project.number.parse::<u64>().ok())
            .max()
            .map_or(FIRST_PROJECT_NUMBER, |highest| highest + 1)
            .to_string();
        let project = Project {
            id: id.to_owned(),
            number,
            create_time: now,
            policy: Policy::owned_by(caller, now).into(),
            tuning: Tuning::default(),
            consistency: consistency::State::default(),
            service_usage: service_usage::State::fresh(),
            iam: iam::State::default(),
            run: run::State::default(),
            storage: storage::State::default(),
            artifact_registry: artifact_registry::State::default(),
            cloud_build: cloud_build::State::default(),
            logging: logging::State::default(),
            quota_preferences: quotas::State::new(),
        };
        self.projects.insert(id.to_owned(), project);
    }
}

impl Project {
    /// Whether an API such as `run.googleapis.com` is on.
    pub(crate) fn has_enabled(&self, service: &str) -> bool {
        self.service_usage.is_enabled(service)
    }

    /// The e-mail of the compute default service account.
    pub(crate) fn compute_account(&self) -> String {
        format!("{}-compute@developer.gserviceaccount.com", self.number)
    }

    /// Whether a service account of this project exists. Accounts of other projects and Google's own are taken to exist.
    pub(crate) fn knows_account(&self, email: &str) -> bool {
        let ours = email.ends_with(&format!("@{}.iam.gserviceaccount.com", self.id))
            || email == self.compute_account();
        !ours || self.iam.accounts.contains_key(email)
    }
}
