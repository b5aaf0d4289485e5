//! What Cloud Storage holds for one project: buckets, object versions, unfinished uploads. Contents live apart, by
//! digest. Pure data with the rules that belong to it; knows no HTTP.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::clock::later;
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
    /// What was deleted for good and can be restored for a while, by object name, oldest first.
    #[serde(default)]
    pub(super) soft_deleted: BTreeMap<String, Vec<SoftDeleted>>,
}

/// A version that was deleted for good and is kept for a while. It cannot be read, only listed and restored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SoftDeleted {
    pub(super) version: Version,
    pub(super) at: Timestamp,
    pub(super) until: Timestamp,
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
        let versions = self.buckets.values().flat_map(Bucket::kept);
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
    /// Every version whose content is still needed.
    fn kept(&self) -> impl Iterator<Item = &Version> {
        let soft_deleted = self.soft_deleted.values().flatten().map(|deleted| &deleted.version);
        self.objects.values().flatten().chain(soft_deleted)
    }

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

    /// Ends the life of the live version: kept as noncurrent if the bucket keeps versions, else soft-deleted.
    pub(super) fn retire(&mut self, object: &str, now: Timestamp) {
        if !self.keeps_versions() {
            return self.soft_delete(object, now, |version| version.deleted.is_none());
        }
        let versions = self.objects.get_mut(object).into_iter().flatten();
        for version in versions.filter(|version| version.deleted.is_none()) {
            version.deleted = Some(now);
        }
    }

    /// Removes one generation, which stays soft-deleted for as long as the bucket says.
    pub(super) fn remove(&mut self, object: &str, generation: i64, now: Timestamp) {
        self.soft_delete(object, now, |version| version.generation == generation);
    }

    fn soft_delete(&mut self, object: &str, now: Timestamp, which: impl Fn(&Version) -> bool) {
        let Some(versions) = self.objects.get_mut(object) else { return };
        let (gone, left): (Vec<Version>, Vec<Version>) = versions.drain(..).partition(which);
        *versions = left;
        self.drop_if_empty(object);
        let retention = self.retention();
        self.soft_deleted.retain(|_, deleted| {
            deleted.retain(|deleted| deleted.until > now);
            !deleted.is_empty()
        });
        if retention.is_zero() {
            return;
        }
        let until = later(now, retention);
        let gone = gone.into_iter().map(|version| SoftDeleted { version, at: now, until });
        self.soft_deleted.entry(object.to_owned()).or_default().extend(gone);
    }

    /// How long what is deleted can be restored.
    fn retention(&self) -> Duration {
        let seconds =
            self.settings.get("softDeletePolicy").and_then(|policy| policy.get("retentionDurationSeconds"));
        Duration::from_secs(seconds.and_then(Json::as_str).and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// The soft-deleted versions of all objects that can still be restored, by name and oldest first.
    pub(super) fn restorable(&self, now: Timestamp) -> impl Iterator<Item = (&String, &SoftDeleted)> {
        let all = self.soft_deleted.iter();
        all.flat_map(|(name, deleted)| deleted.iter().map(move |deleted| (name, deleted)))
            .filter(move |(_, deleted)| deleted.until > now)
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
