//! The words and quantities a spec may hold, each parsed once, at the edge.
//!
//! Every type here owns its grammar: the JSON Schema pattern, the examples and the words of the refusal.
//! It must never know where in a file a value stood, nor what any other value is.

mod access;
mod file;
mod grammar;
mod image;
mod name;
mod place_name;
mod quantity;
mod reference;
mod scalar;
mod server;
mod text;
mod time;

pub use access::{Member, Role};
pub use file::{AbsolutePath, BucketName, FileMode};
pub use grammar::GrammarError;
pub(crate) use grammar::grammar_of;
pub use image::{ImageReference, ImageSource, RegistryPrefix};
pub use name::{
    ApiName, CheckName, EnvName, HeaderName, ImageName, LabelKey, LabelValue, MachineType, RepositoryName,
    RevisionName, RuleName, ServiceAccountId, ServiceName, TrafficTag, VariableName, VolumeName,
};
pub(crate) use name::{EnvironmentName, ProjectId, StackName};
pub(crate) use place_name::Region;
pub use place_name::{AllowedLocation, BuildLocation, GpuType, Location};
pub use quantity::{Cpu, Memory};
pub use reference::{
    BinaryAuthorization, DependencyKind, DependencyReference, EncryptionKey, SecretName, SecretVersionName,
    ServiceAccountReference,
};
pub(crate) use scalar::KEEPS_TYPE;
pub use scalar::{Scalar, ScalarText};
pub use server::{BaseImage, FolderPath, ImageDigest, ModelDigest, OllamaModel, PrebuiltName};
pub use time::Duration;
