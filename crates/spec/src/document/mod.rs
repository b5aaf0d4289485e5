//! The spec as types: what a file may say, one field for each key.
//!
//! The JSON Schema, the structural check and the reference page are all generated from these types, and their
//! documentation comments are what an editor shows. Everything optional is an `Option`: none means that the spec is
//! silent. They must never know how a value is sent to an API.

mod image;
mod lint;
mod project;
mod repository;
mod server;
mod service;

pub use image::{Build, Image};
pub use lint::{Ignore, Lint};
pub use project::{Api, ApiEntry, ApiOnDestroy, Binding, Condition, ServiceAccount, Variable, Version};
pub use repository::{
    CleanupAction, CleanupCondition, CleanupPolicy, MostRecentVersions, Repository, RepositoryFormat,
    TagState,
};
pub use server::{OllamaImage, PrebuiltImage, VllmImage, Weights, WeightsLoad};
pub use service::{
    CloudStorageVolume, Egress, ExecutionEnvironment, Gpu, GrpcProbe, HttpProbe, InMemoryVolume, Ingress,
    MountPaths, NfsVolume, Probe, Rollout, RolloutCheck, RolloutStrategy, ScalingMode, SecretItem,
    SecretVersion, SecretVolume, Service, ServiceScaling, TcpProbe, TrafficTarget, Volume, Vpc,
};

use indexmap::IndexMap;
use model::{ProjectId, Region, StackName};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{ImageName, RepositoryName, ServiceAccountId, ServiceName, VariableName};

/// A stack: what one file owns in one Google Cloud project.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// The version of this format.
    pub version: Version,
    /// The stack's name.
    #[schemars(with = "crate::types::StackName")]
    pub stack: StackName,
    /// The Google Cloud project that everything is made in.
    #[schemars(with = "crate::types::ProjectId")]
    pub project: ProjectId,
    /// The region of everything that does not name its own.
    #[schemars(with = "crate::types::Region")]
    pub region: Region,
    /// Variables that `${name}` may stand for in any value; never environment variables.
    #[serde(default)]
    pub variables: IndexMap<VariableName, Variable>,
    /// Google APIs that have to be enabled.
    #[serde(default)]
    pub apis: Vec<ApiEntry>,
    /// Service accounts, by the id before the `@`.
    #[serde(default)]
    pub service_accounts: IndexMap<ServiceAccountId, ServiceAccount>,
    /// Roles on the project. Other members of a role are never touched.
    #[serde(default)]
    pub iam: Vec<Binding>,
    /// Artifact Registry repositories, by name.
    #[serde(default)]
    pub repositories: IndexMap<RepositoryName, Repository>,
    /// Images, by name: made by Cloud Build, or there already.
    #[serde(default)]
    pub images: IndexMap<ImageName, Image>,
    /// Cloud Run services, by name.
    #[serde(default)]
    pub services: IndexMap<ServiceName, Service>,
    /// What checks find and this spec has decided otherwise.
    pub lint: Option<Lint>,
}

impl Document {
    /// The images that are built, by name, each with the repository that it is pushed to.
    pub fn built_images(&self) -> impl Iterator<Item = (&ImageName, &Image, &RepositoryName)> {
        let built = self.images.iter().filter(|(_, image)| image.is_built());
        built.filter_map(|(name, image)| Some((name, image, image.repository.as_ref()?)))
    }

    /// An image that is built, with the repository that it is pushed to.
    pub fn built_image(&self, name: &str) -> Option<(&Image, &RepositoryName)> {
        let image = self.images.get(name).filter(|image| image.is_built())?;
        Some((image, image.repository.as_ref()?))
    }

    /// An image's name in its registry, without tag and digest: `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/NAME`.
    pub fn image_name(&self, name: &str, repository: &RepositoryName) -> String {
        let location = self.location_of(repository.as_str());
        format!("{location}-docker.pkg.dev/{}/{repository}/{name}", self.registry_project())
    }

    /// The project as names of images have it: one of a domain (`example.com:name`) is written with a slash. Source: Artifact
    /// Registry, image names.
    pub fn registry_project(&self) -> String {
        self.project.as_str().replace(':', "/")
    }

    /// The location of a repository: its own, or the spec's region.
    pub fn location_of(&self, repository: &str) -> &str {
        let location = self.repositories.get(repository).and_then(|found| found.location.as_ref());
        location.map_or(self.region.as_str(), |location| location.as_str())
    }

    /// The region of a service: its own, or the spec's.
    pub fn region_of<'d>(&'d self, service: &'d Service) -> &'d Region {
        service.region.as_ref().unwrap_or(&self.region)
    }
}
