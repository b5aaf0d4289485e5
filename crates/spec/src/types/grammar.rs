//! How a text is refused, and which parser stands behind which schema pattern.
//!
//! The walker over the schema finds the parser of a value by the pattern that the schema shows to editors, so that the
//! types stay the only place where a grammar is written. Must never know a file or a position.

use super::{
    AbsolutePath, ApiName, BinaryAuthorization, BucketName, BuildLocation, Cpu, DependencyReference,
    Duration, EncryptionKey, EnvName, FileMode, GpuType, HeaderName, ImageName, ImageReference, LabelKey,
    LabelValue, Location, MachineType, Member, Memory, ProjectId, Region, RepositoryName, RevisionName, Role,
    SecretName, SecretVersionName, ServiceAccountId, ServiceAccountReference, ServiceName, StackName,
    TrafficTag, VariableName, VolumeName,
};

/// Why a text does not fit its grammar, and what would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GrammarError {
    /// What is wrong, a fragment without full stop.
    pub message: String,
    /// What to write instead, where that can be said.
    pub help: Option<String>,
    /// The text that was probably meant, ready to be put in the place of the wrong one.
    pub suggestion: Option<String>,
}

impl GrammarError {
    /// A refusal that only says what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, suggestion: None }
    }

    /// The same refusal with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same refusal with the text that was probably meant.
    #[must_use]
    pub fn with_suggestion(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// A check of one text against one grammar.
pub(crate) type Check = fn(&str) -> Result<(), GrammarError>;

/// Every grammar: the type's name, its pattern in the schema, and its check.
pub(crate) const GRAMMARS: &[(&str, &str, Check)] = &[
    ("ApiName", ApiName::PATTERN, |text| ApiName::parse(text).map(drop)),
    ("BinaryAuthorization", BinaryAuthorization::PATTERN, |text| BinaryAuthorization::parse(text).map(drop)),
    ("BuildLocation", BuildLocation::PATTERN, |text| BuildLocation::parse(text).map(drop)),
    ("Cpu", Cpu::PATTERN, |text| Cpu::parse(text).map(drop)),
    ("DependencyReference", DependencyReference::PATTERN, |text| DependencyReference::parse(text).map(drop)),
    ("Duration", Duration::PATTERN, |text| Duration::parse(text).map(drop)),
    ("EnvName", EnvName::PATTERN, |text| EnvName::parse(text).map(drop)),
    ("GpuType", GpuType::PATTERN, |text| GpuType::parse(text).map(drop)),
    ("HeaderName", HeaderName::PATTERN, |text| HeaderName::parse(text).map(drop)),
    ("ImageName", ImageName::PATTERN, |text| ImageName::parse(text).map(drop)),
    ("ImageReference", ImageReference::PATTERN, |text| ImageReference::parse(text).map(drop)),
    ("LabelKey", LabelKey::PATTERN, |text| LabelKey::parse(text).map(drop)),
    ("LabelValue", LabelValue::PATTERN, |text| LabelValue::parse(text).map(drop)),
    ("Location", Location::PATTERN, |text| Location::parse(text).map(drop)),
    ("MachineType", MachineType::PATTERN, |text| MachineType::parse(text).map(drop)),
    ("Member", Member::PATTERN, |text| Member::parse(text).map(drop)),
    ("Memory", Memory::PATTERN, |text| Memory::parse(text).map(drop)),
    ("ProjectId", ProjectId::PATTERN, |text| ProjectId::parse(text).map(drop)),
    ("Region", Region::PATTERN, |text| Region::parse(text).map(drop)),
    ("RepositoryName", RepositoryName::PATTERN, |text| RepositoryName::parse(text).map(drop)),
    ("Role", Role::PATTERN, |text| Role::parse(text).map(drop)),
    ("SecretName", SecretName::PATTERN, |text| SecretName::parse(text).map(drop)),
    ("SecretVersionName", SecretVersionName::PATTERN, |text| SecretVersionName::parse(text).map(drop)),
    ("ServiceAccountId", ServiceAccountId::PATTERN, |text| ServiceAccountId::parse(text).map(drop)),
    ("ServiceAccountReference", ServiceAccountReference::PATTERN, |text| {
        ServiceAccountReference::parse(text).map(drop)
    }),
    ("ServiceName", ServiceName::PATTERN, |text| ServiceName::parse(text).map(drop)),
    ("StackName", StackName::PATTERN, |text| StackName::parse(text).map(drop)),
    ("VariableName", VariableName::PATTERN, |text| VariableName::parse(text).map(drop)),
    ("AbsolutePath", AbsolutePath::PATTERN, |text| AbsolutePath::parse(text).map(drop)),
    ("BucketName", BucketName::PATTERN, |text| BucketName::parse(text).map(drop)),
    ("EncryptionKey", EncryptionKey::PATTERN, |text| EncryptionKey::parse(text).map(drop)),
    ("FileMode", FileMode::PATTERN, |text| FileMode::parse(text).map(drop)),
    ("RevisionName", RevisionName::PATTERN, |text| RevisionName::parse(text).map(drop)),
    ("TrafficTag", TrafficTag::PATTERN, |text| TrafficTag::parse(text).map(drop)),
    ("VolumeName", VolumeName::PATTERN, |text| VolumeName::parse(text).map(drop)),
];

/// The check behind a pattern of the schema.
pub(crate) fn grammar_of(pattern: &str) -> Option<Check> {
    GRAMMARS.iter().find(|(_, known, _)| *known == pattern).map(|(_, _, check)| *check)
}
