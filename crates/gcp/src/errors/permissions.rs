//! Which permission a call needs, and the narrowest predefined role that holds it. Data, with one look-up each.
//! Source: the IAM permissions of each API method and the predefined roles (role lists of August 2026).

use model::{Api, Method};

use super::Problem;

/// Permission and the narrowest role with it.
const ROLES: &[(&str, &str)] = &[
    ("artifactregistry.dockerimages.get", "roles/artifactregistry.reader"),
    ("artifactregistry.dockerimages.list", "roles/artifactregistry.reader"),
    ("artifactregistry.packages.delete", "roles/artifactregistry.repoAdmin"),
    ("artifactregistry.repositories.create", "roles/artifactregistry.admin"),
    ("artifactregistry.repositories.delete", "roles/artifactregistry.admin"),
    ("artifactregistry.repositories.downloadArtifacts", "roles/artifactregistry.reader"),
    ("artifactregistry.repositories.get", "roles/artifactregistry.reader"),
    ("artifactregistry.repositories.getIamPolicy", "roles/artifactregistry.admin"),
    ("artifactregistry.repositories.list", "roles/artifactregistry.reader"),
    ("artifactregistry.repositories.setIamPolicy", "roles/artifactregistry.admin"),
    ("artifactregistry.repositories.update", "roles/artifactregistry.admin"),
    ("artifactregistry.repositories.uploadArtifacts", "roles/artifactregistry.writer"),
    ("artifactregistry.tags.delete", "roles/artifactregistry.repoAdmin"),
    ("artifactregistry.tags.get", "roles/artifactregistry.reader"),
    ("artifactregistry.versions.delete", "roles/artifactregistry.repoAdmin"),
    ("artifactregistry.versions.get", "roles/artifactregistry.reader"),
    ("cloudbuild.builds.create", "roles/cloudbuild.builds.editor"),
    ("cloudbuild.builds.get", "roles/cloudbuild.builds.viewer"),
    ("cloudbuild.builds.list", "roles/cloudbuild.builds.viewer"),
    ("cloudbuild.builds.update", "roles/cloudbuild.builds.editor"),
    ("cloudbuild.workerpools.use", "roles/cloudbuild.workerPoolUser"),
    ("cloudquotas.quotas.get", "roles/cloudquotas.viewer"),
    ("cloudquotas.quotas.update", "roles/cloudquotas.admin"),
    ("compute.networks.get", "roles/compute.networkUser"),
    ("compute.subnetworks.get", "roles/compute.networkUser"),
    ("compute.subnetworks.use", "roles/compute.networkUser"),
    ("iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"),
    ("iam.serviceAccounts.create", "roles/iam.serviceAccountCreator"),
    ("iam.serviceAccounts.delete", "roles/iam.serviceAccountAdmin"),
    ("iam.serviceAccounts.get", "roles/iam.serviceAccountViewer"),
    ("iam.serviceAccounts.setIamPolicy", "roles/iam.serviceAccountAdmin"),
    ("iam.serviceAccounts.update", "roles/iam.serviceAccountAdmin"),
    ("logging.logEntries.create", "roles/logging.logWriter"),
    ("logging.logEntries.list", "roles/logging.viewer"),
    ("resourcemanager.projects.get", "roles/browser"),
    ("resourcemanager.projects.getIamPolicy", "roles/iam.securityReviewer"),
    ("resourcemanager.projects.setIamPolicy", "roles/resourcemanager.projectIamAdmin"),
    ("run.operations.get", "roles/run.viewer"),
    ("run.revisions.get", "roles/run.viewer"),
    ("run.services.create", "roles/run.admin"),
    ("run.services.delete", "roles/run.developer"),
    ("run.services.get", "roles/run.viewer"),
    ("run.services.getIamPolicy", "roles/run.viewer"),
    ("run.services.list", "roles/run.viewer"),
    ("run.services.setIamPolicy", "roles/run.admin"),
    ("run.services.update", "roles/run.developer"),
    ("secretmanager.versions.access", "roles/secretmanager.secretAccessor"),
    ("serviceusage.operations.get", "roles/serviceusage.serviceUsageViewer"),
    ("serviceusage.quotas.get", "roles/serviceusage.serviceUsageConsumer"),
    ("serviceusage.services.disable", "roles/serviceusage.serviceUsageAdmin"),
    ("serviceusage.services.enable", "roles/serviceusage.serviceUsageAdmin"),
    ("serviceusage.services.get", "roles/serviceusage.serviceUsageViewer"),
    ("serviceusage.services.list", "roles/serviceusage.serviceUsageViewer"),
    ("serviceusage.services.use", "roles/serviceusage.serviceUsageConsumer"),
    ("storage.buckets.create", "roles/storage.admin"),
    ("storage.buckets.delete", "roles/storage.admin"),
    ("storage.buckets.get", "roles/storage.bucketViewer"),
    ("storage.buckets.list", "roles/storage.bucketViewer"),
    ("storage.buckets.update", "roles/storage.admin"),
    ("storage.objects.create", "roles/storage.objectUser"),
    ("storage.objects.delete", "roles/storage.objectUser"),
    ("storage.objects.get", "roles/storage.objectViewer"),
    ("storage.objects.list", "roles/storage.objectViewer"),
    ("storage.objects.restore", "roles/storage.objectAdmin"),
];

