//! What a build's own account may do. Only accounts that a user made are asked: Google's default account is taken to
//! have its usual roles. Source: Google's published role lists.

use crate::policy::Policy;

/// Roles that let an account read the source object.
const READ_SOURCE: [&str; 8] = [
    "roles/cloudbuild.builds.builder",
    "roles/editor",
    "roles/owner",
    "roles/run.builder",
    "roles/storage.admin",
    "roles/storage.objectAdmin",
    "roles/storage.objectUser",
    "roles/storage.objectViewer",
];

/// Roles that let an account push an image.
const PUSH_IMAGE: [&str; 8] = [
    "roles/artifactregistry.admin",
    "roles/artifactregistry.createOnPushWriter",
    "roles/artifactregistry.repoAdmin",
    "roles/artifactregistry.writer",
    "roles/cloudbuild.builds.builder",
    "roles/editor",
    "roles/owner",
    "roles/run.builder",
];

/// What an account is asked to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// Read the source archive.
    ReadSource,
    /// Push an image.
    PushImage,
}

/// Whether one of the policies (the project's, the resource's own) gives the account what it needs.
pub(super) fn has(policies: &[&Policy], email: &str, need: Need) -> bool {
    let roles = match need {
        Need::ReadSource => READ_SOURCE,
        Need::PushImage => PUSH_IMAGE,
    };
    let member = format!("serviceAccount:{email}");
    !email.ends_with(".iam.gserviceaccount.com")
        || policies.iter().any(|policy| roles.iter().any(|role| policy.holds(role, &member)))
}
