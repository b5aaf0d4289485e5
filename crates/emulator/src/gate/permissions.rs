//! Which permission each call needs: data, from the methods' reference pages and Google's published role lists.

use crate::call::Call;
use crate::routes::Api;

/// The permission that a call needs; `None` where none is needed or the service asks a finer question itself.
pub(crate) fn needed(call: &Call, api: Api) -> Option<&'static str> {
    let parts = call.parts();
    let method = call.method.as_str();
    let verb = call.verb.as_deref().unwrap_or("");
    match api {
        Api::ServiceUsage => service_usage(method, &parts, verb),
        Api::ResourceManager => resource_manager(method, verb),
        Api::Iam => iam(method, &parts, verb),
        Api::IamCredentials => Some(match verb {
            "generateIdToken" => "iam.serviceAccounts.getOpenIdToken",
            _ => "iam.serviceAccounts.getAccessToken",
        }),
        Api::Storage => storage(method, &parts),
        Api::ArtifactRegistry => artifact_registry(method, &parts, verb),
        Api::Registry => Some("artifactregistry.repositories.downloadArtifacts"),
        Api::CloudBuild => cloud_build(method, &parts, verb),
        Api::Run => run(method, &parts, verb),
        Api::Billing => Some("resourcemanager.projects.get"),
        Api::Quotas if method == "GET" => Some("cloudquotas.quotas.get"),
        Api::Quotas => Some("cloudquotas.quotas.update"),
        // Logging reads its project from the body, and asks itself.
        Api::Operations | Api::Logging => None,
    }
}

fn service_usage(method: &str, parts: &[&str], verb: &str) -> Option<&'static str> {
    match (method, parts, verb) {
        ("GET", [_, "operations", ..], _) => None,
        ("GET", [.., "consumerQuotaMetrics"], "") => Some("serviceusage.quotas.get"),
        ("GET", [_, _, _, "services", _], "") => Some("serviceusage.services.get"),
        ("GET", _, _) => Some("serviceusage.services.list"),
        ("POST", _, "enable" | "batchEnable" | "generateServiceIdentity") => {
            Some("serviceusage.services.enable")
        }
        ("POST", _, "disable") => Some("serviceusage.services.disable"),
        _ => None,
    }
}

fn resource_manager(method: &str, verb: &str) -> Option<&'static str> {
    match (method, verb) {
        ("GET", "") => Some("resourcemanager.projects.get"),
        ("POST", "getIamPolicy") => Some("resourcemanager.projects.getIamPolicy"),
        ("POST", "setIamPolicy") => Some("resourcemanager.projects.setIamPolicy"),
        _ => None,
    }
}

fn iam(method: &str, parts: &[&str], verb: &str) -> Option<&'static str> {
    match (method, parts, verb) {
        ("POST", _, "getIamPolicy") => Some("iam.serviceAccounts.getIamPolicy"),
        ("POST", _, "setIamPolicy") => Some("iam.serviceAccounts.setIamPolicy"),
        ("POST", _, "enable") => Some("iam.serviceAccounts.enable"),
        ("POST", _, "disable") => Some("iam.serviceAccounts.disable"),
        ("POST", [_, _, _, "serviceAccounts"], "") => Some("iam.serviceAccounts.create"),
        ("GET", [_, _, _, "serviceAccounts"], _) => Some("iam.serviceAccounts.list"),
        ("GET", _, _) => Some("iam.serviceAccounts.get"),
        ("PATCH" | "PUT", _, _) => Some("iam.serviceAccounts.update"),
        ("DELETE", _, _) => Some("iam.serviceAccounts.delete"),
        _ => None,
    }
}

fn storage(method: &str, parts: &[&str]) -> Option<&'static str> {
    let (["storage", "v1", "b", rest @ ..]
    | ["upload" | "download", "storage", "v1", "b", rest @ ..]
    | ["resumable", "upload", "storage", "v1", "b", rest @ ..]) = parts
    else {
        return Some("storage.objects.get");
    };
    match (method, rest) {
        ("POST", []) => Some("storage.buckets.create"),
        ("GET", []) => Some("storage.buckets.list"),
        ("GET", [_, "iam"]) => Some("storage.buckets.getIamPolicy"),
        ("PUT", [_, "iam"]) => Some("storage.buckets.setIamPolicy"),
        ("GET", [_]) => Some("storage.buckets.get"),
        ("PATCH" | "PUT", [_]) => Some("storage.buckets.update"),
        ("DELETE", [_]) => Some("storage.buckets.delete"),
        ("GET", [_, "managedFolders"]) => Some("storage.managedFolders.list"),
        ("GET", [_, "o" | "storageLayout"]) => Some("storage.objects.list"),
        ("GET", [_, "o", ..]) => Some("storage.objects.get"),
        ("POST", [_, "o", _, "restore"]) => Some("storage.objects.restore"),
        ("POST" | "PUT", [_, "o", ..]) => Some("storage.objects.create"),
        ("PATCH", [_, "o", ..]) => Some("storage.objects.update"),
        ("DELETE", [_, "o", ..]) => Some("storage.objects.delete"),
        _ => None,
    }
}