/// The permission as IAM spells it (APIs differ in case), and the narrowest role with it.
pub(crate) fn role_for(permission: &str) -> Option<(&'static str, &'static str)> {
    ROLES.iter().copied().find(|(known, _)| known.eq_ignore_ascii_case(permission))
}

/// A call by API, method, a part of its path, and the ending of its path; and what it needs.
type Need = (Api, Method, &'static str, &'static str, &'static str);

/// The first that fits is taken, so the particular stands before the general.
const NEEDS: &[Need] = &[
    (
        Api::ResourceManager,
        Method::Post,
        "projects/",
        ":getIamPolicy",
        "resourcemanager.projects.getIamPolicy",
    ),
    (
        Api::ResourceManager,
        Method::Post,
        "projects/",
        ":setIamPolicy",
        "resourcemanager.projects.setIamPolicy",
    ),
    (Api::Logging, Method::Post, "entries", ":list", "logging.logEntries.list"),
    (Api::ResourceManager, Method::Get, "projects/", "", "resourcemanager.projects.get"),
    (Api::ServiceUsage, Method::Post, "services", "nable", "serviceusage.services.enable"),
    (Api::ServiceUsage, Method::Post, "services/", ":disable", "serviceusage.services.disable"),
    (Api::ServiceUsage, Method::Get, "operations/", "", "serviceusage.operations.get"),
    (Api::ServiceUsage, Method::Get, "services/", "/consumerQuotaMetrics", "serviceusage.quotas.get"),
    (Api::ServiceUsage, Method::Get, "services", "", "serviceusage.services.get"),
    (Api::CloudQuotas, Method::Get, "quota", "", "cloudquotas.quotas.get"),
    (Api::CloudQuotas, Method::Post, "", "/quotaPreferences", "cloudquotas.quotas.update"),
    (Api::CloudQuotas, Method::Patch, "quotaPreferences/", "", "cloudquotas.quotas.update"),
    (Api::CloudBilling, Method::Get, "projects/", "/billingInfo", "resourcemanager.projects.get"),
    (Api::Iam, Method::Post, "serviceAccounts/", ":setIamPolicy", "iam.serviceAccounts.setIamPolicy"),
    (Api::Iam, Method::Post, "", "/serviceAccounts", "iam.serviceAccounts.create"),
    (Api::Iam, Method::Delete, "serviceAccounts/", "", "iam.serviceAccounts.delete"),
    (Api::Iam, Method::Patch, "serviceAccounts/", "", "iam.serviceAccounts.update"),
    (Api::Iam, Method::Get, "serviceAccounts", "", "iam.serviceAccounts.get"),
    (Api::ArtifactRegistry, Method::Get, "/tags/", "", "artifactregistry.tags.get"),
    (Api::ArtifactRegistry, Method::Delete, "/tags/", "", "artifactregistry.tags.delete"),
    (Api::ArtifactRegistry, Method::Delete, "/versions/", "", "artifactregistry.versions.delete"),
    (Api::ArtifactRegistry, Method::Delete, "/packages/", "", "artifactregistry.packages.delete"),
    (Api::ArtifactRegistry, Method::Get, "/dockerImages", "", "artifactregistry.dockerimages.list"),
    (
        Api::ArtifactRegistry,
        Method::Get,
        "repositories/",
        ":getIamPolicy",
        "artifactregistry.repositories.getIamPolicy",
    ),
    (
        Api::ArtifactRegistry,
        Method::Post,
        "repositories/",
        ":setIamPolicy",
        "artifactregistry.repositories.setIamPolicy",
    ),
    (Api::ArtifactRegistry, Method::Post, "", "/repositories", "artifactregistry.repositories.create"),
    (Api::ArtifactRegistry, Method::Get, "", "/repositories", "artifactregistry.repositories.list"),
    (Api::ArtifactRegistry, Method::Get, "repositories/", "", "artifactregistry.repositories.get"),
    (Api::ArtifactRegistry, Method::Patch, "repositories/", "", "artifactregistry.repositories.update"),
    (Api::ArtifactRegistry, Method::Delete, "repositories/", "", "artifactregistry.repositories.delete"),
    (Api::CloudBuild, Method::Post, "", "/builds", "cloudbuild.builds.create"),
    (Api::CloudBuild, Method::Post, "builds/", ":cancel", "cloudbuild.builds.update"),
    (Api::CloudBuild, Method::Get, "", "/builds", "cloudbuild.builds.list"),
    (Api::CloudBuild, Method::Get, "builds/", "", "cloudbuild.builds.get"),
    (Api::Run, Method::Get, "services/", ":getIamPolicy", "run.services.getIamPolicy"),
    (Api::Run, Method::Post, "services/", ":setIamPolicy", "run.services.setIamPolicy"),
    (Api::Run, Method::Post, "", "/services", "run.services.create"),
    (Api::Run, Method::Get, "", "/services", "run.services.list"),
    (Api::Run, Method::Get, "services/", "", "run.services.get"),
    (Api::Run, Method::Patch, "services/", "", "run.services.update"),
    (Api::Run, Method::Delete, "services/", "", "run.services.delete"),
    (Api::Run, Method::Get, "operations/", "", "run.operations.get"),
    (Api::Run, Method::Post, "operations/", ":wait", "run.operations.get"),
    (Api::Storage, Method::Post, "upload/", "", "storage.objects.create"),
    (Api::Storage, Method::Put, "upload/", "", "storage.objects.create"),
    (Api::Storage, Method::Post, "/o/", "/restore", "storage.objects.restore"),
    (Api::Storage, Method::Get, "/o/", "", "storage.objects.get"),
    (Api::Storage, Method::Delete, "/o/", "", "storage.objects.delete"),
    (Api::Storage, Method::Get, "", "/o", "storage.objects.list"),
    (Api::Storage, Method::Post, "", "/b", "storage.buckets.create"),
    (Api::Storage, Method::Get, "", "/b", "storage.buckets.list"),
    (Api::Storage, Method::Get, "/b/", "", "storage.buckets.get"),
    (Api::Storage, Method::Patch, "/b/", "", "storage.buckets.update"),
    (Api::Storage, Method::Delete, "/b/", "", "storage.buckets.delete"),
];

/// The permission whose lack a refusal speaks of, as far as it can be told.
pub(crate) fn permission_of<'a>(
    problem: &'a Problem,
    api: Api,
    method: Method,
    path: &str,
) -> Option<&'a str> {
    let named = problem.permission.as_deref().or_else(|| named_in(&problem.message));
    named.or_else(|| needed(api, method, path))
}

