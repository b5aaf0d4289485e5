//! Artifact Registry repositories.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::{Duration, LabelKey, LabelValue, Location};

/// An Artifact Registry repository. Source: Artifact Registry v1, `Repository`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repository {
    /// What the repository holds.
    pub format: RepositoryFormat,
    /// What the repository is for.
    #[schemars(length(max = 1024))]
    pub description: Option<String>,
    /// Where it lives; the spec's region if left out.
    pub location: Option<Location>,
    /// Labels.
    #[serde(default)]
    pub labels: IndexMap<LabelKey, LabelValue>,
    /// Rules for deleting and keeping versions.
    #[serde(default)]
    pub cleanup_policies: Vec<CleanupPolicy>,
    /// Whether the cleanup policies only report what they would delete.
    pub cleanup_policy_dry_run: Option<bool>,
    /// Whether a tag, once set, may never move.
    pub immutable_tags: Option<bool>,
    /// Whether nothing may delete it, neither `destroy` nor a replacement nor a removed line. `false` takes it back.
    #[serde(default)]
    pub protect: bool,
    /// Whether a repository that is there already may be taken over.
    #[serde(default)]
    pub adopt: bool,
}

/// What a repository holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RepositoryFormat {
    /// Container images.
    Docker,
}

/// One rule for deleting or keeping versions: by a condition, or by how many are newest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CleanupPolicy {
    /// The rule's name, unique within the repository.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// What happens to the versions that the rule picks.
    pub action: CleanupAction,
    /// Picks versions by their properties.
    pub condition: Option<CleanupCondition>,
    /// Picks the newest versions of each package; only with action `keep`.
    pub most_recent_versions: Option<MostRecentVersions>,
}

/// What happens to the versions that a rule picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CleanupAction {
    /// They are deleted.
    Delete,
    /// They are kept, even if another rule would delete them.
    Keep,
}

/// Picks versions by their properties; all that are given have to hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CleanupCondition {
    /// Whether the version has tags.
    pub tag_state: Option<TagState>,
    /// Beginnings of tags.
    #[serde(default)]
    pub tag_prefixes: Vec<String>,
    /// Beginnings of version names.
    #[serde(default)]
    pub version_name_prefixes: Vec<String>,
    /// Beginnings of package names.
    #[serde(default)]
    pub package_name_prefixes: Vec<String>,
    /// Versions made longer ago than this.
    pub older_than: Option<Duration>,
    /// Versions made more recently than this.
    pub newer_than: Option<Duration>,
}

/// Whether a version has tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TagState {
    /// Versions with a tag.
    Tagged,
    /// Versions without a tag.
    Untagged,
    /// Both.
    Any,
}

/// Picks the newest versions of each package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MostRecentVersions {
    /// Beginnings of package names; all packages if empty.
    #[serde(default)]
    pub package_name_prefixes: Vec<String>,
    /// How many of the newest versions are picked.
    #[schemars(range(min = 1))]
    pub keep_count: u32,
}
