//! What Cloud Storage holds for one project: buckets, object versions, unfinished uploads. Contents live apart, by
//! digest. Pure data with the rules that belong to it; knows no HTTP.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::policy::Policy;

/// Cloud Storage's share of a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Buckets by name. Names are global: the same name is never in two projects.
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// Resumable uploads that were begun and not finished, by upload id.
    pub(super) uploads: BTreeMap<String, Upload>,
    /// The newest generation handed out; generations only grow.
    pub(super) newest_generation: i64,
    /// When objects were last written, `BUCKET/OBJECT`; kept only where writes are limited.
    #[serde(default)]
    pub(super) recent_writes: BTreeMap<String, Timestamp>,
}

/// One bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Bucket {
    /// The fields that a caller may set, as the API shows them.
    pub(super) settings: Map<String, Json>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) generation: i64,
    pub(super) metageneration: i64,
    /// The bucket's own IAM policy.
    pub(super) policy: Policy,
    /// All versions of each object name, oldest first.
    pub(super) objects: BTreeMap<String, Vec<Version>>,
}

/// One generation of an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) generation: i64,
    pub(super) metageneration: i64,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    /// When it stopped being the live version; `None` for the live one.
    pub(super) deleted: Option<Timestamp>,
    /// The fields that a caller may set: `contentType`, `metadata`, `cacheControl` and so on.
    pub(super) settings: Map<String, Json>,
    /// Digest under which the content is stored.
    pub(super) content: String,
    pub(super) size: u64,
    pub(super) md5: String,
    pub(super) crc32c: String,
}

/// A resumable upload in progress.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) bucket: String,
    pub(super) object: String,
    pub(super) settings: Map<String, Json>,
    /// The query of the request that began it: its preconditions hold when the upload ends.
    pub(super) query: Vec<(String, String)>,
    pub(super) begun: Timestamp,
    /// Digests of the pieces received, in order.
    pub(super) pieces: Vec<String>,
    pub(super) received: u64,
    /// The generation that it ended with: who lost that answer may ask again.
    pub(super) finished: Option<i64>,
}

impl State {
    /// The IAM policies of all buckets that name a member. Only these count as changed.
    pub(crate) fn policies_naming(&mut self, member: &str) -> impl Iterator<Item = &mut Policy> {
        let naming = self.buckets.values_mut().filter(move |bucket| bucket.policy.names(member));
        naming.map(|bucket| &mut bucket.policy)
    }

    /// The digests of all contents that an object or an unfinished upload needs.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &str> {
        let versions = self.buckets.values().flat_map(|bucket| bucket.objects.values().flatten());
        let pieces = self.uploads.values().flat_map(|upload| &upload.pieces);
        versions.map(|version| &version.content).chain(pieces).map(String::as_str)
    }

    /// A generation for something made now: microseconds of the clock, or one more than the last.
    pub(super) fn next_generation(&mut self, now: Timestamp) -> i64 {
        self.newest_generation = now.as_microsecond().max(self.newest_generation + 1);
        self.newest_generation
    }
}

impl Bucket {
    /// The live version of an object.
    pub(super) fn live(&self, object: &str) -> Option<&Version> {
        self.objects.get(object)?.iter().find(|version| version.deleted.is_none())
    }

    /// One version: by generation, or the live one.
    pub(super) fn version(&self, object: &str, generation: Option<i64>) -> Option<&Version> {
        match generation {
            Some(generation) => {
                self.objects.get(object)?.iter().find(|version| version.generation == generation)
            }
            None => self.live(object),
        }
    }

    /// One version, to be changed: by generation, or the live one.
    pub(super) fn version_mut(&mut self, object: &str, generation: Option<i64>) -> Option<&mut Version> {
        let mut versions = self.objects.get_mut(object)?.iter_mut();
        match generation {
            Some(generation) => versions.find(|version| version.generation == generation),
            None => versions.find(|version| version.deleted.is_none()),
        }
    }

    /// Makes `version` the live one. What was live before stays as noncurrent if the bucket keeps versions.
    pub(super) fn put(&mut self, object: &str, version: Version) {
        let created = version.created;
        self.retire(object, created);
        self.objects.entry(object.to_owned()).or_default().push(version);
    }

    /// Ends the life of the live version: kept as noncurrent if the bucket keeps versions, else gone.
    pub(super) fn retire(&mut self, object: &str, now: Timestamp) {
        let keep = self.keeps_versions();
        let Some(versions) = self.objects.get_mut(object) else { return };
        if keep {
            for version in versions.iter_mut().filter(|version| version.deleted.is_none()) {
                version.deleted = Some(now);
            }
        } else {
            versions.retain(|version| version.deleted.is_some());
        }
        self.drop_if_empty(object);
    }

    /// Removes one generation for good.
    pub(super) fn remove(&mut self, object: &str, generation: i64) {
        if let Some(versions) = self.objects.get_mut(object) {
            versions.retain(|version| version.generation != generation);
        }
        self.drop_if_empty(object);
    }

    fn drop_if_empty(&mut self, object: &str) {
        if self.objects.get(object).is_some_and(Vec::is_empty) {
            self.objects.remove(object);
        }
    }

    fn keeps_versions(&self) -> bool {
        let enabled = self.settings.get("versioning").and_then(|versioning| versioning.get("enabled"));
        enabled.and_then(Json::as_bool).unwrap_or(false)
    }

    /// True when nobody may make its content public.
    pub(super) fn prevents_public_access(&self) -> bool {
        let prevention =
            self.settings.get("iamConfiguration").and_then(|iam| iam.get("publicAccessPrevention"));
        prevention.and_then(Json::as_str) == Some("enforced")
    }

    /// Whether it has real folders, and so no access control lists.
    pub(super) fn has_folders(&self) -> bool {
        let folders = self.settings.get("hierarchicalNamespace");
        folders.and_then(|folders| folders.get("enabled")).and_then(Json::as_bool).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_grow_even_when_the_clock_stands_still_or_goes_back() {
        let mut state = State::default();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let first = state.next_generation(now);
        assert_eq!(first, 1_700_000_000_000_000);
        assert_eq!(state.next_generation(now), first + 1);
        assert_eq!(state.next_generation(Timestamp::UNIX_EPOCH), first + 2);
    }
}
