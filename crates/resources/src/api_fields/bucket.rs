//! Whose the fields of a bucket are. Source: Cloud Storage JSON v1, `Bucket`; recorded.

use super::Origin::{Identity, Mirror, Status, Time, Version};
use super::{ApiField, ApiObject, Reading, defaulted, fixed, left, managed, server};

pub(crate) const BUCKET: &[ApiObject] = &[ApiObject {
    api: "storage.v1",
    schema: "Bucket",
    reading: Reading::Whole,
    one_of: None,
    fields: FIELDS,
}];

#[rustfmt::skip]
const FIELDS: &[ApiField] = &[
    fixed("name", "made of project, stack and location"),
    managed("location", "location"),
    managed("iamConfiguration.uniformBucketLevelAccess.enabled", "uniformAccess"),
    managed("iamConfiguration.publicAccessPrevention", "publicAccessPrevention"),
    managed("lifecycle.rule", "deleteAfterDays"),
    managed("softDeletePolicy.retentionDurationSeconds", "softDelete"),
    fixed("labels[gemmactl-stack]", "the stack's mark"),
    left("labels.*"),

    server("id", Identity),
    server("kind", Identity),
    server("selfLink", Identity),
    server("projectNumber", Identity),
    server("owner", Identity),
    server("locationType", Identity),
    server("timeCreated", Time),
    server("updated", Time),
    server("softDeleteTime", Time),
    server("hardDeleteTime", Time),
    server("softDeletePolicy.effectiveTime", Time),
    server("iamConfiguration.uniformBucketLevelAccess.lockedTime", Time),
    server("etag", Version),
    server("generation", Version),
    server("metageneration", Version),
    server("satisfiesPZI", Status),
    server("satisfiesPZS", Status),
    server("iamConfiguration.bucketPolicyOnly", Mirror),

    defaulted("storageClass", "\"STANDARD\""),
    defaulted("rpo", "\"DEFAULT\""),

    left("acl"),
    left("autoclass"),
    left("billing"),
    left("cors"),
    left("customPlacementConfig"),
    left("defaultEventBasedHold"),
    left("defaultObjectAcl"),
    left("encryption"),
    left("hierarchicalNamespace"),
    left("ipFilter"),
    left("logging"),
    left("objectRetention"),
    left("retentionPolicy"),
    left("softDeletePolicy.hardDeletePause"),
    left("versioning"),
    left("website"),
];
