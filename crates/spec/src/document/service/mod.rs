//! Cloud Run services. Words are those of `gcloud run deploy` and of the Cloud Run Admin API v2.
//!
//! There is no key for a revision suffix: revisions are named by the server, so that the same spec can be applied again.

mod network;
mod probe;
mod rollout;
mod scaling;
mod volume;

pub use network::{Egress, Ingress, Vpc};
pub use probe::{GrpcProbe, HttpProbe, Probe, TcpProbe};
pub use rollout::{Rollout, RolloutCheck, RolloutStrategy};
pub use scaling::{ScalingMode, ServiceScaling, TrafficTarget};
pub use volume::{
    CloudStorageVolume, InMemoryVolume, MountPaths, NfsVolume, SecretItem, SecretVersion, SecretVolume,
    Volume,
};

use indexmap::IndexMap;
use model::Region;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{
    BinaryAuthorization, Cpu, DependencyReference, Duration, EncryptionKey, EnvName, GpuType, ImageReference,
    LabelKey, LabelValue, Member, Memory, ScalarText, ServiceAccountReference, VolumeName,
};

/// A Cloud Run service. Source: Cloud Run Admin API v2, `Service`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// The service's region; the spec's region if left out.
    #[schemars(with = "Option<crate::types::Region>")]
    pub region: Option<Region>,
    /// The image it runs: a name under `images`, or a full image reference.
    pub image: ImageReference,
    /// What the service is for.
    #[schemars(length(max = 512))]
    pub description: Option<String>,
    /// The GPU of each instance.
    pub gpu: Option<Gpu>,
    /// CPUs of each instance.
    pub cpu: Option<Cpu>,
    /// Memory of each instance.
    pub memory: Option<Memory>,
    /// Whether the CPU is throttled between requests; a GPU needs `false`.
    pub cpu_throttling: Option<bool>,
    /// Whether instances get more CPU while they start.
    pub cpu_boost: Option<bool>,
    /// How many requests one instance takes at once.
    #[schemars(range(min = 1, max = 1000))]
    pub concurrency: Option<u32>,
    /// The least instances of a revision.
    #[schemars(range(max = 10000))]
    pub min_instances: Option<u32>,
    /// The most instances of a revision. With a GPU it has to be given: the server's own choice exceeds GPU quotas.
    #[schemars(range(min = 1, max = 10000))]
    pub max_instances: Option<u32>,
    /// Scaling of the service as a whole, over all its revisions.
    pub scaling: Option<ServiceScaling>,
    /// How long a request may take, at most `3600s`.
    pub timeout: Option<Duration>,
    /// Environment variables with plain values. Secrets belong under `secrets`.
    #[serde(default)]
    pub env: IndexMap<EnvName, ScalarText>,
    /// Environment variables whose values come from Secret Manager.
    #[serde(default)]
    pub secrets: IndexMap<EnvName, SecretVersion>,
    /// The port the container listens on.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Whether the container is spoken to in HTTP/2 cleartext (h2c).
    pub http2: Option<bool>,
    /// The container's entry point in place of the image's own.
    pub command: Option<Vec<String>>,
    /// The arguments of the entry point.
    pub args: Option<Vec<String>>,
    /// Tells when an instance has started.
    pub startup_probe: Option<Probe>,
    /// Tells when an instance has to be restarted.
    pub liveness_probe: Option<Probe>,
    /// Volumes, by name.
    #[serde(default)]
    pub volumes: IndexMap<VolumeName, Volume>,
    /// Where volumes are mounted: one path or several for each volume.
    #[serde(default)]
    pub volume_mounts: IndexMap<VolumeName, MountPaths>,
    /// The way into a VPC network.
    pub vpc: Option<Vpc>,
    /// Where requests may come from.
    pub ingress: Option<Ingress>,
    /// The account the service runs as: a name under `serviceAccounts`, or an e-mail address.
    pub service_account: Option<ServiceAccountReference>,
    /// Labels.
    #[serde(default)]
    pub labels: IndexMap<LabelKey, LabelValue>,
    /// Annotations. Those of Cloud Run's own systems are refused by the server.
    #[serde(default)]
    pub annotations: IndexMap<String, String>,
    /// Whether requests of one client go to the same instance where possible.
    pub session_affinity: Option<bool>,
    /// The execution environment; a GPU needs `gen2`.
    pub execution_environment: Option<ExecutionEnvironment>,
    /// How requests are shared out between revisions; all to the latest if left out.
    pub traffic: Option<Vec<TrafficTarget>>,
    /// How a new revision comes to its requests; all at once if left out. Not beside `traffic`.
    pub rollout: Option<Rollout>,
    /// The customer-managed encryption key, by its full resource name.
    pub encryption_key: Option<EncryptionKey>,
    /// Which images may be deployed.
    pub binary_authorization: Option<BinaryAuthorization>,
    /// Further audiences that identity tokens may carry.
    #[serde(default)]
    pub custom_audiences: Vec<String>,
    /// Whether the service answers at its `run.app` address.
    pub default_url: Option<bool>,
    /// Whether Cloud Run asks IAM who may call; `false` lets everybody call who reaches the service.
    pub invoker_iam_check: Option<bool>,
    /// Whether a new revision has to become healthy for the deployment to succeed.
    pub deploy_health_check: Option<bool>,
    /// Whether apply asks the service for a few tokens when it has deployed it, and fails if they do not come, or do not come
    /// from the GPU. Left out, it does so for services with a GPU.
    pub smoke_test: Option<bool>,
    /// Who may call the service; nobody if empty. `allUsers` makes it public.
    #[serde(default)]
    pub invokers: Vec<Member>,
    /// Whether nothing may delete it, neither `destroy` nor a removed line. `false` takes it back.
    #[serde(default)]
    pub protect: bool,
    /// Whether a service that is there already may be taken over.
    #[serde(default)]
    pub adopt: bool,
    /// Other items of this spec that have to be there before the service.
    #[serde(default)]
    pub depends_on: Vec<DependencyReference>,
}

/// The GPU of each instance. Source: "GPU support for services".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gpu {
    /// The type of GPU.
    #[serde(rename = "type")]
    pub gpu_type: GpuType,
    /// How many; Cloud Run takes one.
    #[schemars(range(min = 1, max = 1))]
    pub count: Option<u32>,
    /// Whether capacity is held in a second zone; costs more and has a quota of its own.
    pub zonal_redundancy: Option<bool>,
}

/// The execution environment of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExecutionEnvironment {
    /// First generation.
    Gen1,
    /// Second generation.
    Gen2,
}
