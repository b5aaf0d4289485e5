//! Which roles reach further than a stack needs, and why. Source: "IAM basic and predefined roles reference". Knows no
//! policy.

use model::{Danger, Hazard};

/// How far a role on the whole project reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As far as its name says.
    Narrow,
    /// Further than a stack needs: why.
    Broad(&'static str),
    /// To everything: why.
    Everything(&'static str),
}

/// Roles that are named like an administrator's and reach no further than what they are for, each with the reason.
const NARROW: &[(&str, &str)] = &[
    ("roles/artifactregistry.repoAdmin", "images and tags, but neither repositories nor who may use them"),
    ("roles/artifactregistry.createOnPushRepoAdmin", "the same, and a repository for a pushed image"),
];

/// Roles that are not named like an administrator's, and reach far all the same.
const BROAD: &[(&str, &str)] = &[
    ("roles/viewer", "it reads nearly everything in the project"),
    ("roles/iam.serviceAccountUser", "it acts as every service account of the project"),
    ("roles/iam.serviceAccountTokenCreator", "it makes tokens of every service account of the project"),
    ("roles/iam.serviceAccountOpenIdTokenCreator", "it makes tokens of every service account of the project"),
    ("roles/iam.workloadIdentityUser", "it acts as every service account of the project"),
    ("roles/cloudbuild.builds.editor", "it runs what it likes as the project's build account"),
    ("roles/cloudbuild.builds.builder", "it writes every bucket and repository of the project"),
    ("roles/deploymentmanager.editor", "it makes anything by an agent that may edit the project"),
    ("roles/secretmanager.secretAccessor", "it reads every secret of the project"),
    ("roles/storage.objectUser", "it rewrites every object of the project, the ownership record, too"),
    ("roles/storage.legacyBucketOwner", "it rewrites every object of the project, the ownership record, too"),
    ("roles/storage.legacyObjectOwner", "it says who may use every object of the project"),
];

/// How far a role reaches on a project.
pub(crate) fn reach(role: &str) -> Reach {
    match role {
        "roles/owner" => return Reach::Everything("it does everything, and says who else may"),
        "roles/editor" => return Reach::Everything("it changes nearly everything in the project"),
        _ => {}
    }
    if NARROW.iter().any(|(narrow, _)| *narrow == role) {
        return Reach::Narrow;
    }
    if let Some((_, why)) = BROAD.iter().find(|(broad, _)| *broad == role) {
        return Reach::Broad(why);
    }
    let Some(name) = role.strip_prefix("roles/") else {
        return Reach::Broad("it is not one of Google's, so nobody here knows what it allows");
    };
    if name.to_ascii_lowercase().ends_with("admin") {
        return Reach::Broad("it administers more than this stack");
    }
    if name.ends_with("erviceAgent") {
        return Reach::Broad("it is meant for Google's own agents");
    }
    Reach::Narrow
}

/// What is dangerous about a role for a member on a project.
pub(crate) fn hazard(role: &str, member: &str, project: &str) -> Option<Hazard> {
    let (danger, why) = match reach(role) {
        Reach::Narrow => return None,
        Reach::Broad(why) => (Danger::BroadRole { member: member.to_owned() }, why),
        Reach::Everything(why) => (Danger::BasicRole, why),
    };
    Some(Hazard { danger, what: format!("{member} would get {role} on the whole project {project}: {why}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_that_reach_far_are_known_and_others_are_not_suspected() {
        for everything in ["roles/owner", "roles/editor"] {
            assert!(matches!(reach(everything), Reach::Everything(_)), "{everything}");
        }
        for broad in [
            "roles/viewer",
            "roles/run.admin",
            "roles/storage.admin",
            "roles/storage.objectAdmin",
            "roles/storage.objectUser",
            "roles/resourcemanager.projectIamAdmin",
            "roles/iam.securityAdmin",
            "roles/iam.serviceAccountAdmin",
            "roles/iam.serviceAccountKeyAdmin",
            "roles/iam.serviceAccountUser",
            "roles/iam.serviceAccountTokenCreator",
            "roles/artifactregistry.admin",
            "roles/cloudbuild.builds.editor",
            "roles/secretmanager.secretAccessor",
            "roles/run.serviceAgent",
            "roles/compute.instanceAdmin",
            "projects/my-project/roles/viewer",
            "organizations/123/roles/anything",
        ] {
            assert!(matches!(reach(broad), Reach::Broad(_)), "{broad}");
        }
        for narrow in [
            "roles/run.invoker",
            "roles/run.developer",
            "roles/run.builder",
            "roles/logging.logWriter",
            "roles/artifactregistry.writer",
            "roles/artifactregistry.repoAdmin",
            "roles/storage.objectViewer",
            "roles/serviceusage.serviceUsageConsumer",
        ] {
            assert_eq!(reach(narrow), Reach::Narrow, "{narrow}");
        }
    }

    #[test]
    fn each_role_of_the_tables_stands_there_once_with_a_reason() {
        let mut names: Vec<&str> = NARROW.iter().chain(BROAD).map(|(name, _)| *name).collect();
        assert!(NARROW.iter().chain(BROAD).all(|(_, why)| !why.is_empty()));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
