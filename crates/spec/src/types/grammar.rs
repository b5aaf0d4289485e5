//! How a text is refused, and which parser stands behind which schema pattern.
//!
//! The walker over the schema finds the parser of a value by the pattern that the schema shows to editors, so that the
//! types stay the only place where a grammar is written. Must never know a file or a position.

use super::{
    AbsolutePath, AllowedLocation, ApiName, BaseImage, BinaryAuthorization, BucketName, BuildLocation,
    CheckName, Cpu, DependencyReference, Duration, EncryptionKey, EnvName, EnvironmentName, FileMode,
    FolderPath, GpuType, HeaderName, ImageDigest, ImageName, ImageReference, LabelKey, LabelValue, Location,
    MachineType, Member, Memory, ModelDigest, OllamaModel, PrebuiltName, ProjectId, Region, RegistryPrefix,
    RepositoryName, RevisionName, Role, RuleName, SecretName, SecretVersionName, ServiceAccountId,
    ServiceAccountReference, ServiceName, StackName, TrafficTag, VariableName, VolumeName,
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
    ("CheckName", CheckName::PATTERN, |text| CheckName::parse(text).map(drop)),
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
    ("AllowedLocation", AllowedLocation::PATTERN, |text| AllowedLocation::parse(text).map(drop)),
    ("RegistryPrefix", RegistryPrefix::PATTERN, |text| RegistryPrefix::parse(text).map(drop)),
    ("RuleName", RuleName::PATTERN, |text| RuleName::parse(text).map(drop)),
    ("EnvironmentName", EnvironmentName::PATTERN, |text| EnvironmentName::parse(text).map(drop)),
    ("VariableName", VariableName::PATTERN, |text| VariableName::parse(text).map(drop)),
    ("AbsolutePath", AbsolutePath::PATTERN, |text| AbsolutePath::parse(text).map(drop)),
    ("BucketName", BucketName::PATTERN, |text| BucketName::parse(text).map(drop)),
    ("EncryptionKey", EncryptionKey::PATTERN, |text| EncryptionKey::parse(text).map(drop)),
    ("FileMode", FileMode::PATTERN, |text| FileMode::parse(text).map(drop)),
    ("RevisionName", RevisionName::PATTERN, |text| RevisionName::parse(text).map(drop)),
    ("TrafficTag", TrafficTag::PATTERN, |text| TrafficTag::parse(text).map(drop)),
    ("BaseImage", BaseImage::PATTERN, |text| BaseImage::parse(text).map(drop)),
    ("FolderPath", FolderPath::PATTERN, |text| FolderPath::parse(text).map(drop)),
    ("ImageDigest", ImageDigest::PATTERN, |text| ImageDigest::parse(text).map(drop)),
    ("ModelDigest", ModelDigest::PATTERN, |text| ModelDigest::parse(text).map(drop)),
    ("OllamaModel", OllamaModel::PATTERN, |text| OllamaModel::parse(text).map(drop)),
    ("PrebuiltName", PrebuiltName::PATTERN, |text| PrebuiltName::parse(text).map(drop)),
    ("VolumeName", VolumeName::PATTERN, |text| VolumeName::parse(text).map(drop)),
];

