//! What is kept of Cloud Run services. No behaviour.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::part::Part;
use crate::policy::Policy;

/// A project's Cloud Run services.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// By full name, `projects/P/locations/L/services/S`.
    pub(crate) services: BTreeMap<String, Part<Service>>,
}

impl State {
    /// The IAM policies of all services that name a member. Only these count as changed.
    pub(crate) fn policies_naming(&mut self, member: &str) -> impl Iterator<Item = &mut Policy> {
        let naming = self.services.values_mut().filter(move |service| service.policy.names(member));
        naming.map(|service| &mut service.policy)
    }
}

/// One service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Service {
    /// Full name.
    pub(crate) name: String,
    /// Never the same again.
    pub(crate) uid: String,
    /// What the caller wants, with defaults filled in: the writable top-level fields.
    pub(crate) wanted: Map<String, Value>,
    /// Counts every change of what is wanted.
    pub(crate) generation: u64,
    /// The generation that the last finished rollout was about.
    pub(crate) observed_generation: u64,
    /// When it was made.
    pub(crate) create_time: Timestamp,
    /// When what is wanted changed last.
    pub(crate) update_time: Timestamp,
    /// E-mail of who made it.
    pub(crate) creator: String,
    /// E-mail of who changed it last.
    pub(crate) last_modifier: String,
    /// When it was deleted, while its deletion runs.
    #[serde(default)]
    pub(crate) delete_time: Option<Timestamp>,
    /// Revisions, oldest first.
    #[serde(default)]
    pub(crate) revisions: Vec<Revision>,
    /// How many rollouts are under way.
    #[serde(default)]
    pub(crate) rollouts: u32,
    /// How many revisions were ever begun.
    #[serde(default)]
    pub(crate) revisions_made: u64,
    /// Short name of the newest revision whose rollout has ended.
    #[serde(default)]
    pub(crate) latest_created: Option<String>,
    /// Short name of the newest ready revision.
    #[serde(default)]
    pub(crate) latest_ready: Option<String>,
    /// How the service is.
    pub(crate) health: Health,
    /// Since when.
    pub(crate) health_since: Option<Timestamp>,
    /// Id of the newest operation on it, which only v1 shows.
    #[serde(default)]
    pub(crate) last_operation: Option<String>,
    /// Who may do what with it.
    #[serde(default)]
    pub(crate) policy: Policy,
}

/// How a service or a revision is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Health {
    /// A rollout runs.
    Pending,
    /// Ready.
    Ready,
    /// Not ready.
    Failed(Complaint),
}

/// Why something is not ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Complaint {
    /// `reason` of a condition, such as `CONTAINER_MISSING`.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// `revisionReason` of a condition, such as `HEALTH_CHECK_CONTAINER_ERROR`.
    #[serde(default)]
    pub(crate) revision_reason: Option<String>,
    /// Text for people.
    pub(crate) message: String,
}

/// One revision.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Revision {
    /// Short name, `SERVICE-0000N-xyz`.
    pub(crate) name: String,
    /// Never the same again.
    pub(crate) uid: String,
    /// The service's generation that made it.
    pub(crate) generation: u64,
    /// The template as it was then.
    pub(crate) template: Map<String, Value>,
    /// Digest that the image resolved to, where it is known.
    #[serde(default)]
    pub(crate) image_digest: Option<String>,
    /// When it was made.
    pub(crate) create_time: Timestamp,
    /// E-mail of who made it, which only v1 shows.
    #[serde(default)]
    pub(crate) creator: String,
    /// How it is.
    pub(crate) health: Health,
    /// Since when.
    #[serde(default)]
    pub(crate) health_since: Option<Timestamp>,
}

/// What a due operation ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Effect {
    /// The rollout of a generation of this service.
    Rollout(Rollout),
    /// The deletion of the service with this name and uid.
    Deletion(Target),
}

/// A service, for certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    /// Full name.
    pub(crate) name: String,
    /// Its uid, so that a later service of the same name is not meant.
    pub(crate) uid: String,
}

/// A rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rollout {
    /// Which service.
    pub(crate) target: Target,
    /// Which of its generations.
    pub(crate) generation: u64,
    /// Short name of the revision that it makes ready; `None` for a change of settings alone.
    #[serde(default)]
    pub(crate) revision: Option<String>,
}