/// The permission that a call needs, for APIs whose refusal does not name it.
pub(crate) fn needed(api: Api, method: Method, path: &str) -> Option<&'static str> {
    NEEDS
        .iter()
        .find(|(its_api, its_method, part, ending, _)| {
            *its_api == api && *its_method == method && path.contains(part) && path.ends_with(ending)
        })
        .map(|(.., permission)| *permission)
}

/// The permission that a refusal names in its text: `Permission 'run.services.create' denied on ...`, or
/// `... does not have storage.objects.get access to ...`.
pub(super) fn named_in(message: &str) -> Option<&str> {
    message
        .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ',' | '(' | ')'))
        .map(|word| word.trim_end_matches('.'))
        .find(|word| role_for(word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_that_a_call_needs_has_a_role() {
        for (.., permission) in NEEDS {
            assert!(role_for(permission).is_some(), "{permission}");
        }
    }

    #[test]
    fn calls_and_texts_name_their_permission() {
        for (api, method, path, expected) in [
            (
                Api::ResourceManager,
                Method::Post,
                "v3/projects/p:getIamPolicy",
                "resourcemanager.projects.getIamPolicy",
            ),
            (
                Api::ServiceUsage,
                Method::Post,
                "v1/projects/p/services:batchEnable",
                "serviceusage.services.enable",
            ),
            (Api::ServiceUsage, Method::Get, "v1/projects/p/services:batchGet", "serviceusage.services.get"),
            (Api::Run, Method::Post, "v2/projects/p/locations/l/services", "run.services.create"),
            (Api::Storage, Method::Post, "storage/v1/b", "storage.buckets.create"),
            (Api::Storage, Method::Get, "storage/v1/b/x", "storage.buckets.get"),
            (Api::Storage, Method::Get, "storage/v1/b/x/o/y", "storage.objects.get"),
            (Api::Storage, Method::Post, "upload/storage/v1/b/x/o", "storage.objects.create"),
            (Api::Iam, Method::Post, "v1/projects/p/serviceAccounts", "iam.serviceAccounts.create"),
        ] {
            assert_eq!(needed(api, method, path), Some(expected), "{path}");
        }
        for (text, expected) in [
            (
                "Permission 'run.services.create' denied on resource 'x' (or it may not exist).",
                Some("run.services.create"),
            ),
            (
                "a@b.c does not have storage.objects.get access to the Google Cloud Storage object.",
                Some("storage.objects.get"),
            ),
            (
                "Permission 'iam.serviceaccounts.actAs' denied on service account a@b",
                Some("iam.serviceaccounts.actAs"),
            ),
            ("The caller does not have permission", None),
        ] {
            assert_eq!(named_in(text), expected);
        }
    }
}
