//! What the registry holds: repositories, and in them packages (images) with versions (digests) and tags.
//! Pure data with the rules that belong to it; knows no HTTP.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::part::Part;
use crate::policy::Policy;

use super::manifest::Image;
use super::reference::{Pointer, Reference};

/// Artifact Registry's share of a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Repositories by location and id, `LOCATION/ID`.
    pub(super) repositories: BTreeMap<String, Part<Repository>>,
}

/// One repository.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Repository {
    /// The fields that the caller set, as the API shows them.
    pub(super) settings: Map<String, Json>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    /// The IAM policy of the repository itself.
    pub(super) policy: Policy,
    /// Images by name.
    pub(super) packages: BTreeMap<String, Package>,
}

/// One image name with all that was pushed under it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Package {
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    /// Versions by digest, `sha256:...`.
    pub(super) versions: BTreeMap<String, Version>,
    /// Digest by tag.
    pub(super) tags: BTreeMap<String, String>,
}

/// One pushed manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) image: Image,
}

/// Why a push was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PushError {
    /// The repository is not there.
    #[error("name unknown: Repository \"{0}\" not found")]
    NoRepository(String),
    /// The reference is not one of this registry.
    #[error("invalid reference: {0} is not LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE")]
    NotHere(String),
    /// The repository has immutable tags and the tag points elsewhere.
    #[error("manifest invalid: cannot update tag {0}. The repository has enabled tag immutability")]
    ImmutableTag(String),
}

impl State {
    /// The IAM policies of all repositories that name a member. Only these count as changed.
    pub(crate) fn policies_naming(&mut self, member: &str) -> impl Iterator<Item = &mut Policy> {
        let naming = self.repositories.values_mut().filter(move |repository| repository.policy.names(member));
        naming.map(|repository| &mut repository.policy)
    }

    pub(super) fn repository(&self, location: &str, id: &str) -> Option<&Repository> {
        self.repositories.get(&format!("{location}/{id}")).map(|repository| &**repository)
    }

    pub(super) fn repository_mut(&mut self, location: &str, id: &str) -> Option<&mut Repository> {
        self.repositories.get_mut(&format!("{location}/{id}")).map(|repository| &mut **repository)
    }

    /// The digest that a reference of this registry points at, if that image is there.
    pub(super) fn digest(&self, reference: &Reference) -> Option<String> {
        let package =
            self.repository(&reference.location, &reference.repository)?.packages.get(&reference.image)?;
        package.digest(&reference.pointer)
    }

    /// Stores an image. Pushing the same digest again moves nothing but the tag.
    pub(super) fn push(
        &mut self,
        reference: &Reference,
        image: &Image,
        now: Timestamp,
    ) -> Result<(), PushError> {
        let digest = image.digest();
        let name = format!(
            "projects/{}/locations/{}/repositories/{}",
            reference.project, reference.location, reference.repository
        );
        let repository = self
            .repository_mut(&reference.location, &reference.repository)
            .ok_or(PushError::NoRepository(name))?;
        let immutable = repository.has_immutable_tags();
        let package = repository.packages.entry(reference.image.clone()).or_insert_with(|| Package {
            created: now,
            updated: now,
            versions: BTreeMap::new(),
            tags: BTreeMap::new(),
        });
        if let Pointer::Tag(tag) = &reference.pointer {
            match package.tags.get(tag) {
                Some(held) if immutable && *held != digest => {
                    return Err(PushError::ImmutableTag(tag.clone()));
                }
                Some(_) | None => {}
            }
            package.tags.insert(tag.clone(), digest.clone());
        }
        package.updated = now;
        package
            .versions
            .entry(digest)
            .and_modify(|version| version.updated = now)
            .or_insert_with(|| Version { created: now, updated: now, image: image.clone() });
        Ok(())
    }
}

impl Repository {
    /// True when a tag can neither be moved nor deleted.
    pub(super) fn has_immutable_tags(&self) -> bool {
        let setting = self.settings.get("dockerConfig").and_then(|config| config.get("immutableTags"));
        setting.and_then(Json::as_bool).unwrap_or(false)
    }

    /// The bytes of all images together.
    pub(super) fn size_bytes(&self) -> u64 {
        self.packages
            .values()
            .flat_map(|package| package.versions.values())
            .map(|version| version.image.size_bytes)
            .sum()
    }
}

impl Package {
    /// The digest behind a tag, or the digest itself if it is there.
    pub(super) fn digest(&self, pointer: &Pointer) -> Option<String> {
        match pointer {
            Pointer::Tag(tag) => self.tags.get(tag).cloned(),
            Pointer::Digest(digest) => self.versions.contains_key(digest).then(|| digest.clone()),
        }
    }

    /// The tags of a digest, in order of name.
    pub(super) fn tags_of<'package>(
        &'package self,
        digest: &'package str,
    ) -> impl Iterator<Item = &'package str> {
        self.tags.iter().filter(move |(_, held)| *held == digest).map(|(tag, _)| tag.as_str())
    }
}
