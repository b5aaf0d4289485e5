//! Whose the fields of a repository are. Source: Artifact Registry v1, `Repository`; recorded.

use super::Origin::{Identity, Status, Time};
use super::{ApiField, ApiObject, Reading, defaulted, fixed, left, managed, server};

pub(crate) const REPOSITORY: &[ApiObject] = &[ApiObject {
    api: "artifactregistry.v1",
    schema: "Repository",
    reading: Reading::Whole,
    one_of: None,
    fields: FIELDS,
}];

#[rustfmt::skip]
const FIELDS: &[ApiField] = &[
    managed("name", "location"),
    managed("format", "format"),
    managed("description", "description"),
    fixed("labels[gemmactl-stack]", "the stack's mark"),
    managed("labels.*", "labels.*"),
    managed("cleanupPolicies.*", "cleanupPolicies.*"),
    managed("cleanupPolicyDryRun", "cleanupPolicyDryRun"),
    managed("dockerConfig.immutableTags", "immutableTags"),

    server("registryUri", Identity),
    server("createTime", Time),
    server("updateTime", Time),
    server("sizeBytes", Status),
    server("satisfiesPzi", Status),
    server("satisfiesPzs", Status),
    server("vulnerabilityScanningConfig.enablementState", Status),
    server("vulnerabilityScanningConfig.enablementStateReason", Status),
    server("vulnerabilityScanningConfig.lastEnableTime", Time),

    defaulted("mode", "\"STANDARD_REPOSITORY\""),

    left("disallowUnspecifiedMode"),
    left("kmsKeyName"),
    left("mavenConfig"),
    left("platformLogsConfig"),
    left("remoteRepositoryConfig"),
    left("virtualRepositoryConfig"),
    left("vulnerabilityScanningConfig.enablementConfig"),
];