/// The check behind a pattern of the schema.
pub(crate) fn grammar_of(pattern: &str) -> Option<Check> {
    GRAMMARS.iter().find(|(_, known, _)| *known == pattern).map(|(_, _, check)| *check)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::schema::strict;

    /// Texts of the table that a grammar takes.
    fn taken<'t>(check: Check, texts: &[&'t str]) -> Vec<&'t str> {
        texts.iter().copied().filter(|text| check(text).is_ok()).collect()
    }

    fn check_of(name: &str) -> Check {
        GRAMMARS.iter().find(|(known, _, _)| *known == name).unwrap().2
    }

    #[test]
    fn every_pattern_of_the_schema_has_exactly_one_grammar() {
        fn visit(schema: &Value, patterns: &mut BTreeSet<String>) {
            match schema {
                Value::Object(object) => {
                    patterns.extend(object.get("pattern").and_then(Value::as_str).map(str::to_owned));
                    let keys = object.get("patternProperties").and_then(Value::as_object);
                    patterns.extend(keys.into_iter().flat_map(|keys| keys.keys().cloned()));
                    object.values().for_each(|value| visit(value, patterns));
                }
                Value::Array(items) => items.iter().for_each(|item| visit(item, patterns)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let mut patterns = BTreeSet::new();
        visit(strict(), &mut patterns);
        for pattern in patterns {
            let known = GRAMMARS.iter().filter(|(_, known, _)| *known == pattern).count();
            assert_eq!(known, 1, "{pattern}");
        }
    }

    #[test]
    fn every_grammar_takes_the_examples_of_its_schema_and_refuses_nothing_at_all() {
        for (name, _, check) in GRAMMARS {
            let examples = strict().pointer(&format!("/$defs/{name}/examples"));
            for example in examples.and_then(Value::as_array).into_iter().flatten() {
                assert_eq!(check(example.as_str().unwrap()), Ok(()), "{name}");
            }
            assert_eq!(check("").is_ok(), *name == "LabelValue", "{name}");
            assert!(check("\u{0}").is_err() && check("a\nb").is_err(), "{name}");
        }
    }

    #[test]
    fn what_a_suggestion_says_is_taken() {
        let wrong = [
            ("Memory", "32"),
            ("Memory", "512"),
            ("Memory", "32GB"),
            ("Memory", "16 gb"),
            ("Duration", "600"),
            ("Region", "eu-west4"),
            ("Region", "us-central-1"),
            ("Region", "europe-west1-b"),
            ("Location", "eu-west1"),
            ("GpuType", "nvidia-l-4"),
            ("GpuType", "l4"),
            ("Role", "run.admin"),
            ("Role", "role/run.admin"),
            ("Member", "me@example.com"),
            ("Member", "a@p.iam.gserviceaccount.com"),
            ("Member", "users:me@example.com"),
            ("Member", "alluser"),
            ("ApiName", "run"),
            ("StackName", "My_Stack"),
            ("MachineType", "e2-highcpu-8"),
            ("BucketName", "gs://models/"),
            ("AbsolutePath", "models"),
            ("DependencyReference", "services/a"),
            ("ServiceName", "My.Service"),
        ];
        for (name, text) in wrong {
            let check = check_of(name);
            let suggestion = check(text).unwrap_err().suggestion.unwrap_or_else(|| panic!("{name} {text}"));
            assert_eq!(check(&suggestion), Ok(()), "{name}: {text} -> {suggestion}");
        }
    }

    #[test]
    fn roles_and_members_are_taken_by_their_forms() {
        let roles = [
            "roles/run.admin",
            "projects/my-project/roles/x",
            "organizations/12/roles/y",
            "run.admin",
            "roles/",
            "roles/a/b",
            "projects/P/roles/x",
            "organizations/x/roles/y",
            "roles/a b",
        ];
        assert_eq!(
            taken(check_of("Role"), &roles),
            ["roles/run.admin", "projects/my-project/roles/x", "organizations/12/roles/y"]
        );
        let members = [
            "user:a@b.c",
            "group:a@b.c",
            "serviceAccount:a@b.c",
            "domain:b.c",
            "principal://iam.googleapis.com/x",
            "principalSet://x",
            "allUsers",
            "user:a",
            "user:a@b@c",
            "domain:a@b.c",
            "principal://",
            "deleted:user:a@b.c?uid=1",
            "a@b.c",
            "user:a @b.c",
        ];
        assert_eq!(taken(check_of("Member"), &members), members[..7].to_vec());
    }

    #[test]
    fn image_references_are_taken_by_their_forms() {
        let digest = format!("us-docker.pkg.dev/p/r/i@sha256:{}", "0".repeat(64));
        let good = [
            "server",
            "a.b-c_d",
            "docker.io/library/nginx",
            "localhost:5000/a:b",
            "europe-docker.pkg.dev/p/r/i:v1.2",
            digest.as_str(),
        ];
        assert_eq!(taken(check_of("ImageReference"), &good), good);
        let bad =
            ["Server", "https://x/y", "x/y:", "x/Y", "x//y", "x/y@sha256:12", "x:port/y", "-a", "x/y:a b"];
        assert_eq!(taken(check_of("ImageReference"), &bad), Vec::<&str>::new());
    }
}