fn artifact_registry(method: &str, parts: &[&str], verb: &str) -> Option<&'static str> {
    let Some(rest) = parts.get(6..) else {
        return Some("artifactregistry.locations.list");
    };
    match (method, rest, verb) {
        (_, _, "getIamPolicy") => Some("artifactregistry.repositories.getIamPolicy"),
        (_, _, "setIamPolicy") => Some("artifactregistry.repositories.setIamPolicy"),
        ("POST", [], "") => Some("artifactregistry.repositories.create"),
        ("GET", [], _) => Some("artifactregistry.repositories.list"),
        ("GET", [_], _) => Some("artifactregistry.repositories.get"),
        ("PATCH", [_], _) => Some("artifactregistry.repositories.update"),
        ("DELETE", [_], _) => Some("artifactregistry.repositories.delete"),
        ("GET", [_, "dockerImages"], _) => Some("artifactregistry.dockerimages.list"),
        ("GET", [_, "dockerImages", _], _) => Some("artifactregistry.dockerimages.get"),
        ("GET", [_, "packages"], _) => Some("artifactregistry.packages.list"),
        ("GET", [_, "packages", _], _) => Some("artifactregistry.packages.get"),
        ("DELETE", [_, "packages", _], _) => Some("artifactregistry.packages.delete"),
        ("GET", [_, "packages", _, "tags"], _) => Some("artifactregistry.tags.list"),
        ("GET", [_, "packages", _, "tags", _], _) => Some("artifactregistry.tags.get"),
        ("POST", [_, "packages", _, "tags"], _) => Some("artifactregistry.tags.create"),
        ("PATCH", [_, "packages", _, "tags", _], _) => Some("artifactregistry.tags.update"),
        ("DELETE", [_, "packages", _, "tags", _], _) => Some("artifactregistry.tags.delete"),
        ("GET", [_, "packages", _, "versions"], _) => Some("artifactregistry.versions.list"),
        ("GET", [_, "packages", _, "versions", _], _) => Some("artifactregistry.versions.get"),
        ("DELETE", [_, "packages", _, "versions", _], _) => Some("artifactregistry.versions.delete"),
        _ => None,
    }
}

fn cloud_build(method: &str, parts: &[&str], verb: &str) -> Option<&'static str> {
    match (method, parts, verb) {
        ("GET", [.., "defaultServiceAccount"], _) => None,
        ("POST", _, "cancel") => Some("cloudbuild.builds.update"),
        ("POST", _, _) => Some("cloudbuild.builds.create"),
        ("GET", [.., "builds"], _) => Some("cloudbuild.builds.list"),
        ("GET", _, _) => Some("cloudbuild.builds.get"),
        _ => None,
    }
}

fn run(method: &str, parts: &[&str], verb: &str) -> Option<&'static str> {
    match (method, parts, verb) {
        (_, _, "getIamPolicy") => Some("run.services.getIamPolicy"),
        (_, _, "setIamPolicy") => Some("run.services.setIamPolicy"),
        ("POST", [.., "builds"], "submit") => Some("cloudbuild.builds.create"),
        ("POST", [.., "services"], "") => Some("run.services.create"),
        ("GET", [.., "services"], _) => Some("run.services.list"),
        ("GET", [.., "services", _], _) => Some("run.services.get"),
        ("PATCH" | "PUT", _, _) => Some("run.services.update"),
        ("DELETE", [.., "services", _], _) => Some("run.services.delete"),
        ("GET", [.., "locations"], _) => Some("run.locations.list"),
        ("GET", [.., "revisions"], _) => Some("run.revisions.list"),
        ("GET", [.., "revisions", _], _) => Some("run.revisions.get"),
        _ => None,
    }
}
